/// The name that an object has in the vault's folders.
public enum DiskName: Hashable, Sendable {
  /// It holds the whole encrypted name.
  case direct(String)
  /// It stands for an encrypted name too long for the file system, whose bytes are in a file
  /// beside the object.
  case long(name: String, rest: [UInt8])

  /// The name of the object's file or folder.
  public var name: String {
    switch self {
    case .direct(let name), .long(let name, _): name
    }
  }

  /// The name of the file beside it, where there is one.
  public var restName: String? {
    switch self {
    case .direct: nil
    case .long(let name, _): name + Self.restSuffix
    }
  }

  /// The disk bytes: the id and the encrypted name.
  public var bytes: [UInt8] {
    switch self {
    case .direct(let name): Base32.decode(name.utf8) ?? []
    case .long(_, let rest): rest
    }
  }

  /// What the name of the file beside an object ends with.
  public static let restSuffix = ".name"
  /// The number of characters of a long name's stand-in; no direct name has as many.
  public static let longLength = 52

  /// Whether a name found in the vault can only be read together with the file beside it.
  public static func needsRest(_ name: some Collection<UInt8>) -> Bool {
    name.count == longLength
  }
}
