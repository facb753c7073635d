import Secrets

/// A failure that ends a command: what happened, to what, and what to do about it.
struct Failure: Error {
  var status: ExitStatus
  /// Lower case, no full stop.
  var text: String
  /// What to do.
  var hint: String?

  init(_ text: String, hint: String? = nil, status: ExitStatus = .failure) {
    self.status = status
    self.text = text
    self.hint = hint
  }
}

extension Failure {
  /// The failure that a secret which could not be held is.
  init(_ error: SecretsError) {
    switch error {
    case .noCryptography:
      self.init("libsodium does not start", hint: "install libsodium again")
    case .outOfLockedMemory:
      self.init(
        "the system gives no more memory that is kept out of swap",
        hint: "raise the limit: ulimit -l")
    case .outOfMemory:
      self.init(
        "there is not memory enough for the key derivation",
        hint: "close other programs, or choose --kdf interactive for a new vault")
    case .unsuitable:
      self.init("a secret has a length that cannot be used")
    case .dumpable:
      self.init("the system does not forbid dumps of this process's memory")
    }
  }
}
