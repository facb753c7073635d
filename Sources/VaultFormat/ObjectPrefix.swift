internal import Secrets

/// The part of a head that can be read without a key: whose keys open the rest.
public struct ObjectPrefix: Equatable, Sendable {
  /// The length in bytes.
  public static let count = 32
  /// XChaCha20-Poly1305, the one cipher that is known.
  public static let cipher: UInt8 = 1

  /// The cipher.
  public let cipher: UInt8
  /// The number of the epoch.
  public let epoch: UInt32
  /// The object's id.
  public let id: ObjectID

  init(epoch: UInt32, id: ObjectID) {
    cipher = Self.cipher
    self.epoch = epoch
    self.id = id
  }

  /// Reads the beginning of a head.
  /// - Throws: `damaged`, or `newer` where version or cipher are not known.
  public init(parsing page: UnsafeRawBufferPointer) throws(VaultFormatError) {
    guard page.count >= Self.count else {
      throw VaultFormatError(.damaged, "head", at: page.count, "ends too early")
    }
    guard unsafe page.begins(with: "sottoobj") else {
      throw VaultFormatError(.damaged, "head", at: 0, "does not begin as an object")
    }
    let version = unsafe page.stored(UInt16.self, at: 8)
    cipher = unsafe page[10]
    guard version != 0, cipher != 0 else {
      throw VaultFormatError(.damaged, "head", at: 8, "version or cipher 0")
    }
    guard version == 1 else {
      throw VaultFormatError(.newer, "head", at: 8, "format version \(version)")
    }
    guard cipher == Self.cipher else {
      throw VaultFormatError(.newer, "head", at: 10, "cipher \(cipher)")
    }
    guard unsafe page[11] == 0 else {
      throw VaultFormatError(.damaged, "head", at: 11, "a byte that must be zero is not")
    }
    epoch = unsafe page.stored(UInt32.self, at: 12)
    id = unsafe page.storedID(at: 16)
  }

  /// The 32 bytes of an object whose head is not written yet, by which its file says which it is.
  public static func bytes(epoch: UInt32, id: ObjectID) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    unsafe bytes.withUnsafeMutableBytes {
      unsafe ObjectPrefix(epoch: epoch, id: id).write(to: $0)
    }
    return bytes
  }

  /// Writes the 32 bytes.
  func write(to page: UnsafeMutableRawBufferPointer) {
    unsafe page.store("sottoobj", at: 0)
    unsafe page.store(1 as UInt16, at: 8)
    unsafe page[10] = cipher
    unsafe page[11] = 0
    unsafe page.store(epoch, at: 12)
    unsafe page.store(id, at: 16)
  }
}
