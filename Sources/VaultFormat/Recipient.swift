internal import Secrets

/// Somebody's public key as text, `sotto1…`: with it a vault can be made that only they can open.
public enum Recipient {
  private static let prefix = Array("sotto".utf8)

  /// The text of a public key of 32 bytes.
  /// - Throws: `unsuitable` for another length; `noMemory`.
  public static func encode(publicKey: [UInt8]) throws(VaultFormatError) -> String {
    guard publicKey.count == KeyPair.count else {
      throw VaultFormatError(.unsuitable, "recipient", "\(publicKey.count) bytes long")
    }
    do throws(SecretsError) {
      let text = try Bech32.encode(SecureBytes(publicKey), prefix: prefix)
      return unsafe text.withBytes { unsafe String(decoding: $0, as: UTF8.self) }
    } catch {
      throw VaultFormatError(error, "recipient")
    }
  }

  /// The public key of a text.
  /// - Throws: `unsuitable` where it is none; `noMemory`.
  public static func decode(_ text: String) throws(VaultFormatError) -> [UInt8] {
    let key: SecureBytes
    do throws(Bech32.DecodingError) {
      let text = try secret(text)
      key = try Bech32.decode(text, 0..<text.count, prefix: prefix)
    } catch {
      throw VaultFormatError(error, .unsuitable, "recipient")
    }
    guard key.count == KeyPair.count else {
      throw VaultFormatError(.unsuitable, "recipient", Bech32.Fault.length.rawValue)
    }
    return unsafe key.withBytes { unsafe Array($0) }
  }

  private static func secret(_ text: String) throws(Bech32.DecodingError) -> SecureBytes {
    do throws(SecretsError) {
      return try SecureBytes(Array(text.utf8))
    } catch {
      throw .secret(error)
    }
  }
}

extension VaultFormatError {
  /// Says what text could not be read.
  init(_ error: Bech32.DecodingError, _ code: Code, _ part: String) {
    switch error {
    case .text(let fault): self.init(code, part, fault.rawValue)
    case .secret(let error): self.init(error, part)
    }
  }
}
