internal import CFuse
internal import Glibc
internal import SystemPackage

/// What the kernel lets root say of a mount's pages, in `/sys/class/bdi`.
enum BackingDevice {
  /// Raises read-ahead and the share of unwritten pages, where this user may.
  ///
  /// Waits for the first answer.
  ///
  /// A mount of this kind begins with 128 KiB of read-ahead and a hundredth of what may be unwritten, because
  /// whoever serves it may be anybody.
  static func open(_ mountPoint: FilePath) {
    guard geteuid() == 0 else { return }
    var status = stat()
    guard unsafe stat(mountPoint.string, &status) == 0 else { return }
    let number = status.st_dev
    let folder = "/sys/class/bdi/\(gnu_dev_major(number)):\(gnu_dev_minor(number))"
    write("1024", FilePath("\(folder)/read_ahead_kb"))
    write("100", FilePath("\(folder)/max_ratio"))
  }

  private static func write(_ value: String, _ path: FilePath) {
    guard let file = try? FileDescriptor.open(path, .writeOnly) else { return }
    _ = try? file.writeAll(value.utf8)
    try? file.close()
  }
}
