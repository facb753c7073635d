internal import CLinux
internal import Glibc
internal import SystemPackage

/// Taking a mount away: by the system's call where this user may, else by `fusermount3`, which may.
enum Unmounting {
  /// Unmounts once everything is written.
  /// - Throws: `inUse` where somebody has something open in it.
  static func end(_ mountPoint: FilePath) throws(MountError) {
    switch attempt(mountPoint, 0) {
    case nil: return
    // Not mounted any more.
    case .invalidArgument: return
    case .resourceBusy:
      throw MountError(.inUse, mountPoint, "somebody has something open in it, or works there")
    case .notPermitted: try ask(mountPoint, ["-u", "-q"])
    case .some(let errno): throw MountError(errno, mountPoint, "unmount")
    }
  }

  /// Takes a mount out of sight, open or not.
  static func detach(_ mountPoint: FilePath) throws(MountError) {
    switch attempt(mountPoint, Int32(MNT_DETACH)) {
    case nil, .invalidArgument: return
    case .notPermitted: try ask(mountPoint, ["-u", "-q", "-z"])
    case .some(let errno): throw MountError(errno, mountPoint, "detach")
    }
  }

  private static func attempt(_ mountPoint: FilePath, _ flags: Int32) -> Errno? {
    let result = unsafe umount2(mountPoint.string, flags | Int32(UMOUNT_NOFOLLOW))
    return result == 0 ? nil : Errno(rawValue: errno)
  }

  /// Has the helper do it, whose only word is its exit status.
  private static func ask(_ mountPoint: FilePath, _ options: [String]) throws(MountError) {
    let words = ["fusermount3"] + options + ["--", mountPoint.string]
    var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
    var child = pid_t()
    let result = unsafe posix_spawnp(&child, "fusermount3", nil, nil, &arguments, environ)
    guard result == 0 else {
      throw MountError(Errno(rawValue: result), mountPoint, "run fusermount3 to unmount")
    }
    var status: Int32 = 0
    while unsafe waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else {
        throw MountError(Errno(rawValue: errno), mountPoint, "wait for fusermount3")
      }
    }
    guard status == 0 else {
      throw MountError(.inUse, mountPoint, "fusermount3 does not unmount it; it may be in use")
    }
  }
}
