internal import Secrets

/// The key without which no header of the vault can be forged, shared by all states of a header.
final class HeaderKey: Sendable {
  let bytes: SecureBytes

  init(_ bytes: consuming SecureBytes) {
    self.bytes = bytes
  }
}
