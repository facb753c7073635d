extension VaultHeader {
  /// Opens the header by a secret, trying every slot of its type.
  /// - Throws: `wrongSecret` where no slot is the secret's; `damaged` where one is but the header is
  ///   not what was written; `noMemory`, also where that kept the only slots left from being tried.
  public func unlock(
    _ secret: borrowing SlotSecret
  ) throws(VaultFormatError) -> UnlockedHeader {
    var untried: VaultFormatError?
    for (place, slot) in slots.enumerated() {
      do throws(VaultFormatError) {
        if let contents = try slot.open(secret, of: vaultID) {
          return try UnlockedHeader(self, slot: place, contents)
        }
      } catch {
        // A slot that asks for more memory than there is must not keep others from opening.
        guard error.code == .noMemory else { throw error }
        untried = error
      }
    }
    throw untried ?? VaultFormatError(.wrongSecret, "header", "the secret opens no key slot")
  }
}
