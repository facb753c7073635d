// The system's libfuse 3, its interface below paths, and the kernel's own words: for what libfuse leaves out, for
// the flags of fallocate(2), and for taking a device's number apart.
#pragma once
#define FUSE_USE_VERSION 35
#include <fuse_lowlevel.h>
#include <linux/falloc.h>
#include <linux/fuse.h>
#include <sys/sysmacros.h>

// Functions of the library in its newer releases, macros over versions of them.
static inline struct fuse_session *cfuse_session_new(struct fuse_args *arguments,
                                                     const struct fuse_lowlevel_ops *table, void *owner) {
  return fuse_session_new(arguments, table, sizeof *table, owner);
}

static inline int cfuse_use_channel(struct fuse_session *session, const struct fuse_custom_io *channel) {
  return fuse_session_custom_io(session, channel, fuse_session_fd(session));
}
