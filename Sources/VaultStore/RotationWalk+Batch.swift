internal import Secrets
internal import SystemPackage
internal import VaultFormat

/// Objects that pass from the old tree into the new one together.
extension RotationWalk {
  /// Carries the objects gathered so far to the end.
  func flush() throws(VaultError) {
    let items = self.items
    if items.isEmpty { return }
    let writing = items.filter { $0.act == .write }
    let placing = items.filter { $0.act != .remove }
    let tools = tools
    try tools.forEach(writing) { (item, workspace, others) throws(VaultError) in
      try item.write(tools, workspace, others)
    }
    for item in placing { if let rest = item.new.name.rest { try write(rest) } }
    if !placing.isEmpty { try tools.sync() }
    try tools.forEach(writing) { (item, workspace, others) throws(VaultError) in
      try item.readBack(tools, workspace, others)
    }
    // What an object cannot be read without is in its place first: from then on the new one counts.
    var isBefore = false
    for item in placing {
      if let attributes = item.written?.attributes {
        try tools.place(attributes: attributes)
        isBefore = true
      }
      if let rest = item.new.name.rest {
        try place(rest, in: item.new.folder)
        isBefore = true
      }
    }
    if isBefore { try tools.sync() }
    for item in placing { try place(item) }
    try tools.sync()
    for item in items where !item.isFolder { try item.old.folder.remove(item.old.name) }
    tools.monitor.done(files: items.count { !$0.isFolder })
    self.items = []
    itemBytes = 0
  }

  private func place(_ item: RotationItem) throws(VaultError) {
    switch item.act {
    case .remove: return
    case .write:
      guard let name = FileName(item.id.hex) else { return }
      try tools.folders.new.rename(name, to: item.new.folder, as: item.new.name.object)
    case .link:
      guard let place = places[item.id] else { return }
      let steps = place.split(separator: "/").compactMap { FileName(String($0)) }
      guard let first = steps.last else { return }
      var folder = vault.folder
      for step in steps.dropLast() { folder = try folder.folder(step) }
      try item.new.folder.removeIfThere(item.new.name.object)
      try folder.addName(first, in: item.new.folder, as: item.new.name.object)
    }
  }

  // MARK: - Rests of long names

  /// Writes the rest of a name beside.
  @discardableResult
  func write(_ rest: (name: FileName, bytes: [UInt8])) throws(VaultError) -> FileHandle {
    try tools.folders.new.removeIfThere(rest.name)
    let file = try tools.folders.new.create(rest.name)
    try file.write(at: 0, rest.bytes)
    return file
  }

  /// Moves the rest of a name to its place.
  func place(
    _ rest: (name: FileName, bytes: [UInt8]), in folder: FolderHandle
  ) throws(VaultError) {
    try tools.folders.new.rename(rest.name, to: folder, as: rest.name)
  }
}

extension RotationItem {
  /// Writes the object anew, beside.
  func write(
    _ tools: ActTools, _ workspace: ObjectWorkspace, _ others: [ObjectWorkspace]
  ) throws(VaultError) {
    let object = try workspace.open(try old.folder.file(old.name))
    guard object.digest == digest else {
      throw VaultError(
        .damaged, object.file.path, "is not the state that was sealed",
        hint: "`sotto verify` says what of the vault is not as it was sealed")
    }
    // Block by block it is opened when it is written; that the blocks are of one state is seen here.
    try workspace.verify(object, with: others)
    attributes = try tools.encodedAttributes(of: object.head, workspace)
    var head = object.head
    head.generation += 1
    head.attributesID = .none
    head.attributesDigest = .zero
    guard let name = FileName(id.hex) else { return }
    written = try tools.write(
      head, attributes: attributes, .object(object), in: tools.folders.new, as: name, workspace,
      with: others)
  }

  /// Reads the new object back from the medium.
  func readBack(
    _ tools: ActTools, _ workspace: ObjectWorkspace, _ others: [ObjectWorkspace]
  ) throws(VaultError) {
    guard let written, let name = FileName(id.hex) else { return }
    try tools.readBack(attributes: written.attributes, attributes, workspace)
    let object = try tools.readBack(written.object, in: tools.folders.new, as: name, workspace)
    // The tags are those of the blocks as they were encrypted.
    try workspace.verify(object, with: others)
  }
}
