internal import Secrets
internal import SystemPackage
public import VaultFormat

extension VaultHeaderFiles {
  /// Makes both files hold a header, one after the other; of what they held nothing is left in them.
  ///
  /// Each file changes places with the new one in one step, so that the old one still has a name when it
  /// is overwritten: if that is cut off, the next to write finds it.
  /// - Throws: `VaultError`.
  public static func write(
    _ header: VaultHeader, in folder: FolderHandle
  ) throws(VaultError) {
    for name in VaultNames.headers {
      try eraseNew(in: folder)
      try folder.create(VaultNames.newHeader, holding: header.bytes)
      if try folder.facts(of: name)?.kind == .file {
        do {
          try folder.exchange(VaultNames.newHeader, name)
        } catch  where error.code == .system(.invalidArgument) {
          try replace(name, in: folder)
        }
      } else {
        try folder.rename(VaultNames.newHeader, to: folder, as: name)
      }
      try folder.sync()
      try eraseNew(in: folder)
    }
    try folder.sync()
  }

  /// The way of a file system that cannot exchange names: the old file is overwritten when it has none.
  private static func replace(_ name: FileName, in folder: FolderHandle) throws(VaultError) {
    let old = try folder.file(name, writing: true)
    try folder.rename(VaultNames.newHeader, to: folder, as: name)
    try folder.sync()
    try overwrite(old)
  }

  /// Overwrites and removes what stands under the name of a new header, its key slots first of all.
  static func eraseNew(in folder: FolderHandle) throws(VaultError) {
    guard let facts = try folder.facts(of: VaultNames.newHeader) else { return }
    if facts.kind == .file {
      try overwrite(try folder.file(VaultNames.newHeader, writing: true))
    }
    try folder.remove(VaultNames.newHeader)
  }

  private static func overwrite(_ file: FileHandle) throws(VaultError) {
    let size = min(try file.facts().size, UInt64(VaultHeader.longest))
    try file.write(at: 0, Sodium.randomBytes(Int(size)))
    try file.sync()
  }
}

extension FolderHandle {
  /// Makes a file that holds these bytes, on the medium when this returns.
  func create(_ name: FileName, holding bytes: [UInt8]) throws(VaultError) {
    let file = try create(name)
    try file.write(at: 0, bytes)
    try file.sync()
  }
}
