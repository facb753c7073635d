#include "layer.h"

// ---- names ----

static int renaming(int from_folder, const char *from, int to_folder, const char *to,
                    unsigned flags) {
  struct place source = of_path(from_folder, from, 0), target = of_path(to_folder, to, 0);
  struct place *shown = source.inside ? &source : &target;
  CALL("rename", *shown, int, REAL(renameat2)(from_folder, from, to_folder, to, flags),
       note(NULL, 0, "rename folder=%llu name=%s inode=%llu to=%llu as=%s replaced=%llu flags=%u",
            (unsigned long long)source.folder, NAME(source),
            (unsigned long long)source.inode, (unsigned long long)target.folder,
            NAME(target), (unsigned long long)target.inode, flags));
}
int rename(const char *from, const char *to) {
  return renaming(AT_FDCWD, from, AT_FDCWD, to, 0);
}
int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  return renaming(from_folder, from, to_folder, to, 0);
}
int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
  return renaming(from_folder, from, to_folder, to, flags);
}

static int unlinking(int folder, const char *path, int flags) {
  struct place place = of_path(folder, path, 0);
  const char *call = flags & AT_REMOVEDIR ? "rmdir" : "unlink";
  CALL(call, place, int, REAL(unlinkat)(folder, path, flags),
       note(NULL, 0, "%s folder=%llu name=%s inode=%llu", call, (unsigned long long)place.folder,
            NAME(place), (unsigned long long)place.inode));
}
int unlink(const char *path) { return unlinking(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinking(AT_FDCWD, path, AT_REMOVEDIR); }
int unlinkat(int folder, const char *path, int flags) { return unlinking(folder, path, flags); }
int remove(const char *path) {
  struct stat status;
  if (lstat(path, &status)) return -1;
  return unlinking(AT_FDCWD, path, S_ISDIR(status.st_mode) ? AT_REMOVEDIR : 0);
}

static int linking(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  struct place target = of_path(to_folder, to, 0);
  struct place source = (flags & AT_EMPTY_PATH) && !*from
                            ? of_descriptor(from_folder)
                            : of_path(from_folder, from, flags & AT_SYMLINK_FOLLOW);
  CALL("link", target, int, REAL(linkat)(from_folder, from, to_folder, to, flags),
       note(NULL, 0, "link inode=%llu folder=%llu name=%s", (unsigned long long)source.inode,
            (unsigned long long)target.folder, NAME(target)));
}
int link(const char *from, const char *to) { return linking(AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  return linking(from_folder, from, to_folder, to, flags);
}

static uint64_t number(const struct place *place) {
  struct stat status;
  return lstat(place->path, &status) ? 0 : status.st_ino;
}

int symlinkat(const char *target, int folder, const char *path) {
  struct place place = of_path(folder, path, 0);
  CALL("symlink", place, int, REAL(symlinkat)(target, folder, path),
       note(NULL, 0, "symlink folder=%llu name=%s inode=%llu target=%s",
            (unsigned long long)place.folder, NAME(place),
            (unsigned long long)number(&place), ESCAPED(target)));
}
int symlink(const char *target, const char *path) { return symlinkat(target, AT_FDCWD, path); }

int mkdirat(int folder, const char *path, mode_t bits) {
  struct place place = of_path(folder, path, 0);
  struct stat status;
  CALL("mkdir", place, int, REAL(mkdirat)(folder, path, bits), {
    if (lstat(place.path, &status)) abort();
    note(NULL, 0, "mkdir folder=%llu name=%s inode=%llu mode=%o",
         (unsigned long long)place.folder, NAME(place),
         (unsigned long long)status.st_ino, status.st_mode & 07777);
  });
}
int mkdir(const char *path, mode_t bits) { return mkdirat(AT_FDCWD, path, bits); }

int mknodat(int folder, const char *path, mode_t bits, dev_t device) {
  struct place place = of_path(folder, path, 0);
  cannot_follow(&place, "mknod");
  return REAL(mknodat)(folder, path, bits, device);
}
int mknod(const char *path, mode_t bits, dev_t device) {
  return mknodat(AT_FDCWD, path, bits, device);
}
int mkfifoat(int folder, const char *path, mode_t bits) {
  return mknodat(folder, path, bits | S_IFIFO, 0);
}
int mkfifo(const char *path, mode_t bits) { return mkfifoat(AT_FDCWD, path, bits); }

// ---- mounts ----

// Whoever serves the mount is asked for much before it is gone, so the turn ends before the call.
int umount2(const char *path, int flags) {
  struct place place = of_words(path);
  enum turn was = enter(flags & MNT_DETACH ? "detach" : "unmount", &place);
  leave(was);
  return was == REFUSED ? -1 : REAL(umount2)(path, flags);
}
