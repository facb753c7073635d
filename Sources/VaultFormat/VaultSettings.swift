/// What a header says of the store, sealed (docs/vault-format.md, "Header").
public struct VaultSettings: Equatable, Sendable {
  /// The patterns of what stays in the clear, as paths below the store.
  public var bulk: [String] = []
  /// The application whose store it is.
  public var application: String?
  /// Where the store was when it was locked, as the bytes of a path.
  public var storePath: [UInt8]?
  /// When the vault was made, in seconds since 1970.
  public var made: UInt64?
  /// What a later version added, kept as it is.
  public internal(set) var others: [Other] = []

  /// A setting that this version does not know.
  public struct Other: Equatable, Sendable {
    /// Which setting it is.
    public let tag: UInt16
    /// What it is set to.
    public let value: [UInt8]
  }

  private enum Tag {
    static let bulk: UInt16 = 1
    static let application: UInt16 = 2
    static let storePath: UInt16 = 3
    static let made: UInt16 = 4
  }

  /// Makes settings.
  public init(
    bulk: [String] = [], application: String? = nil, storePath: [UInt8]? = nil,
    made: UInt64? = nil
  ) {
    self.bulk = bulk
    self.application = application
    self.storePath = storePath
    self.made = made
  }

  /// Reads settings.
  /// - Throws: `damaged` where they end too early, one is there twice or is not of its type.
  init(parsing bytes: [UInt8]) throws(VaultFormatError) {
    var cursor = HeaderCursor(bytes[...], "settings")
    while cursor.remaining > 0 {
      let start = cursor.offset
      let tag = try cursor.integer(UInt16.self)
      let length = try cursor.integer(UInt32.self)
      let value = try cursor.take(Int(length))
      guard try add(tag, value) else {
        throw VaultFormatError(.damaged, "settings", at: start, "tag \(tag) makes no sense")
      }
    }
  }

  /// Takes up one setting; false where it is there already or is not of its type.
  private mutating func add(
    _ tag: UInt16, _ value: ArraySlice<UInt8>
  ) throws(VaultFormatError) -> Bool {
    switch tag {
    case Tag.bulk:
      guard let pattern = String(validating: value, as: UTF8.self) else { return false }
      bulk.append(pattern)
    case Tag.application:
      guard application == nil, let name = String(validating: value, as: UTF8.self)
      else { return false }
      application = name
    case Tag.storePath:
      guard storePath == nil else { return false }
      storePath = Array(value)
    case Tag.made:
      guard made == nil, value.count == 8 else { return false }
      var cursor = HeaderCursor(value, "settings")
      made = try cursor.integer(UInt64.self)
    default:
      others.append(Other(tag: tag, value: Array(value)))
    }
    return true
  }

  /// The bytes, unencrypted.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    func add(_ tag: UInt16, _ value: some Collection<UInt8>) {
      bytes.append(integer: tag)
      bytes.append(integer: UInt32(clamping: value.count))
      bytes += value
    }
    for pattern in bulk { add(Tag.bulk, pattern.utf8) }
    if let application { add(Tag.application, application.utf8) }
    if let storePath { add(Tag.storePath, storePath) }
    if let made {
      var value: [UInt8] = []
      value.append(integer: made)
      add(Tag.made, value)
    }
    for other in others { add(other.tag, other.value) }
    return bytes
  }
}
