public import SystemPackage
public import VaultFormat

/// Why an act on a vault or a store did not happen: what, to which file, and the cause.
public struct VaultError: Error, Sendable {
  /// The kinds of failure; each has an exit status of its own.
  public enum Code: Sendable, Equatable {
    /// The folder is no vault.
    case notAVault
    /// It is of a newer format.
    case newer
    /// The secret opens no slot.
    case wrongSecret
    /// It is not as it was sealed.
    case damaged
    /// Somebody has the store or the vault open.
    case inUse
    /// There is not room enough.
    case full
    /// The system refused.
    case system(Errno)
    /// What was asked cannot be done here.
    case refused
    /// The user interrupted.
    case interrupted
  }

  /// The kind of failure.
  public var code: Code
  /// The file or folder.
  public var path: FilePath
  /// What happened, lower case, without a full stop.
  public var text: String
  /// What to do about it, where there is something.
  public var hint: String?

  /// Makes an error of a kind, a place and a few words.
  public init(_ code: Code, _ path: FilePath, _ text: String, hint: String? = nil) {
    self.code = code
    self.path = path
    self.text = text
    self.hint = hint
  }

  /// Makes the error of a system call.
  public init(_ errno: Errno, _ path: FilePath, _ act: String) {
    let isFull = errno == .noSpace || errno == .diskQuotaExceeded
    self.init(isFull ? .full : .system(errno), path, "cannot \(act): \(errno)")
  }

  /// Whether the medium has not kept what was sealed: one object less, and no reason to give up all.
  ///
  /// That something new could not be written is another matter.
  func isOfVault(_ folders: ActFolders) -> Bool {
    if code == .damaged { return true }
    return code == .system(.ioError) && path.starts(with: folders.vault.path)
      && !path.starts(with: folders.new.path)
  }

  /// Makes the error of bytes that could not be read.
  public init(_ error: VaultFormatError, _ path: FilePath) {
    let code: Code =
      switch error.code {
      case .notAVault: .notAVault
      case .newer: .newer
      case .wrongSecret: .wrongSecret
      case .damaged: .damaged
      case .noMemory, .unsuitable: .refused
      }
    self.init(code, path, "\(error.part): \(error.text)")
  }
}
