internal import SystemPackage
internal import VaultFormat

/// In which way an object's file is not as it was sealed.
enum ObjectFault: Error {
  /// The system could not read or write it, or there is no memory for a key.
  case failed(VaultError)
  /// Something else than a file is there.
  case notAFile
  /// The file is shorter or longer than the head says.
  case length(found: UInt64, expected: UInt64)
  /// The head does not open.
  case head(VaultFormatError)
  /// The block does not authenticate.
  case block(UInt64)
  /// The seal pages do not have the root that the head gives.
  case root
  /// A seal page has bytes that must be zero and are not.
  case sealPage(UInt64)
  /// The object is of another kind than its place says.
  case kind(ObjectKind)
  /// The contents differ from what they were compared with, from this byte on.
  case differs(UInt64)

  /// What to say of it.
  var text: String {
    switch self {
    case .failed(let error): error.text
    case .notAFile: "is no regular file"
    case .length(let found, let expected): "has \(found) bytes instead of \(expected)"
    case .head(let error): "\(error.part): \(error.text)"
    case .block(let number): "block \(number) is not as it was sealed"
    case .root: "the seal pages are not those that the head was sealed with"
    case .sealPage(let number): "seal page \(number) has bytes that must be zero"
    case .kind(let kind): "holds an object of kind \(kind.rawValue)"
    case .differs(let offset): "differs from byte \(offset) on"
    }
  }

  /// The error of an act on the file at `path`.
  func error(_ path: FilePath) -> VaultError {
    switch self {
    case .failed(let error): error
    case .head(let error) where error.code != .damaged: VaultError(error, path)
    default: VaultError(.damaged, path, text)
    }
  }
}
