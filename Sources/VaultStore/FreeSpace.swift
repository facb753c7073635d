internal import CLinux
internal import Glibc
internal import SystemPackage

/// Whether there is room for an act that keeps two copies of some files for a while.
struct FreeSpace {
  /// Bytes that are free beyond what the act takes for good.
  let spare: UInt64

  /// For folders and journals, which grow a little with every file.
  private static let margin: UInt64 = 1 << 20
  private static let marginPerFile: UInt64 = 160

  /// Makes sure that there is room enough.
  /// - Parameters:
  ///   - growth: Bytes that more is taken in the end.
  ///   - longest: The length of the longest new file in bytes.
  ///   - files: The number of new files.
  /// - Throws: `VaultError` with `full`.
  init(
    in folder: FolderHandle, growth: UInt64, longest: UInt64, files: UInt64
  ) throws(VaultError) {
    let free = try folder.freeBytes()
    let perFile = files.multipliedReportingOverflow(by: Self.marginPerFile).partialValue
    var needed = growth
    for part in [longest, perFile, Self.margin] {
      needed = needed.addingReportingOverflow(part).partialValue
    }
    guard needed <= free else {
      throw VaultError(
        .full, folder.path, "needs \(needed) bytes of free space, and \(free) are there",
        hint: "make room for \(needed - free) bytes more on that file system")
    }
    spare = free - needed
    if let free = try folder.freeFiles(), free < files {
      throw VaultError(
        .full, folder.path, "needs \(files) new files, and the file system has room for \(free)",
        hint: "remove files that are not needed from that file system")
    }
  }
}

extension FolderHandle {
  /// How many files may still be made; nil where the file system has no limit.
  fileprivate func freeFiles() throws(VaultError) -> UInt64? {
    var raw = statvfs()
    guard unsafe fstatvfs(descriptor.rawValue, &raw) == 0 else {
      throw VaultError(Errno(rawValue: errno), path, "look at the file system of")
    }
    return raw.f_files == 0 ? nil : UInt64(raw.f_favail)
  }
}
