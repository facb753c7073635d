/// Makes right in any journal what only someone with its keys could.
enum JournalSealing {
  /// Seals the header and as many records as there are, under the keys of the epoch that it names.
  static func mend(_ bytes: inout [UInt8]) {
    guard bytes.count >= 96 else { return }
    let key = FixedVault.key(UInt32(bytes.number(at: 12, 4)), "journal")
    var authenticator = vaultHash(key, Array(bytes[..<64]))
    bytes.put(authenticator, at: 64)
    for place in stride(from: 96, through: bytes.count - 64, by: 64) {
      authenticator = vaultHash(key, authenticator, Array(bytes[place..<place + 32]))
      bytes.put(authenticator, at: place + 32)
    }
  }
}
