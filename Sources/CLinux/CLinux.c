// A C target needs one source file; all of this module is in its header.
#include "CLinux.h"
