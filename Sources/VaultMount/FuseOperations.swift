internal import CFuse
internal import Glibc

/// What is served of all that the kernel can ask; each request is answered by the method it is given to.
///
/// Not served, and why:
/// - `getlk`, `setlk`, `flock`: the kernel keeps locks by itself, which is right as long as nobody else opens the
///   vault.
/// - `access`: the kernel checks modes and owners (`default_permissions`).
/// - `copy_file_range`: the kernel copies through its pages instead, as it must where some are not written yet.
/// - `lseek`: the kernel says where data is, for it has written what is not here yet.
/// - `write_buf`, `retrieve_reply`: there is no descriptor to splice from or to.
/// - `bmap`, `ioctl`, `poll`: there is nothing behind them.
enum FuseOperations {
  static func table() -> fuse_lowlevel_ops {
    var table = fuse_lowlevel_ops()
    unsafe table.`init` = { _, connection in unsafe Negotiation.agree(connection) }
    addNames(&table)
    addAttributes(&table)
    addFiles(&table)
    addFolders(&table)
    return table
  }

  private static func addNames(_ table: inout fuse_lowlevel_ops) {
    unsafe table.lookup = { unsafe Request($0).lookUp($1, $2) }
    unsafe table.forget = { unsafe Request($0).forget($1, $2) }
    unsafe table.forget_multi = { unsafe Request($0).forget(.init(start: $2, count: $1)) }
    unsafe table.mknod = { unsafe Request($0).makeNode($1, $2, $3, $4) }
    unsafe table.mkdir = { unsafe Request($0).makeFolder($1, $2, $3) }
    unsafe table.symlink = { unsafe Request($0).makeLink($1, $2, $3) }
    unsafe table.unlink = { unsafe Request($0).remove($1, $2, isFolder: false) }
    unsafe table.rmdir = { unsafe Request($0).remove($1, $2, isFolder: true) }
    unsafe table.rename = { unsafe Request($0).rename($1, $2, $3, $4, $5) }
    unsafe table.link = { unsafe Request($0).link($1, $2, $3) }
    unsafe table.readlink = { unsafe Request($0).readLink($1) }
  }

  private static func addAttributes(_ table: inout fuse_lowlevel_ops) {
    unsafe table.getattr = { request, number, _ in unsafe Request(request).getAttributes(number) }
    unsafe table.setattr = { request, number, values, which, _ in
      unsafe Request(request).setAttributes(number, values, which)
    }
    unsafe table.getxattr = { unsafe Request($0).getExtendedAttribute($1, $2, $3) }
    unsafe table.listxattr = { unsafe Request($0).listExtendedAttributes($1, $2) }
    unsafe table.setxattr = { unsafe Request($0).setExtendedAttribute($1, $2, $3, $4, $5) }
    unsafe table.removexattr = { unsafe Request($0).removeExtendedAttribute($1, $2) }
    unsafe table.statfs = { request, _ in unsafe Request(request).getStatistics() }
  }

  private static func addFiles(_ table: inout fuse_lowlevel_ops) {
    unsafe table.create = { unsafe Request($0).create($1, $2, $3, $4) }
    unsafe table.open = { unsafe Request($0).open($1, $2) }
    unsafe table.release = { unsafe Request($0).release($1, $2) }
    unsafe table.read = { request, number, count, offset, _ in
      unsafe Request(request).read(number, count, offset)
    }
    unsafe table.write = { unsafe Request($0).write($1, $2, $3, $4, $5) }
    // What closing writes, the kernel has written before it asks; there is nothing to add.
    unsafe table.flush = { request, _, _ in unsafe Request(request).answerUnknown() }
    unsafe table.fsync = { request, number, _, _ in unsafe Request(request).synchronise(number) }
    unsafe table.fallocate = { request, number, flags, offset, count, _ in
      unsafe Request(request).allocate(number, flags, offset, count)
    }
  }

  private static func addFolders(_ table: inout fuse_lowlevel_ops) {
    unsafe table.opendir = { unsafe Request($0).openFolder($1, $2) }
    unsafe table.releasedir = { request, _, handle in unsafe Request(request).releaseFolder(handle)
    }
    unsafe table.fsyncdir = { request, number, _, _ in unsafe Request(request).synchronise(number) }
    unsafe table.readdir = { request, _, size, offset, handle in
      unsafe Request(request).list(size, offset, handle, withAttributes: false)
    }
    unsafe table.readdirplus = { request, _, size, offset, handle in
      unsafe Request(request).list(size, offset, handle, withAttributes: true)
    }
  }
}
