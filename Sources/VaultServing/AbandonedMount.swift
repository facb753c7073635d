internal import CLinux
internal import Glibc
internal import SystemPackage
public import VaultStore

/// A mount that nobody serves any more.
public enum AbandonedMount {
  /// Takes it away, whoever still has files of it open.
  /// - Throws: `VaultError`; `refused` where another user has mounted it.
  public static func detach(_ mount: MountedStore) throws(VaultError) {
    let path = mount.path
    if geteuid() == 0 {
      if unsafe path.withPlatformString({ unsafe sotto_unmount($0, 1) }) == 0 { return }
      throw VaultError(Errno(rawValue: errno), path, "unmount")
    }
    guard try fusermount(["-u", "-q", "-z"], path) || MountedStore.at(path) == nil else {
      throw VaultError(
        .refused, path, "cannot be unmounted", hint: "ask who has unlocked it, or run this as root")
    }
  }

  /// Runs the program that mounts and unmounts for ordinary users.
  private static func fusermount(
    _ options: [String], _ path: FilePath
  ) throws(VaultError) -> Bool {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
      unsafe posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
    }
    var words: [UnsafeMutablePointer<CChar>?] = unsafe []
    for word in ["fusermount3"] + options + ["--"] { unsafe words.append(strdup(word)) }
    unsafe words.append(path.withPlatformString { unsafe strdup($0) })
    unsafe words.append(nil)
    defer { unsafe words.forEach { unsafe free($0) } }
    var child: pid_t = 0
    let reason = unsafe posix_spawnp(&child, "fusermount3", &actions, nil, &words, environ)
    guard reason == 0 else {
      throw VaultError(
        .refused, path, "cannot be unmounted: fusermount3 does not start",
        hint: "install fuse3")
    }
    var status: Int32 = 0
    while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
    return status == 0
  }
}
