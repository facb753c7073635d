// What Linux can be told of one file beyond POSIX: its extents, flags and leases, and how a path may
// be walked. All of it is behind _GNU_SOURCE, behind ioctl(2) and fcntl(2) with an argument of any
// type, or has no function in the C library. Each function returns what the system call returns.
#ifndef SOTTO_FILE_CONTROL_H
#define SOTTO_FILE_CONTROL_H

#include <linux/fiemap.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/fsuid.h>
#include <sys/random.h>
#include <sys/statfs.h>
#include <sys/types.h>
#include <sys/xattr.h>

// Flags of open(2), lseek(2), the …at calls and renameat2(2) that are behind _GNU_SOURCE.
extern const int sotto_O_PATH;
extern const int sotto_AT_EMPTY_PATH;
extern const int sotto_SEEK_DATA;
extern const int sotto_SEEK_HOLE;
extern const unsigned int sotto_RENAME_NOREPLACE;
extern const unsigned int sotto_RENAME_EXCHANGE;

// One run of a file's bytes and where they lie on the device; `flags` are FIEMAP_EXTENT_….
struct sotto_extent {
  uint64_t logical;
  uint64_t physical;
  uint64_t length;
  uint32_t flags;
};

// FS_IOC_FIEMAP: the extents from `start` on, at most `capacity` and at most 128 of them. Returns how
// many, or -1.
int sotto_extents(int file, uint64_t start, uint32_t flags, struct sotto_extent *extents,
                  uint32_t capacity);

// FS_IOC_GETFLAGS and FS_IOC_SETFLAGS: the attributes of chattr(1).
extern const uint32_t sotto_FS_IMMUTABLE;
extern const uint32_t sotto_FS_COMPRESSED;
extern const uint32_t sotto_FS_NO_COPY_ON_WRITE;
extern const uint32_t sotto_FS_JOURNAL_DATA;
int sotto_get_flags(int file, uint32_t *flags);
int sotto_set_flags(int file, uint32_t flags);

// F_SETLEASE, F_GETLEASE and F_SETSIG: a lease of type F_RDLCK, F_WRLCK or F_UNLCK, and the signal that
// tells of its break.
int sotto_set_lease(int file, int type);
int sotto_get_lease(int file);
int sotto_set_signal(int file, int signal);

// fallocate(2) and its flags.
extern const int sotto_FALLOC_KEEP_SIZE;
extern const int sotto_FALLOC_PUNCH_HOLE;
extern const int sotto_FALLOC_ZERO_RANGE;
int sotto_fallocate(int file, int mode, off_t offset, off_t length);

// openat2(2), which the C library does not have: `resolve` is RESOLVE_…. For walking, which changes
// nothing.
int sotto_openat2(int folder, const char *path, uint64_t flags, uint64_t resolve);

// eventfd(2): a counter that a thread waits for, never blocking and closed on exec.
int sotto_eventfd(void);

// statx(2), for the time of birth.
int sotto_statx(int folder, const char *path, int flags, unsigned int mask, struct statx *status);

// prctl(2) with PR_SET_IO_FLUSHER: this thread writes out what others have written, so the kernel does not make
// it wait for just that. For root; 0, or -1 with errno.
int sotto_become_flusher(void);

// syncfs(2): everything written to the file system that holds `file` is on the device.
int sotto_syncfs(int file);

// renameat2(2), which can refuse to replace.
int sotto_renameat2(int from_folder, const char *from, int to_folder, const char *to,
                    unsigned int flags);

#endif
