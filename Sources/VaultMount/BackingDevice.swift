internal import CFuse
internal import Glibc
internal import SystemPackage

/// What the kernel lets this user say of a mount, in `/sys`.
struct BackingDevice {
  private let major: UInt32
  private let minor: UInt32

  /// How much programs may have written that has not reached us.
  ///
  /// A mount begins with a hundredth of what may be unwritten on the whole machine, tens of MiB. More writes
  /// faster, but for all of it the vault's log keeps room, so that a full disk loses nothing of it.
  static let mostUnwritten: UInt64 = 64 << 20

  /// The device number of a mount; nil where it has ended.
  ///
  /// Waits for the first answer: before that, the kernel sets the limits by itself.
  init?(of mountPoint: FilePath) {
    var status = stat()
    guard unsafe stat(mountPoint.string, &status) == 0 else { return nil }
    major = gnu_dev_major(status.st_dev)
    minor = gnu_dev_minor(status.st_dev)
  }

  /// Raises read-ahead and what may be unwritten, where this user may.
  func raiseLimits() {
    let folder = "/sys/class/bdi/\(major):\(minor)"
    write("1024", FilePath("\(folder)/read_ahead_kb"))
    // Of kernel 6.2. Before there was a share only, which may be any amount.
    write("\(Self.mostUnwritten)", FilePath("\(folder)/max_bytes"))
  }

  /// Has the kernel end the connection, where the folder for that is mounted.
  /// - Returns: Whether it does.
  func endConnection() -> Bool {
    write("1", FilePath("/sys/fs/fuse/connections/\(minor)/abort"))
  }

  @discardableResult
  private func write(_ value: String, _ path: FilePath) -> Bool {
    guard let file = try? FileDescriptor.open(path, .writeOnly) else { return false }
    defer { try? file.close() }
    return (try? file.writeAll(value.utf8)) != nil
  }
}
