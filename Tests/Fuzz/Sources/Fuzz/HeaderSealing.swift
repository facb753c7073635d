import Secrets

/// Makes right in any header what only someone with its keys could, so that deeper code is reached.
struct HeaderSealing {
  /// What is made right; the rest stays as the fuzzer made it.
  struct Parts: OptionSet {
    let rawValue: UInt8
    static let lengths = Parts(rawValue: 1)
    static let slot = Parts(rawValue: 2)
    static let epochs = Parts(rawValue: 4)
    static let settings = Parts(rawValue: 8)
    static let authenticator = Parts(rawValue: 16)
    static let checksum = Parts(rawValue: 32)
    static let all = Parts(rawValue: 63)
  }

  /// The place of the slot that shall open.
  let slot: Int
  let parts: Parts

  func mend(_ bytes: inout [UInt8]) {
    defer { if parts.contains(.checksum) { Self.checksum(&bytes) } }
    guard bytes.count >= 48 else { return }
    let slots = Int(bytes.number(at: 40, 2))
    let epochs = Int(bytes.number(at: 42, 2))
    let epochLength = 48 + 80 * slots
    let epochsPlace = 48 + 224 * slots
    let settingsPlace = epochsPlace + epochLength * epochs
    let settingsLength = bytes.count - settingsPlace - 64
    guard slots > 0, epochs > 0, settingsLength >= 40 else { return }
    if parts.contains(.lengths) {
      bytes.put(UInt64(bytes.count), 4, at: 12)
      bytes.put(UInt64(settingsLength), 4, at: 44)
    }
    let place = slot % slots
    if parts.contains(.slot) { seal(slotAt: 48 + 224 * place, &bytes) }
    if parts.contains(.epochs) {
      for epoch in 0..<epochs { seal(epochAt: epochsPlace + epochLength * epoch, place, &bytes) }
    }
    let last = UInt32(bytes.number(at: settingsPlace - epochLength, 4))
    if parts.contains(.settings) {
      let end = settingsPlace + settingsLength - 16
      let sealed = vaultSeal(
        Array(bytes[settingsPlace + 24..<end]), key: FixedVault.key(last, "settings"),
        associated: Array(bytes[..<48]))
      bytes.put(sealed.nonce + sealed.ciphertext + sealed.tag, at: settingsPlace)
    }
    if parts.contains(.authenticator) {
      let end = bytes.count - 64
      let authenticator = vaultHash(
        FixedVault.key(last, "header"), FixedVault.headerKey, Array(bytes[..<end]))
      bytes.put(authenticator, at: end)
    }
  }

  private static func checksum(_ bytes: inout [UInt8]) {
    guard bytes.count >= 32 else { return }
    bytes.put(vaultHash([], Array(bytes.dropLast(32))), at: bytes.count - 32)
  }

  private func seal(slotAt place: Int, _ bytes: inout [UInt8]) {
    let type = bytes[place + 16]
    bytes.put(FixedVault.publicKey, at: place + 48)
    if type == 4 {
      bytes.put(Self.box(FixedVault.headerKey), at: place + 80)
      return
    }
    guard let secret = Self.secret(of: type, Array(bytes[place..<place + 80]), bytes) else {
      return
    }
    let wrapping = vaultHash(
      secret, Array("sotto v1 slot".utf8), Array(bytes[16..<32]),
      Array(bytes[place..<place + 80]))
    bytes.put(vaultHash(wrapping, Array("sotto v1 slot commitment".utf8)), at: place + 80)
    let sealed = vaultSeal(
      FixedVault.privateKey + FixedVault.headerKey,
      key: vaultHash(wrapping, Array("sotto v1 slot key".utf8)))
    bytes.put(sealed.nonce + sealed.ciphertext + sealed.tag, at: place + 112)
  }

  private static func secret(
    of type: UInt8, _ slot: [UInt8], _ header: [UInt8]
  ) -> [UInt8]? {
    switch type {
    case 1:
      let derivation = PassphraseDerivation(
        passes: UInt32(slot.number(at: 20, 4)), memoryKiB: UInt32(slot.number(at: 24, 4)))
      guard derivation.isCheap else { return nil }
      let key = try? derivation.derive(
        secure(FixedVault.passphrase), salt: Array(slot[32..<48]))
      return key?.withBytes { Array($0) }
    case 2: return FixedVault.entropy
    case 3: return FixedVault.keyFile
    case 5: return vaultHash(FixedVault.ring, Array("sotto v1 ring".utf8), Array(header[16..<32]))
    default: return nil
    }
  }

  private func seal(epochAt place: Int, _ slot: Int, _ bytes: inout [UInt8]) {
    let number = Array(bytes[place..<place + 4])
    let key = FixedVault.volumeKey(UInt32(number.number(at: 0, 4)))
    bytes.put(
      vaultHash(key, Array("sotto v1 epoch".utf8), Array(bytes[16..<32]), number), at: place + 16)
    bytes.put(Self.box(key), at: place + 48 + 80 * slot)
  }

  private static func box(_ key: [UInt8]) -> [UInt8] {
    guard let box = try? SealedBox.seal(secure(key), to: FixedVault.publicKey) else {
      preconditionFailure("no box")
    }
    return box
  }
}

extension PassphraseDerivation {
  /// Whether a fuzzer can afford it; what is allowed goes up to 4 GiB.
  var isCheap: Bool { isAllowed && passes <= 2 && memoryKiB <= 64 }
}
