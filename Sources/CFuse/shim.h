// The system's libfuse 3, its interface below paths, and the kernel's own words: for what libfuse leaves out, for
// the flags of fallocate(2), and for taking a device's number apart.
#pragma once
#define FUSE_USE_VERSION 35
#include <fuse_lowlevel.h>
#include <linux/falloc.h>
#include <linux/fuse.h>
#include <sys/sysmacros.h>
