import VaultFormat

@testable import VaultStore

/// What is in a vault, by the union of its trees: where a name is in two, the later epoch's counts.
struct VaultContents {
  private let vault: OpenedVault
  private let workspace: ObjectWorkspace

  init(_ vault: OpenedVault, _ workspace: ObjectWorkspace) {
    self.vault = vault
    self.workspace = workspace
  }

  /// The contents of all files and links, by path.
  func files() throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for epoch in vault.header.header.epochs {
      guard let keys = vault.header.keys[epoch.number],
        var walk = try VaultTreeWalk(of: keys, in: vault.folder, ObjectWorkspace(vault.header.keys))
      else { continue }
      while let step = walk.next() {
        switch step {
        case .object(let place, let folder, let disk):
          let object = try workspace.open(try folder.handle.file(disk))
          let path = String(decoding: place.path ?? Array(place.file.utf8), as: UTF8.self)
          files[path] = try workspace.contents(of: object)
        case .folder, .end, .stray: continue
        }
      }
    }
    return files
  }
}
