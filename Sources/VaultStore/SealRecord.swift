internal import ByteReading
public import Secrets
public import SystemPackage
public import VaultFormat

/// What this machine remembers of a vault since it was last sealed here, by which it tells a vault that
/// was put back as a whole.
public struct SealRecord: Equatable, Sendable {
  /// The vault.
  public var vaultID: ObjectID
  /// The counter of its newest manifest.
  public var counter: UInt64
  /// The digest of the page of that manifest's head.
  public var manifest: Digest
  /// The generation of its header.
  public var headerGeneration: UInt64
  /// The digest of its header.
  public var header: Digest
  /// Where the store is.
  public var store: FilePath
  /// Where the vault is.
  public var vault: FilePath
  /// The application whose store it is.
  public var application: String?
  /// The paths below the store that were left in the clear.
  public var bulk: [String]
  /// When it was sealed, in seconds since 1970.
  public var sealed: UInt64

  private static let schema = "sotto.seal/1"

  /// The bytes of its file.
  var json: [UInt8] {
    var text = "{\"schema\":\"\(Self.schema)\",\"vault\":\"\(vaultID.hex)\",\"counter\":\(counter)"
    text += ",\"manifest\":\"\(Hexadecimal.text(manifest.bytes))\""
    text += ",\"headerGeneration\":\(headerGeneration)"
    text += ",\"header\":\"\(Hexadecimal.text(header.bytes))\",\"sealed\":\(sealed)"
    // Paths are bytes of any kind.
    text += ",\"storePath\":\"\(Hexadecimal.text(store.bytes))\""
    text += ",\"vaultPath\":\"\(Hexadecimal.text(vault.bytes))\""
    if let application { text += ",\"app\":\"\(Hexadecimal.text(Array(application.utf8)))\"" }
    let bulk = bulk.map { "\"\(Hexadecimal.text(Array($0.utf8)))\"" }.joined(separator: ",")
    text += ",\"bulk\":[\(bulk)]"
    return Array((text + "}\n").utf8)
  }

  /// Reads the bytes of a record's file; nil where they are none of this version.
  init?(json bytes: [UInt8]) {
    var cursor = JSONCursor(MemorySource(bytes))
    guard let value = try? cursor.value(), value["schema"]?.string == Self.schema,
      let vaultID = Self.bytes(value["vault"]).flatMap({ ObjectID($0) }),
      let counter = Self.number(value["counter"]),
      let manifest = Self.bytes(value["manifest"]).flatMap({ Digest($0) }),
      let headerGeneration = Self.number(value["headerGeneration"]),
      let header = Self.bytes(value["header"]).flatMap({ Digest($0) }),
      let sealed = Self.number(value["sealed"]),
      let store = Self.bytes(value["storePath"]).flatMap({ FilePath(bytes: $0) }),
      let vault = Self.bytes(value["vaultPath"]).flatMap({ FilePath(bytes: $0) })
    else { return nil }
    self.vaultID = vaultID
    self.counter = counter
    self.manifest = manifest
    self.headerGeneration = headerGeneration
    self.header = header
    self.sealed = sealed
    self.store = store
    self.vault = vault
    application = Self.bytes(value["app"]).map { String(decoding: $0, as: UTF8.self) }
    bulk = (value["bulk"]?.elements ?? []).compactMap { element in
      Self.bytes(element).map { String(decoding: $0, as: UTF8.self) }
    }
  }

  init(
    vaultID: ObjectID, counter: UInt64, manifest: Digest, headerGeneration: UInt64,
    header: Digest, store: FilePath, vault: FilePath, application: String?,
    bulk: [String], sealed: UInt64
  ) {
    self.vaultID = vaultID
    self.counter = counter
    self.manifest = manifest
    self.headerGeneration = headerGeneration
    self.header = header
    self.store = store
    self.vault = vault
    self.application = application
    self.bulk = bulk
    self.sealed = sealed
  }

  private static func bytes(_ value: JSONValue?) -> [UInt8]? {
    value?.string.flatMap { Hexadecimal.bytes($0) }
  }

  private static func number(_ value: JSONValue?) -> UInt64? {
    value?.integer.flatMap { UInt64(exactly: $0) }
  }
}
