public import Secrets

/// Everything about an object but its longer contents: what its first page says
/// (docs/vault-format.md, "Objects").
public struct ObjectHead: Equatable, Sendable {
  /// The object's id.
  public var id: ObjectID
  /// The number of the epoch under whose keys it is sealed.
  public var epoch: UInt32
  /// What the object is.
  public var kind: ObjectKind
  /// Where its contents are.
  public var layout = ContentsLayout.inside
  /// The twelve permission bits.
  public var mode: UInt16 = 0
  /// The owner's number.
  public var owner: UInt32 = 0
  /// The group's number.
  public var group: UInt32 = 0
  /// How often the head was sealed, from 1; of a manifest its counter.
  public var generation: UInt64 = 1
  /// The size of the contents in bytes; of a folder 0.
  public var size: UInt64 = 0
  /// When the contents were modified.
  public var modified = ObjectTime.zero
  /// When the contents were read.
  public var accessed = ObjectTime.zero
  /// When the file was made; zero when unknown.
  public var born = ObjectTime.zero
  /// The hash over all seal pages; zero with contents inside.
  public var root = Digest.zero
  /// The object that has the extended attributes where they do not fit; `none` if there is none.
  public var attributesID = ObjectID.none
  /// The digest of that object's head page, or zero.
  public var attributesDigest = Digest.zero
  /// The extended attributes, as `ExtendedAttributes` writes them.
  public var attributes: [UInt8] = []
  /// The contents where they are inside.
  public var contents: [UInt8] = []
  /// The seals of blocks 0 to 63, 2,560 bytes, where the contents are in blocks; else empty.
  public var firstSeals: [UInt8] = []

  /// Makes the head of an empty object.
  public init(_ kind: ObjectKind, id: ObjectID, epoch: UInt32) {
    self.kind = kind
    self.id = id
    self.epoch = epoch
  }

  /// The digest of a head's page, as manifests and heads with long attributes have it.
  public static func digest(ofPage page: UnsafeRawBufferPointer) -> Digest {
    unsafe KeyedHash.digest(of: page, keyBytes: UnsafeRawBufferPointer(start: nil, count: 0))
  }

  /// Compares the fields with each other and with the limits of the format.
  ///
  /// Asked before a head is sealed and after one was opened: what is written can be read.
  /// - Throws: `damaged`.
  func check() throws(VaultFormatError) {
    guard mode <= 0o7777 else { throw Self.damaged(2, "mode \(mode) has unknown bits") }
    guard generation > 0 else { throw Self.damaged(16, "generation 0") }
    guard kind != .folder || size == 0 else { throw Self.damaged(24, "a folder of size \(size)") }
    for time in [modified, accessed, born] where time.nanoseconds > 999_999_999 {
      throw Self.damaged(32, "\(time.nanoseconds) nanoseconds")
    }
    guard (attributesID == .none) == (attributesDigest == .zero) else {
      throw Self.damaged(104, "an attributes object without its digest, or the reverse")
    }
    guard attributesID == .none || attributes.isEmpty else {
      throw Self.damaged(152, "attributes both inside and in an object")
    }
    if !kind.isOfTheStore {
      let isBare =
        mode == 0 && owner == 0 && group == 0 && modified == .zero && accessed == .zero
        && born == .zero && attributes.isEmpty && attributesID == .none
      guard isBare else { throw Self.damaged(2, "an owner, time or attribute that must be zero") }
    }
    switch layout {
    case .inside:
      guard root == .zero else { throw Self.damaged(72, "a root over contents inside") }
      guard firstSeals.isEmpty else { throw Self.damaged(160, "seals of contents inside") }
      guard size == UInt64(contents.count) else {
        throw Self.damaged(24, "size \(size) of \(contents.count) bytes")
      }
      guard attributes.count <= ObjectLayout.insideLimit - min(size, ObjectLayout.insideLimit),
        size <= ObjectLayout.insideLimit
      else {
        throw Self.damaged(
          152, "\(attributes.count) bytes of attributes and \(size) of contents do not fit")
      }
    case .blocks:
      guard contents.isEmpty else { throw Self.damaged(160, "contents inside and in blocks") }
      guard attributes.count <= ObjectLayout.attributesLimit else {
        throw Self.damaged(152, "\(attributes.count) bytes of attributes do not fit")
      }
      guard firstSeals.count == ObjectLayout.firstSealsLength else {
        throw Self.damaged(1464, "\(firstSeals.count) bytes of seals")
      }
      let blocks = min(ObjectLayout.blocks(size: size), UInt64(ObjectLayout.firstBlocks))
      let used = Int(blocks) * ObjectLayout.sealLength
      guard firstSeals[used...].allSatisfy({ $0 == 0 }) else {
        throw Self.damaged(1464 + used, "a seal of a block that does not exist")
      }
      guard root == .zero || ObjectLayout.sealPages(size: size) > 0 else {
        throw Self.damaged(72, "a root over no seal pages")
      }
    }
  }

  static func damaged(_ offset: Int, _ text: String) -> VaultFormatError {
    VaultFormatError(.damaged, "head", at: offset, text)
  }
}
