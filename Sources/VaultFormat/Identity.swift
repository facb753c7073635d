public import Secrets

/// A recipient's private key as text, `SOTTO-SECRET-KEY-1…`, never in a `String`.
public enum Identity {
  private static let prefix = Array("sotto-secret-key-".utf8)

  /// The text of a private key of 32 bytes, in capitals, without an end of line.
  /// - Throws: `unsuitable` for another length; `noMemory`.
  public static func encode(
    privateKey: borrowing SecureBytes
  ) throws(VaultFormatError) -> SecureBytes {
    guard privateKey.count == KeyPair.count else {
      throw VaultFormatError(.unsuitable, "identity", "\(privateKey.count) bytes long")
    }
    do throws(SecretsError) {
      var text = try Bech32.encode(privateKey, prefix: prefix)
      for place in 0..<text.count where text[place].isSmall { text[place] &= 0xdf }
      return text
    } catch {
      throw VaultFormatError(error, "identity")
    }
  }

  /// The private key in the contents of a file: the only line that is neither empty nor begins
  /// with `#`.
  /// - Throws: `wrongSecret` where there is none or more than one; `noMemory`.
  public static func decode(
    _ contents: borrowing SecureBytes
  ) throws(VaultFormatError) -> SecureBytes {
    let key: SecureBytes
    do throws(Bech32.DecodingError) {
      key = try Bech32.decode(contents, line(of: contents), prefix: prefix)
    } catch {
      throw VaultFormatError(error, .wrongSecret, "identity")
    }
    guard key.count == KeyPair.count else {
      throw VaultFormatError(.wrongSecret, "identity", Bech32.Fault.length.rawValue)
    }
    return key
  }

  /// Where the only line is that says something; nothing where there is none or more.
  private static func line(of contents: borrowing SecureBytes) -> Range<Int> {
    var found: Range<Int>?
    for line in contents.pieces(separatedBy: { $0 == UInt8(ascii: "\n") }) {
      guard let first = line.first(where: { !contents[$0].isWhiteSpace }),
        let last = line.last(where: { !contents[$0].isWhiteSpace }),
        contents[first] != UInt8(ascii: "#")
      else { continue }
      guard found == nil else { return 0..<0 }
      found = first..<last + 1
    }
    return found ?? 0..<0
  }
}
