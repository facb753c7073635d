internal import SystemPackage
internal import VaultFormat

/// The tree of a vault in memory, made from its manifest.
enum LiveTree {
  /// Makes the nodes.
  /// - Throws: `VaultError`; `damaged` where the manifest has no root folder.
  static func nodes(
    of table: ManifestTable, _ vault: FilePath
  ) throws(VaultError) -> (root: LiveNode, all: [ObjectID: LiveNode]) {
    guard !table.rows.isEmpty else {
      throw VaultError(.damaged, vault, "the manifest names no folder")
    }
    var all: [ObjectID: LiveNode] = [:]
    all.reserveCapacity(table.rows.count)
    var byRow: [LiveNode] = []
    byRow.reserveCapacity(table.rows.count)
    for (number, row) in table.rows.enumerated() {
      let isRoot = number == 0
      let node: LiveNode
      if let there = all[row.id] {
        // A second name of the same file.
        guard there.kind != .folder else {
          throw VaultError(.damaged, vault, "the manifest names one folder twice")
        }
        node = there
        node.names += 1
      } else {
        node = LiveNode(kind(row.kind), row.id)
        node.promised = PromisedHead(
          generation: row.generation, size: row.size, digest: row.head)
        all[row.id] = node
      }
      byRow.append(node)
      if isRoot {
        unsafe node.folder?.parent = node
        continue
      }
      let folder = byRow[Int(row.folder)]
      let name = Array(table.name(UInt32(number)))
      guard let holder = folder.folder, holder.children[name] == nil else {
        throw VaultError(.damaged, vault, "the manifest names one place twice")
      }
      holder.children[name] = node
      node.places.append(NodePlace(folder: folder, name: name))
      if let inner = node.folder {
        unsafe inner.parent = folder
        holder.folders += 1
      }
    }
    return (byRow[0], all)
  }

  private static func kind(_ kind: ObjectKind) -> NodeKind {
    switch kind {
    case .folder: .folder
    case .link: .link
    case .file, .attributes, .manifest: .file
    }
  }
}
