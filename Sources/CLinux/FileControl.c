#define _GNU_SOURCE
#include "FileControl.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

const int sotto_O_PATH = O_PATH;
const int sotto_AT_EMPTY_PATH = AT_EMPTY_PATH;
const int sotto_SEEK_DATA = SEEK_DATA;
const int sotto_SEEK_HOLE = SEEK_HOLE;
const unsigned int sotto_RENAME_NOREPLACE = RENAME_NOREPLACE;
const unsigned int sotto_RENAME_EXCHANGE = RENAME_EXCHANGE;

enum { most_extents = 128 };

int sotto_extents(int file, uint64_t start, uint32_t flags, struct sotto_extent *extents,
                  uint32_t capacity) {
  union {
    struct fiemap map;
    char bytes[sizeof(struct fiemap) + most_extents * sizeof(struct fiemap_extent)];
  } request;
  memset(&request.map, 0, sizeof request.map);
  request.map.fm_start = start;
  request.map.fm_length = FIEMAP_MAX_OFFSET;
  request.map.fm_flags = flags;
  request.map.fm_extent_count = capacity < most_extents ? capacity : most_extents;
  if (ioctl(file, FS_IOC_FIEMAP, &request.map) < 0) return -1;
  for (uint32_t i = 0; i < request.map.fm_mapped_extents; i++) {
    struct fiemap_extent *extent = &request.map.fm_extents[i];
    extents[i].logical = extent->fe_logical;
    extents[i].physical = extent->fe_physical;
    extents[i].length = extent->fe_length;
    extents[i].flags = extent->fe_flags;
  }
  return (int)request.map.fm_mapped_extents;
}

const uint32_t sotto_FS_IMMUTABLE = FS_IMMUTABLE_FL;
const uint32_t sotto_FS_COMPRESSED = FS_COMPR_FL;
const uint32_t sotto_FS_NO_COPY_ON_WRITE = FS_NOCOW_FL;
const uint32_t sotto_FS_JOURNAL_DATA = FS_JOURNAL_DATA_FL;

// The kernel reads and writes an int, whatever the macro's name for the type.
int sotto_get_flags(int file, uint32_t *flags) {
  return ioctl(file, FS_IOC_GETFLAGS, flags);
}

int sotto_set_flags(int file, uint32_t flags) {
  return ioctl(file, FS_IOC_SETFLAGS, &flags);
}

int sotto_set_lease(int file, int type) {
  return fcntl(file, F_SETLEASE, type);
}

int sotto_get_lease(int file) {
  return fcntl(file, F_GETLEASE);
}

int sotto_set_signal(int file, int signal) {
  return fcntl(file, F_SETSIG, signal);
}

const int sotto_FALLOC_KEEP_SIZE = FALLOC_FL_KEEP_SIZE;
const int sotto_FALLOC_PUNCH_HOLE = FALLOC_FL_PUNCH_HOLE;
const int sotto_FALLOC_ZERO_RANGE = FALLOC_FL_ZERO_RANGE;

int sotto_fallocate(int file, int mode, off_t offset, off_t length) {
  return fallocate(file, mode, offset, length);
}

int sotto_openat2(int folder, const char *path, uint64_t flags, uint64_t resolve) {
  struct open_how how = {.flags = flags, .resolve = resolve};
  return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

int sotto_statx(int folder, const char *path, int flags, unsigned int mask, struct statx *status) {
  return statx(folder, path, flags, mask, status);
}

int sotto_eventfd(void) {
  return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

int sotto_become_flusher(void) {
  // Behind the C library's headers of some systems; the kernel has had it since 5.6.
  enum { set_io_flusher = 57 };
  return prctl(set_io_flusher, 1L, 0L, 0L, 0L);
}

int sotto_syncfs(int file) {
  return syncfs(file);
}

int sotto_renameat2(int from_folder, const char *from, int to_folder, const char *to,
                    unsigned int flags) {
  return renameat2(from_folder, from, to_folder, to, flags);
}
