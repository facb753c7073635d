internal import Synchronization
internal import Secrets
public import SystemPackage
internal import VaultFormat

/// Extended attributes of an open vault.
///
/// Those that fit are in the head; longer ones are an object of their own, which is never rewritten
/// (docs/vault-format.md, "Objects").
extension LiveVault {
  private typealias Attributes = [(name: [UInt8], value: [UInt8])]
  private static let longestName = 255
  private static let longestValue = 65_536

  /// The value of an attribute, its name with the namespace.
  /// - Throws: `ENODATA` where there is none.
  public func extendedAttribute(
    _ name: [UInt8], of node: LiveNode
  ) throws(Errno) -> [UInt8] {
    if let bulk = node.bulk { return try bulk.extendedAttribute(name) }
    guard let found = try attributes(node).first(where: { $0.name == name }) else {
      throw .noData
    }
    return found.value
  }

  /// The names of all attributes.
  public func extendedAttributeNames(of node: LiveNode) throws(Errno) -> [[UInt8]] {
    if let bulk = node.bulk { return try bulk.extendedAttributeNames() }
    return try attributes(node).map(\.name)
  }

  /// Sets an attribute.
  public func setExtendedAttribute(
    _ name: [UInt8], _ value: [UInt8], of node: LiveNode, _ mode: AttributeMode
  ) throws(Errno) {
    guard (1...Self.longestName).contains(name.count) else { throw .outOfRange }
    guard value.count <= Self.longestValue else { throw .argListTooLong }
    if let bulk = node.bulk {
      try expectWritable()
      return try bulk.setExtendedAttribute(name, value, mode)
    }
    try change(node) { (attributes) throws(Errno) in
      let place = attributes.firstIndex { $0.name == name }
      if mode == .create, place != nil { throw .fileExists }
      if mode == .replace, place == nil { throw .noData }
      if let place {
        attributes[place].value = value
      } else {
        attributes.append((name, value))
      }
    }
  }

  /// Removes an attribute.
  public func removeExtendedAttribute(
    _ name: [UInt8], of node: LiveNode
  ) throws(Errno) {
    if let bulk = node.bulk {
      try expectWritable()
      return try bulk.removeExtendedAttribute(name)
    }
    try change(node) { (attributes) throws(Errno) in
      guard let place = attributes.firstIndex(where: { $0.name == name }) else { throw .noData }
      attributes.remove(at: place)
    }
  }

  private func attributes(_ node: LiveNode) throws(Errno) -> Attributes {
    let head = try node.locked { () throws(Errno) -> ObjectHead in
      let body = try load(node)
      defer { dropIfUnused(node) }
      return body.head
    }
    return try attributes(head)
  }

  private func attributes(_ head: ObjectHead) throws(Errno) -> Attributes {
    var bytes = head.attributes
    if head.attributesID != .none {
      do throws(VaultError) {
        bytes = try storedAttributes(head)
      } catch {
        throw Self.errno(error)
      }
    }
    guard let decoded = try? ExtendedAttributes.decode(bytes) else { throw .ioError }
    return decoded
  }

  private func storedAttributes(_ head: ObjectHead) throws(VaultError) -> [UInt8] {
    guard let name = FileName(head.attributesID.hex) else { return [] }
    let folder = try vault.folder(VaultNames.attributes)
    let workspace = try ObjectWorkspace(try withKeys().header.keys)
    let object = try workspace.open(try folder.file(name))
    guard object.digest == head.attributesDigest, object.head.kind == .attributes else {
      throw VaultError(.damaged, object.file.path, "are not the attributes that belong to it")
    }
    return try workspace.contents(of: object)
  }

  private func change(
    _ node: LiveNode, _ body: (inout Attributes) throws(Errno) -> Void
  ) throws(Errno) {
    try expectWritable()
    var changed = try attributes(node)
    try body(&changed)
    guard let encoded = try? ExtendedAttributes.encode(changed) else { throw .invalidArgument }
    let now = Self.now()
    let obsolete = try keys.lend(node.id) { (context) throws(Errno) -> ObjectID in
      try node.locked { () throws(Errno) -> ObjectID in
        let live = try load(node)
        let before = live.head.attributesID
        try place(encoded, of: live, context)
        node.facts?.changed = now
        note(node)
        return before
      }
    }
    if obsolete != .none { obsoleteAttributes.withLock { $0.append(obsolete) } }
  }

  /// Moves attributes out of a head that needs the room for seals.
  ///
  /// The node's lock is held.
  func shortenAttributes(_ live: LiveBody) throws(Errno) {
    guard live.head.layout == .inside,
      live.head.attributes.count > ObjectLayout.attributesLimit
    else { return }
    do throws(VaultError) {
      let made = try store(live.head.attributes)
      live.head.attributes = []
      live.head.attributesID = made.id
      live.head.attributesDigest = made.digest
    } catch {
      throw Self.errno(error)
    }
  }

  /// Removes attributes that nothing refers to any more.
  func removeAttributes(_ obsolete: [ObjectID]) {
    // One that stays is found and removed when the vault is opened after a crash, and named by a verification.
    guard !obsolete.isEmpty, let folder = try? vault.folder(VaultNames.attributes) else {
      return
    }
    for id in obsolete {
      if let name = FileName(id.hex) { try? folder.remove(name) }
    }
  }

  /// Puts attributes where they fit.
  ///
  /// The node's lock is held.
  private func place(
    _ encoded: [UInt8], of live: LiveBody, _ context: KeyContext
  ) throws(Errno) {
    let isLong = encoded.count > ObjectLayout.attributesLimit
    if live.head.layout == .inside,
      !isLong, live.head.contents.count + encoded.count > Int(ObjectLayout.insideLimit)
    {
      try live.moveToBlocks(context)
    }
    guard isLong else {
      live.head.attributes = encoded
      live.head.attributesID = .none
      live.head.attributesDigest = .zero
      return
    }
    do throws(VaultError) {
      let made = try store(encoded)
      live.head.attributes = []
      live.head.attributesID = made.id
      live.head.attributesDigest = made.digest
    } catch {
      throw Self.errno(error)
    }
  }

  /// Writes attributes as an object of their own, on the medium before a head refers to them.
  private func store(_ encoded: [UInt8]) throws(VaultError) -> (id: ObjectID, digest: Digest) {
    var head = ObjectHead(.attributes, id: .random(), epoch: epoch)
    head.size = UInt64(encoded.count)
    guard let name = FileName(head.id.hex) else { return (.none, .zero) }
    hasLongAttributes.store(true, ordering: .relaxed)
    let folder = try vault.folder(makingIfMissing: VaultNames.attributes)
    let file = try folder.create(name)
    let workspace = try ObjectWorkspace(try withKeys().header.keys)
    let written = try workspace.write(head, .bytes(encoded), to: file)
    try file.sync()
    try folder.sync()
    try vault.sync()
    return (head.id, written.digest)
  }
}
