// A layer of faults between a program and the C library, for LD_PRELOAD.
//
// Every call that changes the file system at or below one folder is counted, and one of them can be made to fail, to
// do half of its work, to end the process or to stop it; all of them can be written down, in their order and with
// their bytes. Everything else passes through. What is wanted is said by the environment, which is then cleared, so
// that a program's own children run undisturbed:
//
//   FAULTS_ROOT     the folder, absolute and without links
//   FAULTS_MODE     count (nothing else), kill, tear (kill after half of a write), fail, short (half of a write),
//                   stop (SIGSTOP before the call, once)
//   FAULTS_AT       the number of the call that is meant, from 1
//   FAULTS_LASTING  1: `fail` goes on failing from there, `stop` stops again
//   FAULTS_ERRNO    what `fail` answers
//   FAULTS_ONLY     the calls that are counted, between commas and with a comma at both ends; all without it
//   FAULTS_REPORT   a file of 4,096 bytes: calls counted, calls that met the fault, calls this layer cannot follow
//                   (8 bytes each), the one that met it
//   FAULTS_TRACE    a file that gets a line for each call, and after it the bytes written
//   FAULTS_READS    1: reading files below the folder counts too
//   FAULTS_NO_SYNC  1: syncing answers at once (a process that is killed does not need it)
//   FAULTS_FOLLOW   1: the environment is not cleared, and what the program starts has the layer as well
//   FAULTS_AT_EXIT  1: SIGSTOP when the process has done everything but end
#ifndef FAULTS_LAYER_H
#define FAULTS_LAYER_H
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#define HIDDEN __attribute__((visibility("hidden")))

// The C library's own function of a name.
#define REAL(name) ((__typeof__(&name))real(#name))
HIDDEN void *real(const char *name);

enum mode { COUNT, KILL, TEAR, FAIL, SHORT, STOP };
HIDDEN extern enum mode mode;
HIDDEN extern int answer, no_sync, reads, trace;

// Where a call goes.
struct place {
  int inside;
  char path[PATH_MAX];  // without links, but for a last component that is not followed
  size_t name;          // where in it the last component begins
  uint64_t folder;      // inode number of the folder it is in
  uint64_t inode;       // its own; 0 if there is nothing
};
HIDDEN struct place of_descriptor(int descriptor);
HIDDEN struct place of_path(int folder, const char *path, int follow);
// By the words of a path alone: nothing is looked at.
HIDDEN struct place of_words(const char *path);

// One call at a time has its turn, from `enter` to `leave`; those that are not inside pass.
enum turn { PASS, GO, REFUSED, HALF };
HIDDEN enum turn enter(const char *call, const struct place *place);
HIDDEN void leave(enum turn was);
HIDDEN void end_here(void) __attribute__((noreturn));

// Remembers that a call changed something in a way that the trace cannot say.
HIDDEN void cannot_follow(const struct place *place, const char *call);

// Writes a line `call key=value…` and after it the bytes of which it says how many they are.
HIDDEN void note(const void *bytes, size_t length, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#define ESCAPED(name) escaped(name, (char[PATH_MAX * 3 + 1]){0})
#define NAME(place) ESCAPED((place).path + (place).name)
HIDDEN const char *escaped(const char *name, char out[PATH_MAX * 3 + 1]);

// A call with a plain result: `what` does it, `…` notes it when it came out well.
#define CALL(call, place, type, what, ...)       \
  do {                                           \
    enum turn turn_ = enter(call, &(place));     \
    if (turn_ == REFUSED) {                      \
      leave(turn_);                              \
      return -1;                                 \
    }                                            \
    type result_ = (what);                       \
    if (turn_ != PASS && result_ >= 0) {         \
      __VA_ARGS__;                               \
    }                                            \
    leave(turn_);                                \
    return result_;                              \
  } while (0)

#endif
