import Secrets
import VaultFormat

/// Reads any bytes as the texts that stand for bytes: names on disk, recovery words, keys of recipients.
enum VaultTextFuzzing {
  /// An input is the text and a byte that says which, with 0x80 where it is made from plain bytes.
  static func run(_ input: FuzzInput) -> Int32 {
    var input = input
    let choice = input.takeByte()
    switch choice & 3 {
    case 0: name(input, isMade: choice & 0x80 != 0)
    case 1: words(input.bytes, isMade: choice & 0x80 != 0)
    case 2: recipient(input.bytes, isMade: choice & 0x80 != 0)
    default: identity(input.bytes, isMade: choice & 0x80 != 0)
    }
    return 0
  }

  // MARK: - Names

  private static let folder = ObjectID([UInt8](1...16)) ?? .none
  private static let cipher = NameCipher(FixedVault.keys(1))

  /// A name on disk with its rest, of a length at the end; or a name to be written.
  private static func name(_ input: FuzzInput, isMade: Bool) {
    var input = input
    if isMade {
      let disk = try? cipher.encode(name: input.bytes, in: folder)
      require((disk != nil) == NameCipher.isName(input.bytes), "a name that cannot be written")
      guard let disk else { return }
      var rest: [UInt8]?
      if case .long(_, let bytes) = disk { rest = bytes }
      require((rest != nil) == DiskName.needsRest(disk.name.utf8), "a rest for nothing, or none")
      let name = try? cipher.decode(disk.name, rest: rest, in: folder)
      require(name == input.bytes, "a name that is written is read otherwise")
      require(
        (try? cipher.decode(disk.name, rest: rest, in: .none)) == nil, "a name in another folder")
      return
    }
    let length = Int(input.takeByte())
    let choice = input.takeByte()
    let rest: [UInt8]? = choice & 1 == 1 ? input.takeBytes(length + Int(choice)) : nil
    guard let name = try? cipher.decode(input.bytes, rest: rest, in: folder) else { return }
    let disk = try? cipher.encode(name: name, in: folder)
    require(disk.map { Array($0.name.utf8) } == input.bytes, "a name is written otherwise")
  }

  // MARK: - Recovery words

  /// Words as they are typed; or made from 20 bytes, with one letter that may be another.
  private static func words(_ bytes: [UInt8], isMade: Bool) {
    guard isMade else { return typed(bytes) }
    guard let text = try? RecoveryWords.text(of: secure(bytes.page(20))) else {
      return require(false, "20 bytes without words")
    }
    var letters = text.withBytes { Array($0) }
    let back = try? RecoveryWords.decode(secure(letters))
    require(back?.withBytes { Array($0) } == bytes.page(20), "words are read otherwise")
    if bytes.count > 21 {
      letters[Int(bytes[20]) % letters.count] = bytes[21]
      typed(letters)
    }
  }

  private static func typed(_ bytes: [UInt8]) {
    guard let entropy = try? RecoveryWords.decode(secure(bytes)) else { return }
    let text = try? RecoveryWords.text(of: entropy)
    let words = bytes.split { $0 == 0x20 || (9...13).contains($0) }.map { $0.map(lowered) }
    require(
      text?.withBytes { Array($0) } == Array(words.joined(separator: [0x20])),
      "words are written otherwise")
  }

  // MARK: - Recipients

  private static func recipient(_ bytes: [UInt8], isMade: Bool) {
    let bytes = isMade ? bech32("sotto", bytes) : bytes
    let text = String(decoding: bytes, as: UTF8.self)
    guard let key = try? Recipient.decode(text) else {
      return require(!isMade, "a recipient that is right is refused")
    }
    require(key.count == 32, "a recipient's key of another length")
    require((try? Recipient.encode(publicKey: key)) == text.lowercased(), "written otherwise")
  }

  /// A file with a private key; or a line that is right, among what the fuzzer has around it.
  private static func identity(_ bytes: [UInt8], isMade: Bool) {
    var contents = bytes
    if isMade {
      let around = Array(bytes.dropFirst(32))
      let line = bech32("sotto-secret-key-", bytes).map(raised)
      contents = around.prefix(around.count / 2) + line + around.suffix(around.count / 2)
    }
    guard let key = try? Identity.decode(secure(contents)) else { return }
    require(key.count == 32, "an identity's key of another length")
    let text = try? Identity.encode(privateKey: key)
    let written = text?.withBytes { Array($0) } ?? []
    let isThere = contents.split(separator: 0x0A).contains { line in
      let words = line.split { $0 == 0x20 || (9...13).contains($0) }
      return words.count == 1 && words[0].map(raised) == written
    }
    require(isThere, "an identity is written otherwise")
  }

  /// The text of 32 bytes, by BIP-173.
  private static func bech32(_ prefix: String, _ bytes: [UInt8]) -> [UInt8] {
    let letters = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
    let bytes = bytes.page(32) + [0]
    var groups: [UInt8] = []
    for group in 0..<52 {
      let bits = (5 * group..<5 * group + 5).map { bytes[$0 / 8] >> (7 - $0 % 8) & 1 }
      groups.append(bits.reduce(0) { $0 << 1 | $1 })
    }
    let start = prefix.utf8.map { $0 >> 5 } + [0] + prefix.utf8.map { $0 & 31 }
    var remainder: UInt32 = 1
    for group in start + groups + [UInt8](repeating: 0, count: 6) {
      let top = remainder >> 25
      remainder = (remainder & 0x1ff_ffff) << 5 ^ UInt32(group)
      let terms: [UInt32] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
      for (bit, term) in terms.enumerated() where top >> UInt32(bit) & 1 == 1 { remainder ^= term }
    }
    for place in 0..<6 {
      groups.append(UInt8((remainder ^ 1) >> UInt32(5 * (5 - place)) & 31))
    }
    return Array(prefix.utf8) + [0x31] + groups.map { letters[Int($0)] }
  }

  private static func lowered(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }

  private static func raised(_ byte: UInt8) -> UInt8 {
    (0x61...0x7A).contains(byte) ? byte & 0xDF : byte
  }
}
