import Secrets

/// A secret that the user gave, shared by those who need it; wiped when the last lets go.
final class HeldSecret: Sendable {
  /// The secret itself.
  let bytes: SecureBytes

  init(_ bytes: consuming SecureBytes) {
    self.bytes = bytes
  }

  /// A second copy, for an owner of its own.
  /// - Throws: `Failure` where no more memory can be locked.
  func duplicated() throws(Failure) -> SecureBytes {
    do { return try bytes.duplicate() } catch { throw Failure(error) }
  }
}
