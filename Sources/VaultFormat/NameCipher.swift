internal import CSodium
internal import Secrets

/// Names on disk and back (docs/vault-format.md, "Names").
public struct NameCipher: Sendable {
  private static let idLength = 16
  private static let step = 32
  /// The most disk bytes that a name on disk holds itself.
  private static let directLimit = 144

  private let keys: EpochKeys

  /// Makes the cipher of an epoch's names.
  public init(_ keys: EpochKeys) {
    self.keys = keys
  }

  /// Whether bytes can be a name in a folder.
  public static func isName(_ name: some Collection<UInt8>) -> Bool {
    let dot = UInt8(ascii: ".")
    return (1...255).contains(name.count)
      && name.allSatisfy { $0 != 0 && $0 != UInt8(ascii: "/") }
      && !(name.count <= 2 && name.allSatisfy { $0 == dot })
  }

  /// Encrypts a name in a folder.
  /// - Throws: `damaged` where no folder can have the name.
  public func encode(
    name: [UInt8], in folder: ObjectID
  ) throws(VaultFormatError) -> DiskName {
    guard Self.isName(name) else {
      throw VaultFormatError(.damaged, "name", "no folder can have such a name")
    }
    let padding = (Self.step - name.count % Self.step) % Self.step
    let padded = name + [UInt8](repeating: 0, count: padding)
    let id = id(of: padded[...], in: folder)
    return diskName(of: id + crypt(padded[...], id: id))
  }

  /// Whether the disk bytes of a name can be as many.
  public static func isDiskLength(_ count: Int) -> Bool {
    count > idLength && count <= idLength + 256 && count % step == idLength
  }

  /// The name on disk of disk bytes, whatever name they hold.
  public func diskName(of bytes: [UInt8]) -> DiskName {
    bytes.count <= Self.directLimit
      ? .direct(Base32.encode(bytes)) : .long(name: longName(of: bytes), rest: bytes)
  }

  /// Decrypts the name of an object.
  ///
  /// - Parameters:
  ///   - disk: The name on disk.
  ///   - rest: What the file `X.name` beside it holds, for a name that needs it.
  ///   - folder: The id of the folder it is in; in another folder the name does not open.
  /// - Throws: `damaged`.
  public func decode(
    _ disk: some Collection<UInt8>, rest: [UInt8]? = nil, in folder: ObjectID
  ) throws(VaultFormatError) -> [UInt8] {
    let bytes: [UInt8]
    if DiskName.needsRest(disk) {
      guard let rest else { throw Self.damaged("the file with its rest is missing") }
      // Before anything is hashed or decrypted: the file may be of any length.
      guard rest.count > Self.directLimit, rest.count <= Self.idLength + 256 else {
        throw Self.damaged("its rest has \(rest.count) bytes")
      }
      guard disk.elementsEqual(longName(of: rest).utf8) else {
        throw Self.damaged("its rest is another name's")
      }
      bytes = rest
    } else {
      guard rest == nil else { throw Self.damaged("a rest that it has no need of") }
      guard disk.count <= Base32.length(ofBytes: Self.directLimit),
        let decoded = Base32.decode(disk)
      else { throw Self.damaged("is not base32 as it is written") }
      bytes = decoded
    }
    return try decode(bytes: bytes, in: folder)
  }

  /// Decrypts the disk bytes of a name.
  /// - Throws: `damaged`.
  public func decode(
    bytes: [UInt8], in folder: ObjectID
  ) throws(VaultFormatError) -> [UInt8] {
    guard Self.isDiskLength(bytes.count) else { throw Self.damaged("\(bytes.count) bytes") }
    let id = Array(bytes[..<Self.idLength])
    let padded = crypt(bytes[Self.idLength...], id: id)
    let expected = self.id(of: padded[...], in: folder)
    let isWritten = unsafe id.withUnsafeBytes { id in
      unsafe expected.withUnsafeBytes { unsafe agree(id, $0) }
    }
    guard isWritten else {
      throw Self.damaged("is not as it was written, or of another folder")
    }
    let end = (padded.lastIndex { $0 != 0 } ?? -1) + 1
    let name = Array(padded[..<end])
    guard Self.isName(name), padded.count - name.count < Self.step else {
      throw Self.damaged("holds what is no name")
    }
    return name
  }

  /// Decrypts the name of an object.
  /// - Throws: `damaged`.
  public func decode(
    _ disk: String, rest: [UInt8]? = nil, in folder: ObjectID
  ) throws(VaultFormatError) -> [UInt8] {
    try decode(disk.utf8, rest: rest, in: folder)
  }

  /// First 16 bytes of H(K(name ids), folder ‖ padded).
  private func id(of padded: ArraySlice<UInt8>, in folder: ObjectID) -> [UInt8] {
    var hash = KeyedHash(key: keys.nameIDs)
    unsafe folder.withBytes { unsafe hash.add($0) }
    hash.add(padded)
    return Array(hash.digest().bytes[..<Self.idLength])
  }

  private func longName(of disk: [UInt8]) -> String {
    var hash = KeyedHash(key: keys.nameIDs)
    hash.add("long")
    hash.add(disk)
    return Base32.encode(hash.digest().bytes)
  }

  /// The AEAD's stream alone, which begins with the second block: the same both ways.
  private func crypt(_ bytes: ArraySlice<UInt8>, id: [UInt8]) -> [UInt8] {
    let nonce = id + [UInt8](repeating: 0, count: DetachedAEAD.nonceLength - id.count)
    let input = Array(bytes)
    var output = input
    unsafe keys.names.withBytes { key in
      guard let key = key.baseAddress else { return }
      _ = unsafe crypto_stream_xchacha20_xor_ic(
        &output, input, UInt64(input.count), nonce, 1, key.assumingMemoryBound(to: UInt8.self))
    }
    return output
  }

  private static func damaged(_ text: String) -> VaultFormatError {
    VaultFormatError(.damaged, "name", text)
  }
}
