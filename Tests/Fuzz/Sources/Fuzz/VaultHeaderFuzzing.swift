import Secrets
import VaultFormat

/// Reads any bytes as a header, opens it by every kind of secret, changes it and reads it again.
enum VaultHeaderFuzzing {
  /// An input is a header with its settings in the clear, the place of a slot, and `HeaderSealing.Parts`.
  static func run(_ input: FuzzInput) -> Int32 {
    var input = input
    let parts = HeaderSealing.Parts(rawValue: input.takeByte())
    let slot = Int(input.takeByte())
    var bytes = input.bytes
    HeaderSealing(slot: slot, parts: parts).mend(&bytes)
    guard let header = try? VaultHeader(parsing: bytes) else { return 0 }
    require(header.bytes == bytes, "a header that was read is written otherwise")
    require(header.digest.bytes == vaultHash([], bytes), "a header has another digest")
    for type in SlotType.allCases {
      if let unlocked = unlock(header, type) { check(unlocked, type) }
    }
    return 0
  }

  private static func unlock(_ header: VaultHeader, _ type: SlotType) -> UnlockedHeader? {
    switch type {
    case .passphrase:
      // What a slot asks for is bounded by 4 GiB, which is no bound for a fuzzer.
      guard header.slots.allSatisfy({ $0.derivation?.isCheap ?? true }) else { return nil }
      return try? header.unlock(.passphrase(secure(FixedVault.passphrase)))
    case .recoveryWords: return try? header.unlock(.recoveryWords(secure(FixedVault.entropy)))
    case .keyFile: return try? header.unlock(.keyFile(digest: secure(FixedVault.keyFile)))
    case .recipient: return try? header.unlock(.identity(privateKey: secure(FixedVault.privateKey)))
    case .keyRing: return try? header.unlock(.ring(secure(FixedVault.ring)))
    case .fido2, .tpm, .hybrid: return nil
    }
  }

  /// Every change of a header that opens is one that can be read and opens by the same secret.
  private static func check(_ unlocked: UnlockedHeader, _ type: SlotType) {
    let header = unlocked.header
    require(header.slots.contains { $0.id == unlocked.slotID }, "opened by a slot that it has not")
    require(
      header.epochs.allSatisfy { unlocked.keys[$0.number] != nil }, "an epoch without its key")
    require(
      unlocked.keys.last.number == header.epochs.last?.number, "the last key is no epoch's")
    let isAtEnd = header.generation == .max
    let same = read(try? unlocked.with(settings: unlocked.settings), unlocked, type)
    require(same != nil || isAtEnd, "a header that opens cannot be sealed again")
    let added = read(
      try? unlocked.adding(slot: .recipient(publicKey: FixedVault.publicKey)), unlocked, type)
    require(
      added?.header.slots.count == header.slots.count + 1 || isAtEnd || header.slots.count == 64,
      "a slot was not added")
    if let added {
      let removed = read(try? added.removing(added.header.slots.last?.id ?? .none), unlocked, type)
      require(
        removed.map { $0.header.slots == header.slots } ?? (added.header.generation == .max),
        "a slot that was added and removed has left something")
    }
    guard let next = read(try? unlocked.beginningEpoch(), unlocked, type) else { return }
    require(next.header.epochs.count == header.epochs.count + 1, "an epoch was not begun")
    let dropped = read(
      try? next.droppingEpochs(before: next.keys.last.number), unlocked, type)
    require(
      dropped?.header.epochs.count == 1 || next.header.generation == .max,
      "epochs were not dropped")
  }

  /// A changed header as it is read from its bytes and opened.
  private static func read(
    _ changed: UnlockedHeader?, _ before: UnlockedHeader, _ type: SlotType
  ) -> UnlockedHeader? {
    guard let changed else { return nil }
    guard let header = try? VaultHeader(parsing: changed.header.bytes) else {
      require(false, "a changed header cannot be read")
      return nil
    }
    require(header == changed.header, "a changed header is read as another")
    require(header.generation > before.header.generation, "a change without a new generation")
    guard let again = unlock(header, type) else {
      require(false, "a changed header does not open")
      return nil
    }
    require(again.settings == before.settings, "a change has lost settings")
    return again
  }
}
