public import SystemPackage

/// A place that memory is written to when it is short: one line of `/proc/swaps`.
public struct SwapSpace: Hashable, Sendable {
  /// The partition or file.
  public var path: FilePath
  /// Whether it is itself in memory (zram).
  public var isMemory: Bool
  /// Whether every disk beneath encrypts.
  public var isEncrypted: Bool

  /// Every swap space in use.
  static func all(_ system: SystemFolders) -> [SwapSpace] {
    let lines = (system.text("proc/swaps") ?? "").split(separator: "\n").dropFirst()
    return lines.compactMap { line in
      // The columns are filled up with spaces and tabs; the path is the first.
      guard let word = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).first else {
        return nil
      }
      let path = SystemFolders.unescaped(word)
      let disks =
        BlockDevice.number(of: path).map { BlockDevice.beneath($0, system) }
        ?? Mount.holding(FilePath(path), system)?.disks(system) ?? []
      return SwapSpace(
        path: FilePath(path), isMemory: path.hasPrefix("/dev/zram"),
        isEncrypted: !disks.isEmpty && disks.allSatisfy(\.isEncrypted))
    }
  }
}
