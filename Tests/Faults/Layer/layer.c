#include "layer.h"

#include <pthread.h>

// ---- what is wanted ----

struct report {
  uint64_t counted, met, unfollowed;
  char what[4096 - 24];
};

static char root[PATH_MAX];
static size_t root_length;
enum mode mode;
static uint64_t at;
static int lasting, at_exit;
int answer, no_sync, reads, trace = -1;
static char *only;
static struct report *report;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) abort();
  return found;
}

static int follow;

static char *taken(const char *name) {
  char *value = getenv(name);
  if (!value) return NULL;
  value = strdup(value);
  if (!follow) unsetenv(name);
  return value;
}

static void stop_at_exit(void) {
  if (!at_exit) return;
  at_exit = 0;
  if (report) snprintf(report->what, sizeof report->what, "exit");
  raise(SIGSTOP);
}

__attribute__((constructor)) static void begin(void) {
  static const char *modes[] = {"count", "kill", "tear", "fail", "short", "stop"};
  follow = getenv("FAULTS_FOLLOW") != NULL;
  char *value = taken("FAULTS_ROOT");
  if (value) {
    snprintf(root, sizeof root, "%s", value);
    root_length = strlen(root);
  }
  if ((value = taken("FAULTS_MODE")))
    for (int i = 0; i < 6; i++)
      if (!strcmp(value, modes[i])) mode = i;
  if ((value = taken("FAULTS_AT"))) at = strtoull(value, NULL, 10);
  if (taken("FAULTS_LASTING")) lasting = 1;
  if ((value = taken("FAULTS_ERRNO"))) answer = atoi(value);
  if (taken("FAULTS_READS")) reads = 1;
  if (taken("FAULTS_NO_SYNC")) no_sync = 1;
  only = taken("FAULTS_ONLY");
  if ((value = taken("FAULTS_REPORT"))) {
    int file = REAL(open)(value, O_RDWR | O_CLOEXEC);
    void *memory = REAL(mmap)(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) abort();
    report = memory;
    REAL(close)(file);
  }
  if ((value = taken("FAULTS_TRACE"))) {
    int file = REAL(open)(value, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    trace = fcntl(file, F_DUPFD_CLOEXEC, 500);
    if (trace < 0) abort();
    REAL(close)(file);
  }
  // Registered before the program registers anything, so it runs after all of it.
  if (taken("FAULTS_AT_EXIT")) {
    at_exit = 1;
    atexit(stop_at_exit);
  }
  if (!follow) unsetenv("LD_PRELOAD");
}

// ---- where a call goes ----

static int is_inside(const char *path) {
  return root_length && !strncmp(path, root, root_length) &&
         (path[root_length] == '/' || !path[root_length]);
}

static int named(int descriptor, char path[PATH_MAX]) {
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return path[0] == '/';
}

struct place of_descriptor(int descriptor) {
  int before = errno;
  struct place place = {0};
  struct stat status;
  if (named(descriptor, place.path) && is_inside(place.path) && !fstat(descriptor, &status)) {
    place.inside = 1;
    place.inode = status.st_ino;
  }
  errno = before;
  return place;
}

struct place of_path(int folder, const char *path, int follow) {
  int before = errno;
  struct place place = {0};
  char whole[PATH_MAX * 2], start[PATH_MAX] = "";
  struct stat status;
  if (!path) return place;
  if (path[0] == '/') {
    snprintf(whole, sizeof whole, "%s", path);
  } else {
    if (folder == AT_FDCWD ? !getcwd(start, sizeof start) : !named(folder, start)) goto done;
    snprintf(whole, sizeof whole, "%s/%s", start, path);
  }
  size_t length = strlen(whole);
  while (length > 1 && whole[length - 1] == '/') whole[--length] = 0;
  char resolved[PATH_MAX];
  if (follow && !lstat(whole, &status) && S_ISLNK(status.st_mode)) {
    // A link of /proc to a file that has no name any more cannot be resolved, but can be asked for its number.
    if (realpath(whole, resolved)) {
      snprintf(whole, sizeof whole, "%s", resolved);
    } else {
      ssize_t got = readlink(whole, resolved, sizeof resolved - 1);
      if (got > 0 && resolved[0] == '/' && !stat(whole, &status)) {
        resolved[got] = 0;
        place.inside = is_inside(resolved);
        place.inode = status.st_ino;
        snprintf(place.path, sizeof place.path, "%s", resolved);
        place.name = strrchr(place.path, '/') + 1 - place.path;
      }
      goto done;
    }
  }
  char *slash = strrchr(whole, '/');
  char name[NAME_MAX + 2];
  snprintf(name, sizeof name, "%.255s", slash + 1);
  *slash = 0;
  if (!realpath(*whole ? whole : "/", resolved)) goto done;
  if (stat(resolved, &status)) goto done;
  place.folder = status.st_ino;
  if (strlen(resolved) + strlen(name) + 2 > sizeof place.path) goto done;
  sprintf(place.path, "%s/%s", resolved[1] ? resolved : "", name);
  place.name = strrchr(place.path, '/') + 1 - place.path;
  place.inside = is_inside(place.path);
  if (place.inside && !lstat(place.path, &status)) place.inode = status.st_ino;
done:
  errno = before;
  return place;
}

struct place of_words(const char *path) {
  struct place place = {0};
  snprintf(place.path, sizeof place.path, "%s", path);
  place.inside = is_inside(place.path);
  return place;
}

// ---- one call at a time ----

void end_here(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

enum turn enter(const char *call, const struct place *place) {
  if (!place->inside) return PASS;
  pthread_mutex_lock(&turn);
  if (only) {
    char word[64];
    snprintf(word, sizeof word, ",%s,", call);
    if (!strstr(only, word)) return GO;
  }
  static uint64_t counted;
  counted++;
  if (report) report->counted = counted;
  if (!at || (lasting ? counted < at : counted != at)) return GO;
  if (report) {
    if (!report->met || mode == STOP) snprintf(report->what, sizeof report->what, "%s %s", call, place->path);
    report->met++;
  }
  int writes = !strcmp(call, "write");
  switch (mode) {
    case COUNT: return GO;
    case TEAR:
      if (writes) return HALF;
    // fall through
    case KILL: end_here();
    case STOP: raise(SIGSTOP); return GO;
    case SHORT: return writes ? HALF : GO;
    case FAIL: errno = answer; return REFUSED;
  }
  return GO;
}

void cannot_follow(const struct place *place, const char *call) {
  if (!place->inside || !report) return;
  if (!report->unfollowed++ && !report->met)
    snprintf(report->what, sizeof report->what, "%s %s", call, place->path);
}

// In one call, so that what several processes put down does not mix.
static void put(const char *line, size_t end, const char *bytes, size_t length) {
  struct iovec parts[2] = {{(void *)line, end}, {(void *)bytes, length}};
  ssize_t done;
  do {
    done = REAL(writev)(trace, parts, 2);
  } while (done < 0 && errno == EINTR);
  if (done != (ssize_t)(end + length)) abort();
}

const char *escaped(const char *name, char out[PATH_MAX * 3 + 1]) {
  char *end = out;
  for (const char *at = name ? name : ""; *at && end - out < PATH_MAX * 3 - 3; at++) {
    if (*at > 32 && *at < 127 && *at != '%') *end++ = *at;
    else end += sprintf(end, "%%%02X", (unsigned char)*at);
  }
  *end = 0;
  return out;
}

void note(const void *bytes, size_t length, const char *format, ...) {
  if (trace < 0) return;
  int before = errno;
  static char line[PATH_MAX * 8];
  va_list values;
  va_start(values, format);
  int end = vsnprintf(line, sizeof line - 40, format, values);
  va_end(values);
  end += snprintf(line + end, 40, " data=%zu\n", length);
  put(line, end, bytes, length);
  errno = before;
}

void leave(enum turn was) {
  if (was != PASS) pthread_mutex_unlock(&turn);
}

// ---- ending ----

void _exit(int status) {
  stop_at_exit();
  REAL(_exit)(status);
  for (;;) {}
}
void _Exit(int status) { _exit(status); }
