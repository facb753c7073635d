#include "layer.h"

// ---- syncing ----

#define SYNCING(name, ...)                                                            \
  int name(int file) {                                                                \
    struct place place = of_descriptor(file);                                         \
    CALL(#name, place, int, no_sync &&place.inside ? 0 : REAL(name)(file),            \
         note(NULL, 0, #name " inode=%llu", (unsigned long long)place.inode));        \
  }
SYNCING(fsync)
SYNCING(fdatasync)
SYNCING(syncfs)

// No promise: it neither waits for the device's cache nor for the file's size.
int sync_file_range(int file, off64_t offset, off64_t length, unsigned flags) {
  struct place place = of_descriptor(file);
  CALL("sync_file_range", place, int,
       no_sync &&place.inside ? 0 : REAL(sync_file_range)(file, offset, length, flags));
}

// ---- attributes ----

int fchmod(int file, mode_t bits) {
  struct place place = of_descriptor(file);
  CALL("chmod", place, int, REAL(fchmod)(file, bits),
       note(NULL, 0, "chmod inode=%llu mode=%o", (unsigned long long)place.inode, bits));
}
int fchmodat(int folder, const char *path, mode_t bits, int flags) {
  struct place place = of_path(folder, path, !(flags & AT_SYMLINK_NOFOLLOW));
  CALL("chmod", place, int, REAL(fchmodat)(folder, path, bits, flags),
       note(NULL, 0, "chmod inode=%llu mode=%o", (unsigned long long)place.inode, bits));
}
int chmod(const char *path, mode_t bits) { return fchmodat(AT_FDCWD, path, bits, 0); }
int lchmod(const char *path, mode_t bits) {
  return fchmodat(AT_FDCWD, path, bits, AT_SYMLINK_NOFOLLOW);
}

int fchownat(int folder, const char *path, uid_t owner, gid_t group, int flags) {
  struct place place = (flags & AT_EMPTY_PATH) && !*path
                           ? of_descriptor(folder)
                           : of_path(folder, path, !(flags & AT_SYMLINK_NOFOLLOW));
  CALL("chown", place, int, REAL(fchownat)(folder, path, owner, group, flags),
       note(NULL, 0, "chown inode=%llu owner=%d group=%d", (unsigned long long)place.inode,
            (int)owner, (int)group));
}
int chown(const char *path, uid_t owner, gid_t group) {
  return fchownat(AT_FDCWD, path, owner, group, 0);
}
int lchown(const char *path, uid_t owner, gid_t group) {
  return fchownat(AT_FDCWD, path, owner, group, AT_SYMLINK_NOFOLLOW);
}
int fchown(int file, uid_t owner, gid_t group) {
  struct place place = of_descriptor(file);
  CALL("chown", place, int, REAL(fchown)(file, owner, group),
       note(NULL, 0, "chown inode=%llu owner=%d group=%d", (unsigned long long)place.inode,
            (int)owner, (int)group));
}

static void note_times(const struct place *place, int file, const char *path) {
  struct stat status;
  // A file that has no name any more is found by the path that was given alone, through /proc.
  if (file >= 0 ? fstat(file, &status) : lstat(place->path, &status) && stat(path, &status)) abort();
  note(NULL, 0, "times inode=%llu accessed=%lld.%09ld modified=%lld.%09ld",
       (unsigned long long)place->inode, (long long)status.st_atim.tv_sec, status.st_atim.tv_nsec,
       (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}
int futimens(int file, const struct timespec times[2]) {
  struct place place = of_descriptor(file);
  CALL("times", place, int, REAL(futimens)(file, times), note_times(&place, file, NULL));
}
int utimensat(int folder, const char *path, const struct timespec times[2], int flags) {
  if ((flags & AT_EMPTY_PATH) && !*path) return futimens(folder, times);
  struct place place = of_path(folder, path, !(flags & AT_SYMLINK_NOFOLLOW));
  CALL("times", place, int, REAL(utimensat)(folder, path, times, flags),
       note_times(&place, -1, path));
}

#define NOTE_SET                                                                      \
  note(value, size, "setxattr inode=%llu name=%s", (unsigned long long)place.inode, ESCAPED(name))
int fsetxattr(int file, const char *name, const void *value, size_t size, int flags) {
  struct place place = of_descriptor(file);
  CALL("setxattr", place, int, REAL(fsetxattr)(file, name, value, size, flags), NOTE_SET);
}
int setxattr(const char *path, const char *name, const void *value, size_t size, int flags) {
  struct place place = of_path(AT_FDCWD, path, 1);
  CALL("setxattr", place, int, REAL(setxattr)(path, name, value, size, flags), NOTE_SET);
}
int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags) {
  struct place place = of_path(AT_FDCWD, path, 0);
  CALL("setxattr", place, int, REAL(lsetxattr)(path, name, value, size, flags), NOTE_SET);
}

#define NOTE_REMOVED \
  note(NULL, 0, "removexattr inode=%llu name=%s", (unsigned long long)place.inode, ESCAPED(name))
int fremovexattr(int file, const char *name) {
  struct place place = of_descriptor(file);
  CALL("removexattr", place, int, REAL(fremovexattr)(file, name), NOTE_REMOVED);
}
int removexattr(const char *path, const char *name) {
  struct place place = of_path(AT_FDCWD, path, 1);
  CALL("removexattr", place, int, REAL(removexattr)(path, name), NOTE_REMOVED);
}
int lremovexattr(const char *path, const char *name) {
  struct place place = of_path(AT_FDCWD, path, 0);
  CALL("removexattr", place, int, REAL(lremovexattr)(path, name), NOTE_REMOVED);
}

int ioctl(int file, unsigned long request, ...) {
  va_list values;
  va_start(values, request);
  void *value = va_arg(values, void *);
  va_end(values);
  if (request == FICLONE || request == FICLONERANGE || request == FS_IOC_FSSETXATTR) {
    struct place target = of_descriptor(file);
    cannot_follow(&target, "ioctl");
  }
  if (request != FS_IOC_SETFLAGS) return REAL(ioctl)(file, request, value);
  struct place place = of_descriptor(file);
  CALL("setflags", place, int, REAL(ioctl)(file, request, value),
       note(NULL, 0, "setflags inode=%llu flags=%d", (unsigned long long)place.inode,
            *(int *)value));
}
