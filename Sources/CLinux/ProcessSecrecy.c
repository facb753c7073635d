#include "CLinux.h"

#if defined(__linux__)
#include <sys/prctl.h>
#else
#include <errno.h>
#endif

int sotto_forbid_dumps(void) {
#if defined(__linux__)
  return prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
#else
  errno = ENOSYS;
  return -1;
#endif
}
