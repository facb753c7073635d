internal import SystemPackage
internal import VaultFormat

/// Removes what an act that was cut off left in a vault and nothing refers to.
enum VaultSweep {
  /// Removes extended attributes that no head names, and rests of names that no object has.
  static func run(_ tools: ActTools, _ epoch: EpochKeys) throws(VaultError) {
    let vault = tools.folders.vault
    let workspace = tools.workspaces[0]
    guard var walk = try VaultTreeWalk(of: epoch, in: vault, workspace) else { return }
    var inUse: Set<FileName> = []
    func note(_ head: ObjectHead) {
      if head.attributesID != .none, let name = FileName(head.attributesID.hex) {
        inUse.insert(name)
      }
    }
    while let step = walk.next() {
      switch step {
      case .folder(_, .success(let object), _): note(object.head)
      case .folder(_, .failure(let fault), _): throw fault.error(vault.path)
      case .object(_, let folder, let disk):
        note(try workspace.open(try folder.handle.file(disk)).head)
      case .stray(let file, _):
        let steps = file.split(separator: "/").compactMap { FileName(String($0)) }
        guard let name = steps.last, name.hasSuffix(DiskName.restSuffix) else { continue }
        var folder = vault
        for step in steps.dropLast() { folder = try folder.folder(step) }
        try folder.removeIfThere(name)
      case .end: continue
      }
    }
    for name in try tools.folders.attributes.names() where !inUse.contains(name) {
      try tools.folders.attributes.removeIfThere(name)
    }
  }
}
