import CLinux
import Glibc
public import SystemPackage

/// A disk at the bottom of what a file system lies on.
public struct BlockDevice: Hashable, Sendable {
  /// What bytes are written to.
  public enum Kind: Hashable, Sendable {
    /// Magnetic platters.
    case spinning
    /// Flash cells.
    case flash
    /// A virtual machine's disk: a file or volume of its host.
    case virtual
    /// A file of this machine that serves as a disk.
    case file(FilePath)
    /// Another machine's disk.
    case network
    /// Memory.
    case memory
    /// Nothing is known of it.
    case unknown
  }

  /// Its path, as `/dev/sda`.
  public var path: FilePath
  /// What it is.
  public var kind: Kind
  /// Whether it takes word of freed blocks (discard, TRIM).
  public var discards: Bool
  /// Whether a layer above it encrypts everything (dm-crypt, so LUKS).
  public var isEncrypted: Bool

  /// The disks beneath a device number, `major:minor`: through partitions, RAID, volumes and encryption.
  static func beneath(_ number: String, _ system: SystemFolders) -> [BlockDevice] {
    var found: [BlockDevice] = []
    walk(number, isEncrypted: false, depth: 0, system, into: &found)
    return found
  }

  private static func walk(
    _ number: String, isEncrypted: Bool, depth: Int, _ system: SystemFolders,
    into found: inout [BlockDevice]
  ) {
    let place = "sys/dev/block/\(number)"
    // A partition's folder lies in its disk's, and what counts is the disk's.
    let disk = system.line(place + "/partition") == nil ? place : place + "/.."
    let facts = (system.text(disk + "/uevent") ?? "").split(separator: "\n")
    guard depth < 16, let named = facts.first(where: { $0.hasPrefix("DEVNAME=") }) else { return }
    let encrypts = system.line(disk + "/dm/uuid")?.hasPrefix("CRYPT-") ?? false
    let below = system.names(in: disk + "/slaves")
    for name in below {
      guard let number = system.line("\(disk)/slaves/\(name)/dev") else { continue }
      walk(
        number, isEncrypted: isEncrypted || encrypts, depth: depth + 1, system, into: &found)
    }
    if !below.isEmpty { return }
    let name = String(named.dropFirst("DEVNAME=".count))
    let device = BlockDevice(
      path: FilePath("/dev/" + name), kind: kind(of: name, disk, system),
      discards: (system.line(disk + "/queue/discard_max_bytes") ?? "0") != "0",
      isEncrypted: isEncrypted || encrypts)
    if !found.contains(device) { found.append(device) }
  }

  private static func kind(of name: String, _ disk: String, _ system: SystemFolders) -> Kind {
    if let file = system.line(disk + "/loop/backing_file") { return .file(FilePath(file)) }
    func begins(_ beginnings: String...) -> Bool { beginnings.contains { name.hasPrefix($0) } }
    if begins("zram", "ram", "pmem") { return begins("pmem") ? .unknown : .memory }
    if begins("nbd", "rbd", "drbd") { return .network }
    if begins("vd", "xvd") || isVirtual(disk, system) { return .virtual }
    switch system.line(disk + "/queue/rotational") {
    // Bus adapters say 1 for any disk behind them, sticks for their flash; 0 is said by flash only.
    case "0": return .flash
    case "1": return system.line(disk + "/removable") == "1" ? .unknown : .spinning
    default: return .unknown
    }
  }

  /// Words in the names of disks that virtual machines are given.
  private static let virtualWords = [
    "QEMU", "VBOX", "VMware", "Virtual", "Amazon Elastic Block", "Google PersistentDisk",
    "PersistentDisk", "Msft", "BHYVE", "Xen",
  ]

  private static func isVirtual(_ disk: String, _ system: SystemFolders) -> Bool {
    let names = ["model", "vendor"].compactMap { system.line("\(disk)/device/\($0)") }
    return names.contains { name in virtualWords.contains { name.contains($0) } }
  }

  /// The number, `major:minor`, of the block device at a path; nil where there is none.
  static func number(of path: String) -> String? {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFBLK else { return nil }
    // The split of makedev(3): 12 and 20 bits apart in two pieces each.
    let raw = UInt64(status.st_rdev)
    let major = ((raw >> 8) & 0xFFF) | ((raw >> 32) & 0xFFFF_F000)
    let minor = (raw & 0xFF) | ((raw >> 12) & 0xFFFF_FF00)
    return "\(major):\(minor)"
  }
}
