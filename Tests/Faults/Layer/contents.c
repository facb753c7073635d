#include "layer.h"

// ---- opening ----

static int creates(int flags) {
  return (flags & (O_CREAT | O_TRUNC)) || (flags & O_TMPFILE) == O_TMPFILE;
}

static int opening(int folder, const char *path, int flags, mode_t bits) {
  if (!creates(flags)) return REAL(openat)(folder, path, flags, bits);
  int follow = !(flags & O_NOFOLLOW) && (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
  struct place place = of_path(folder, path, follow);
  struct stat status;
  int nameless = (flags & O_TMPFILE) == O_TMPFILE;
  CALL("open", place, int, REAL(openat)(folder, path, flags, bits), {
    fstat(result_, &status);
    note(NULL, 0, "open folder=%llu name=%s inode=%llu mode=%o made=%d cut=%d nameless=%d",
         (unsigned long long)place.folder, NAME(place),
         (unsigned long long)status.st_ino, status.st_mode & 07777, nameless || !place.inode,
         (flags & O_TRUNC) != 0, nameless);
  });
}

#define OPENING(name, ...)                                          \
  int name(__VA_ARGS__, int flags, ...) {                           \
    va_list values;                                                 \
    va_start(values, flags);                                        \
    mode_t bits = creates(flags) ? va_arg(values, mode_t) : 0;      \
    va_end(values);

OPENING(open, const char *path) return opening(AT_FDCWD, path, flags, bits); }
OPENING(open64, const char *path) return opening(AT_FDCWD, path, flags, bits); }
OPENING(openat, int folder, const char *path) return opening(folder, path, flags, bits); }
OPENING(openat64, int folder, const char *path) return opening(folder, path, flags, bits); }
int creat(const char *path, mode_t bits) {
  return opening(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, bits);
}
int creat64(const char *path, mode_t bits) { return creat(path, bits); }

// ---- contents ----

static ssize_t writing(int file, const struct iovec *parts, int count, off_t offset, int flags) {
  struct place place = of_descriptor(file);
  enum turn was = enter("write", &place);
  if (was == REFUSED) {
    leave(was);
    return -1;
  }
  if (was == PASS)
    return offset < 0 && !flags ? REAL(writev)(file, parts, count)
                                : REAL(pwritev2)(file, parts, count, offset, flags);
  size_t length = 0;
  for (int i = 0; i < count; i++) length += parts[i].iov_len;
  char *bytes = malloc(length + 1);
  size_t filled = 0;
  for (int i = 0; i < count; i++) {
    memcpy(bytes + filled, parts[i].iov_base, parts[i].iov_len);
    filled += parts[i].iov_len;
  }
  size_t wanted = was == HALF && length > 1 ? length / 2 : length;
  struct stat status = {0};
  off_t start = offset;
  if (offset < 0) {
    fstat(file, &status);
    start = fcntl(file, F_GETFL) & O_APPEND ? status.st_size : lseek(file, 0, SEEK_CUR);
  }
  struct iovec whole = {bytes, wanted};
  ssize_t result = REAL(pwritev2)(file, &whole, 1, offset, flags);
  if (was == HALF && mode == TEAR) end_here();
  if (result >= 0)
    note(bytes, result, "write inode=%llu offset=%lld", (unsigned long long)place.inode,
         (long long)start);
  int before = errno;
  free(bytes);
  errno = before;
  leave(was);
  return result;
}

ssize_t write(int file, const void *bytes, size_t length) {
  struct iovec part = {(void *)bytes, length};
  return writing(file, &part, 1, -1, 0);
}
ssize_t writev(int file, const struct iovec *parts, int count) {
  return writing(file, parts, count, -1, 0);
}
ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
  struct iovec part = {(void *)bytes, length};
  return writing(file, &part, 1, offset, 0);
}
ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset) {
  return pwrite(file, bytes, length, offset);
}
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset) {
  return writing(file, parts, count, offset, 0);
}
ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t offset) {
  return writing(file, parts, count, offset, 0);
}
ssize_t pwritev2(int file, const struct iovec *parts, int count, off_t offset, int flags) {
  return writing(file, parts, count, offset, flags);
}
ssize_t pwritev64v2(int file, const struct iovec *parts, int count, off64_t offset, int flags) {
  return writing(file, parts, count, offset, flags);
}

// What the kernel copied itself is read back, so that the trace has the bytes.
static void note_copied(int file, uint64_t inode, off_t start, ssize_t length) {
  if (trace < 0 || length <= 0) return;
  char *bytes = malloc(length);
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  int again = REAL(open)(link, O_RDONLY | O_CLOEXEC);
  if (again < 0 || pread(again, bytes, length, start) != length) abort();
  REAL(close)(again);
  note(bytes, length, "write inode=%llu offset=%lld", (unsigned long long)inode, (long long)start);
  free(bytes);
}

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t length,
                        unsigned flags) {
  struct place place = of_descriptor(to);
  off_t start = !place.inside ? 0 : to_at ? *to_at : lseek(to, 0, SEEK_CUR);
  CALL("write", place, ssize_t, REAL(copy_file_range)(from, from_at, to, to_at, length, flags),
       note_copied(to, place.inode, start, result_));
}

ssize_t sendfile(int to, int from, off_t *offset, size_t length) {
  struct place place = of_descriptor(to);
  off_t start = place.inside ? lseek(to, 0, SEEK_CUR) : 0;
  CALL("write", place, ssize_t, REAL(sendfile)(to, from, offset, length),
       note_copied(to, place.inode, start, result_));
}
ssize_t sendfile64(int to, int from, off64_t *offset, size_t length) {
  return sendfile(to, from, offset, length);
}

int ftruncate(int file, off_t size) {
  struct place place = of_descriptor(file);
  CALL("truncate", place, int, REAL(ftruncate)(file, size),
       note(NULL, 0, "truncate inode=%llu size=%lld", (unsigned long long)place.inode,
            (long long)size));
}
int ftruncate64(int file, off64_t size) { return ftruncate(file, size); }

int truncate(const char *path, off_t size) {
  struct place place = of_path(AT_FDCWD, path, 1);
  CALL("truncate", place, int, REAL(truncate)(path, size),
       note(NULL, 0, "truncate inode=%llu size=%lld", (unsigned long long)place.inode,
            (long long)size));
}
int truncate64(const char *path, off64_t size) { return truncate(path, size); }

int fallocate(int file, int kind, off_t offset, off_t length) {
  struct place place = of_descriptor(file);
  CALL("fallocate", place, int, REAL(fallocate)(file, kind, offset, length),
       note(NULL, 0, "fallocate inode=%llu kind=%d offset=%lld length=%lld",
            (unsigned long long)place.inode, kind, (long long)offset, (long long)length));
}
int fallocate64(int file, int kind, off64_t offset, off64_t length) {
  return fallocate(file, kind, offset, length);
}
int posix_fallocate(int file, off_t offset, off_t length) {
  struct place place = of_descriptor(file);
  enum turn was = enter("fallocate", &place);
  int result = was == REFUSED ? answer : REAL(posix_fallocate)(file, offset, length);
  if (was != PASS && result == 0)
    note(NULL, 0, "fallocate inode=%llu kind=0 offset=%lld length=%lld",
         (unsigned long long)place.inode, (long long)offset, (long long)length);
  leave(was);
  return result;
}
int posix_fallocate64(int file, off64_t offset, off64_t length) {
  return posix_fallocate(file, offset, length);
}

// A shared mapping that can be written changes a file without any call.
void *mmap(void *place, size_t length, int protection, int flags, int file, off_t offset) {
  if (file >= 0 && (flags & MAP_TYPE) != MAP_PRIVATE && (protection & PROT_WRITE)) {
    struct place target = of_descriptor(file);
    cannot_follow(&target, "mmap");
  }
  return REAL(mmap)(place, length, protection, flags, file, offset);
}
void *mmap64(void *place, size_t length, int protection, int flags, int file, off64_t offset) {
  return mmap(place, length, protection, flags, file, offset);
}

ssize_t splice(int from, off64_t *from_at, int to, off64_t *to_at, size_t length, unsigned flags) {
  struct place target = of_descriptor(to);
  cannot_follow(&target, "splice");
  return REAL(splice)(from, from_at, to, to_at, length, flags);
}

// ---- reading, where it is asked for ----

ssize_t read(int file, void *bytes, size_t length) {
  if (!reads) return REAL(read)(file, bytes, length);
  struct place place = of_descriptor(file);
  CALL("read", place, ssize_t, REAL(read)(file, bytes, length));
}
ssize_t pread(int file, void *bytes, size_t length, off_t offset) {
  if (!reads) return REAL(pread)(file, bytes, length, offset);
  struct place place = of_descriptor(file);
  CALL("read", place, ssize_t, REAL(pread)(file, bytes, length, offset));
}
ssize_t pread64(int file, void *bytes, size_t length, off64_t offset) {
  return pread(file, bytes, length, offset);
}
