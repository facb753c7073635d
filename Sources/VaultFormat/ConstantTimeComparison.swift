internal import CSodium
internal import Secrets

/// Whether two pieces hold the same bytes, in a time that does not tell how far they agree.
func agree(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
  guard left.count == right.count else { return false }
  guard let a = left.baseAddress, let b = right.baseAddress else { return true }
  return unsafe sodium_memcmp(a, b, left.count) == 0
}

extension Digest {
  /// Whether it is the one that stands somewhere, in a time that does not depend on the bytes.
  func agrees(with stored: UnsafeRawBufferPointer) -> Bool {
    unsafe withBytes { unsafe agree($0, stored) }
  }
}
