public import Secrets

/// One name of one object of a tree, as a manifest lists it.
public struct ManifestEntry: Equatable, Sendable {
  static let fixedLength = 90
  static let longest = fixedLength + 255

  /// What the object is: file, folder or symbolic link.
  public var kind: ObjectKind
  /// The number of the epoch.
  public var epoch: UInt32
  /// The object id of the folder it is in; `none` for the root folder.
  public var folder: ObjectID
  /// The object's id.
  public var id: ObjectID
  /// The generation that its head says.
  public var generation: UInt64
  /// The size of its contents in bytes.
  public var size: UInt64
  /// The digest of its head page.
  public var head: Digest
  /// Its name in the folder; empty for the root folder.
  public var name: [UInt8]

  /// Makes an entry.
  public init(
    kind: ObjectKind, epoch: UInt32, folder: ObjectID, id: ObjectID, generation: UInt64,
    size: UInt64, head: Digest, name: [UInt8]
  ) {
    self.kind = kind
    self.epoch = epoch
    self.folder = folder
    self.id = id
    self.generation = generation
    self.size = size
    self.head = head
    self.name = name
  }

  /// Makes the entry of an object of the tree from its head.
  public init(_ head: ObjectHead, digest: Digest, in folder: ObjectID, name: [UInt8]) {
    self.init(
      kind: head.kind, epoch: head.epoch, folder: folder, id: head.id,
      generation: head.generation, size: head.size, head: digest, name: name)
  }

  /// Reads a whole entry, which begins at an offset of the manifest's contents.
  init(parsing bytes: [UInt8], at offset: Int) throws(VaultFormatError) {
    guard bytes.count >= Self.fixedLength else {
      throw ManifestHeader.damaged(offset, "an entry of \(bytes.count) bytes")
    }
    guard let kind = ObjectKind(rawValue: bytes[2]) else {
      throw VaultFormatError(.newer, "manifest", at: offset + 2, "kind \(bytes[2])")
    }
    guard bytes[3] == 0 else {
      throw ManifestHeader.damaged(offset + 3, "a byte that must be zero is not")
    }
    let nameLength = Int(bytes[88]) | Int(bytes[89]) << 8
    guard bytes.count == Self.fixedLength + nameLength else {
      throw ManifestHeader.damaged(offset, "an entry whose lengths do not agree")
    }
    self = unsafe bytes.withUnsafeBytes { bytes in
      unsafe ManifestEntry(
        kind: kind, epoch: bytes.stored(UInt32.self, at: 4), folder: bytes.storedID(at: 8),
        id: bytes.storedID(at: 24), generation: bytes.stored(UInt64.self, at: 40),
        size: bytes.stored(UInt64.self, at: 48), head: bytes.storedDigest(at: 56),
        name: bytes.storedBytes(at: Self.fixedLength, nameLength))
    }
  }

  /// Adds the entry's bytes; asked only after `check`.
  func write(to bytes: inout [UInt8]) {
    let start = bytes.count
    let length = Self.fixedLength + name.count
    bytes.append(contentsOf: repeatElement(0, count: length))
    unsafe bytes.withUnsafeMutableBytes { all in
      let entry = unsafe all.part(at: start, length)
      unsafe entry.store(UInt16(truncatingIfNeeded: length), at: 0)
      unsafe entry[2] = kind.rawValue
      unsafe entry.store(epoch, at: 4)
      unsafe entry.store(folder, at: 8)
      unsafe entry.store(id, at: 24)
      unsafe entry.store(generation, at: 40)
      unsafe entry.store(size, at: 48)
      unsafe entry.store(head, at: 56)
      unsafe entry.store(UInt16(truncatingIfNeeded: name.count), at: 88)
      unsafe entry.store(name, at: Self.fixedLength)
    }
  }

  /// Compares an entry with what its place allows: the root folder stands first and nowhere else.
  func check(isFirst: Bool, at offset: Int) throws(VaultFormatError) {
    guard kind.isOfTheStore else {
      throw ManifestHeader.damaged(offset, "an entry for what is not of the store")
    }
    guard generation > 0 else { throw ManifestHeader.damaged(offset, "generation 0") }
    if isFirst {
      guard kind == .folder, folder == .none, name.isEmpty else {
        throw ManifestHeader.damaged(offset, "does not begin with the root folder")
      }
    } else {
      guard folder != .none, NameCipher.isName(name) else {
        throw ManifestHeader.damaged(offset, "an entry without a folder or a name")
      }
    }
  }
}
