public import Secrets

// A vault is opened by the process that was given a secret, and served by another one. What goes from
// one to the other is not the secret but the keys that it opened:
//
//   slot id 16 | header key 32 | for each epoch, their numbers ascending: number u32 | volume key 32

extension UnlockedHeader {
  fileprivate static let prefixCount = ObjectID.count + Digest.count
  fileprivate static let epochCount = 4 + Digest.count

  /// The most bytes that are handed over.
  public static let longestHandedOver =
    prefixCount + epochCount * Int(VaultHeader.epochLimits.upperBound)

  /// The keys, for another process that opens the same header by them.
  /// - Throws: `noMemory`.
  public func handedOver() throws(VaultFormatError) -> SecureBytes {
    let count = Self.prefixCount + Self.epochCount * keys.epochs.count
    do throws(SecretsError) {
      return try unsafe SecureBytes(count: count) { (bytes) throws(SecretsError) in
        unsafe slotID.withBytes { unsafe bytes.copyMemory(from: $0) }
        unsafe headerKey.bytes.withBytes { unsafe bytes.put($0, at: ObjectID.count) }
        for (index, epoch) in keys.epochs.enumerated() {
          let start = Self.prefixCount + Self.epochCount * index
          unsafe bytes.storeBytes(
            of: epoch.number.littleEndian, toByteOffset: start, as: UInt32.self)
          unsafe epoch.volume.withBytes { unsafe bytes.put($0, at: start + 4) }
        }
      }
    } catch {
      throw VaultFormatError(error, "keys")
    }
  }
}

extension VaultHeader {
  /// Opens the header by keys that another process has handed over; everything is authenticated as it is
  /// by a secret.
  /// - Throws: `unsuitable` where the keys are another header's; `damaged` where the header is not what
  ///   was written; `noMemory`.
  public func unlock(
    handedOver keys: borrowing SecureBytes
  ) throws(VaultFormatError) -> UnlockedHeader {
    let isOurs = keys.count == UnlockedHeader.prefixCount + UnlockedHeader.epochCount * epochs.count
    let slotID = isOurs ? unsafe keys.withBytes { unsafe $0.storedID(at: 0) } : .none
    guard isOurs, slots.contains(where: { $0.id == slotID }) else {
      throw VaultFormatError(.unsuitable, "header", "the keys are of another state of it")
    }
    var opened: [EpochKeys] = []
    for (index, epoch) in epochs.enumerated() {
      let start = UnlockedHeader.prefixCount + UnlockedHeader.epochCount * index
      let number = unsafe keys.withBytes { unsafe $0.stored(UInt32.self, at: start) }
      guard number == epoch.number else {
        throw VaultFormatError(.unsuitable, "header", "the keys are of other epochs")
      }
      opened.append(
        try epoch.open(
          try part(of: keys, start + 4..<start + UnlockedHeader.epochCount), of: vaultID))
    }
    return try UnlockedHeader(
      self, opened, try part(of: keys, ObjectID.count..<UnlockedHeader.prefixCount),
      slotID: slotID)
  }

  private func part(
    of keys: borrowing SecureBytes, _ range: Range<Int>
  ) throws(VaultFormatError) -> SecureBytes {
    do throws(SecretsError) {
      return try keys.part(range)
    } catch {
      throw VaultFormatError(error, "keys")
    }
  }
}

extension UnsafeMutableRawBufferPointer {
  fileprivate func put(_ part: UnsafeRawBufferPointer, at offset: Int) {
    unsafe UnsafeMutableRawBufferPointer(rebasing: self[offset..<offset + part.count])
      .copyMemory(from: part)
  }
}
