internal import CFuse
internal import Glibc
internal import SystemPackage

/// What the kernel lets root say of a mount's pages, in `/sys/class/bdi`.
enum BackingDevice {
  /// How much programs may have written that has not reached us.
  ///
  /// A mount begins with a hundredth of what may be unwritten on the whole machine, tens of MiB; a quarter of
  /// a GiB writes as fast as no limit, and bounds the room that has to be kept for it.
  static let mostUnwritten: UInt64 = 256 << 20

  /// Raises read-ahead and what may be unwritten, where this user may.
  ///
  /// Waits for the first answer: before that, the kernel sets both by itself.
  static func raiseLimits(of mountPoint: FilePath) {
    guard geteuid() == 0 else { return }
    var status = stat()
    guard unsafe stat(mountPoint.string, &status) == 0 else { return }
    let number = status.st_dev
    let folder = "/sys/class/bdi/\(gnu_dev_major(number)):\(gnu_dev_minor(number))"
    write("1024", FilePath("\(folder)/read_ahead_kb"))
    // Of kernel 6.2. Before there was a share only, which may be any amount.
    write("\(mostUnwritten)", FilePath("\(folder)/max_bytes"))
  }

  private static func write(_ value: String, _ path: FilePath) {
    guard let file = try? FileDescriptor.open(path, .writeOnly) else { return }
    _ = try? file.writeAll(value.utf8)
    try? file.close()
  }
}
