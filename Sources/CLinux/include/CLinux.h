// What Swift's importer cannot see of Linux and of C: flags and functions behind feature macros.
#ifndef SOTTO_CLINUX_H
#define SOTTO_CLINUX_H

#include "FileControl.h"
#include "Processes.h"

#include <fcntl.h>

// open(2): do not update the access time. Behind _GNU_SOURCE, so spelled out here; the value is the
// kernel's generic one, used by every architecture Swift supports on Linux.
#if defined(__linux__)
static const int sotto_O_NOATIME = 01000000;
#else
static const int sotto_O_NOATIME = 0;
#endif

// wcwidth(3): how many columns a character takes on a terminal, in the locale of LC_CTYPE; -1 for
// what cannot be printed.
int sotto_columns(unsigned int scalar);

// prctl(2) with PR_SET_DUMPABLE 0: no core dump, no ptrace by the same user. 0, or -1 with errno.
int sotto_forbid_dumps(void);

#endif
