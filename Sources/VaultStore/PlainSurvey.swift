internal import CLinux
internal import Glibc
internal import SystemPackage
internal import VaultFormat

/// What a lock will meet, found out before the first byte is touched.
struct PlainSurvey {
  /// Which file, whatever its name.
  struct FileID: Hashable {
    var device: UInt64
    var inode: UInt64

    init(_ facts: FileFacts) {
      device = facts.device
      inode = facts.inode
    }
  }

  /// Files, symbolic links counted with them.
  var files: UInt64 = 0
  /// Folders, the store's own with them.
  var folders: UInt64 = 0
  /// The size of all files in bytes.
  var bytes: UInt64 = 0
  /// Bytes that the vault will take more than the store takes now.
  var growth: UInt64 = 0
  /// The length of the longest object in bytes.
  var longest: UInt64 = 0
  /// What the store's rule leaves in the clear.
  var bulk = FileCount()
  /// What cannot be kept in a vault, and stays where it is.
  var refused: [NotTaken] = []
  /// The names inside the store of each file that has more than one name anywhere.
  var links: [FileID: [[FileName]]] = [:]

  /// Walks the store.
  /// - Throws: `VaultError`: `inUse` where a process has a file of it open, `refused` where something
  ///   could not be moved or overwritten.
  init(_ tree: PlainTree, openFiles: OpenStoreSearch) throws(VaultError) {
    var walk = PlainWalk(tree)
    var fixed: [FilePath] = []
    while let step = try walk.next() {
      switch step {
      case .folder(let folder):
        folders += 1
        growth += UInt64(ObjectLayout.pageSize)
        try Self.checkAccess(folder)
        // The store's own folder is told apart: its flag may be the one that a lock sets.
        if folder.status.isFixed, folder.parent != nil { fixed.append(folder.handle.path) }
      case .entry(let entry):
        if let holder = openFiles.holder(of: entry.status.facts) {
          throw VaultError(
            .inUse, entry.path, "is open in \(holder)",
            hint: "end that program, or wait for it with --wait")
        }
        if entry.status.isFixed { fixed.append(entry.path) }
        add(entry)
      case .bulk(let entry):
        bulk.add(entry.name, entry.status.facts, in: entry.folder.handle)
      case .refused(let entry, let reason):
        refused.append(NotTaken(path: entry.path, why: reason))
      case .end: continue
      }
    }
    if let first = fixed.first {
      let others = fixed.count == 1 ? "" : ", and \(fixed.count - 1) more"
      throw VaultError(
        .refused, first, "is immutable or append-only\(others)",
        hint: "take the flag away with chattr -i -a")
    }
  }

  private mutating func add(_ entry: PlainEntry) {
    let facts = entry.status.facts
    files += 1
    if facts.kind == .file, facts.names > 1 {
      let id = FileID(facts)
      links[id, default: []].append(entry.steps)
      // Contents are kept once.
      if links[id]?.count != 1 { return }
    }
    let page = UInt64(ObjectLayout.pageSize)
    let size = facts.kind == .file ? facts.size : 0
    bytes = bytes.addingReportingOverflow(size).partialValue
    let layout = ObjectLayout.layout(size: size, attributes: 0)
    let pages = ObjectLayout.filePages(size: size, layout: layout)
    // A hole takes no more room in the vault than in the store: what counts is what is there.
    let present = facts.allocated / page
    let needed = min(pages, present + present / 100 + 8)
    let length = needed.multipliedReportingOverflow(by: page).partialValue
    longest = max(longest, length)
    growth = growth.addingReportingOverflow(length - min(length, facts.allocated)).partialValue
  }

  /// Refuses a folder of which somebody without privileges cannot list or leave anything.
  private static func checkAccess(_ folder: PlainFolder) throws(VaultError) {
    guard geteuid() != 0 else { return }
    let facts = folder.status.facts
    if facts.owner == geteuid() {
      guard facts.mode & 0o500 == 0o500 else {
        throw VaultError(
          .refused, folder.handle.path, "cannot be listed by its owner", hint: "chmod u+rx it first"
        )
      }
    } else if unsafe faccessat(
      folder.handle.descriptor.rawValue, ".", R_OK | W_OK | X_OK, AT_EACCESS) != 0
    {
      throw VaultError(
        .refused, folder.handle.path, "belongs to another user", hint: "run this as root")
    }
  }
}
