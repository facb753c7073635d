// What Linux can do with other processes and does not offer to Swift: behind _GNU_SOURCE, or without a
// function in the C library.
#ifndef SOTTO_PROCESSES_H
#define SOTTO_PROCESSES_H

#include <sys/types.h>

// posix_spawn(3) of a program that goes on when its parent and the terminal are gone: in a session of
// its own, signals as at first, with `input`, `output` and `errors` as its first three descriptors and no
// other. 0, or the error number.
int sotto_spawn_apart(const char *program, char *const *arguments, char *const *environment,
                      int input, int output, int errors, pid_t *process);

// pidfd_open(2): a descriptor that can be read when the process has ended; -1 with errno.
int sotto_pidfd_open(pid_t process);

// SO_PEERCRED: who is at the other end of a Unix socket. 0, or -1 with errno.
int sotto_peer(int socket, pid_t *process, uid_t *user);

// umount2(2) of what lies at a path, links not followed; with `detached`, whoever still has it open.
int sotto_unmount(const char *path, int detached);

#endif
