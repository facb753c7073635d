import CLinux
import Glibc
import SystemPackage

/// One line of `/proc/self/mountinfo`.
struct Mount: Equatable {
  /// Its number, which `/proc/self/fdinfo` gives for an open file.
  var id: Int
  /// The device, `major:minor`; major 0 where there is no block device of that number.
  var device: String
  /// Where it is mounted.
  var point: FilePath
  /// The file system's name, as `ext4`.
  var type: String
  /// What was mounted, often a device's path.
  var source: String
  /// Options of the mount and of the file system.
  var options: [String]

  /// Reads a line: numbers, device, root, point, options, tags up to a hyphen, type, source, options.
  init?(line: Substring) {
    let words = line.split(separator: " ")
    guard let hyphen = words.firstIndex(of: "-"), hyphen >= 6, words.count > hyphen + 2,
      let id = Int(words[0])
    else { return nil }
    self.id = id
    device = String(words[2])
    point = FilePath(SystemFolders.unescaped(words[4]))
    type = String(words[hyphen + 1])
    source = SystemFolders.unescaped(words[hyphen + 2])
    options = words[5].split(separator: ",").map(String.init)
    if words.count > hyphen + 3 {
      options += words[hyphen + 3].split(separator: ",").map(String.init)
    }
  }

  /// The value of an option `name=value`, or the empty string where it stands alone.
  func option(_ name: String) -> String? {
    for option in options {
      if option == name { return "" }
      if option.hasPrefix(name + "=") { return String(option.dropFirst(name.utf8.count + 1)) }
    }
    return nil
  }

  /// The mount that holds what is at `path`, links followed.
  static func holding(_ path: FilePath, _ system: SystemFolders) -> Mount? {
    let opened = unsafe path.withPlatformString { unsafe open($0, sotto_O_PATH | O_CLOEXEC) }
    guard opened >= 0 else { return nil }
    defer { close(opened) }
    // Not the longest mount point before the path: one mount may hide another at the same point.
    let facts = SystemFolders.machine.text("proc/self/fdinfo/\(opened)") ?? ""
    guard let line = facts.split(separator: "\n").first(where: { $0.hasPrefix("mnt_id:") }),
      let id = Int(line.dropFirst("mnt_id:".count).drop { $0 == "\t" || $0 == " " })
    else { return nil }
    return all(system).first { $0.id == id }
  }

  /// The disks beneath it.
  func disks(_ system: SystemFolders) -> [BlockDevice] {
    if !device.hasPrefix("0:") { return BlockDevice.beneath(device, system) }
    // btrfs has device numbers of its own; the kernel lists the members of each of its file systems.
    guard type == "btrfs", let first = BlockDevice.number(of: source) else { return [] }
    var found: [BlockDevice] = []
    for id in system.names(in: "sys/fs/btrfs") {
      let folder = "sys/fs/btrfs/\(id)/devices"
      let members = system.names(in: folder).compactMap { system.line("\(folder)/\($0)/dev") }
      guard members.contains(first) else { continue }
      for member in members {
        found += BlockDevice.beneath(member, system).filter { !found.contains($0) }
      }
    }
    return found
  }

  /// Every mount that this process sees.
  static func all(_ system: SystemFolders) -> [Mount] {
    (system.text("proc/self/mountinfo") ?? "").split(separator: "\n").compactMap(Mount.init)
  }
}
