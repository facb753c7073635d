/// A file's extended attributes as bytes (docs/vault-format.md, "Objects").
public enum ExtendedAttributes {
  private static let fixedLength = 6

  /// Writes attributes, sorted by name as bytes.
  /// - Throws: `damaged` where a name is empty, there twice, or a length exceeds its field.
  public static func encode(
    _ attributes: [(name: [UInt8], value: [UInt8])]
  ) throws(VaultFormatError) -> [UInt8] {
    var bytes: [UInt8] = []
    var before: [UInt8] = []
    for (name, value) in attributes.sorted(by: { $0.name.lexicographicallyPrecedes($1.name) }) {
      // An empty name is not after the beginning either.
      guard before.lexicographicallyPrecedes(name) else {
        throw damaged(bytes.count, "a name that is empty or there twice")
      }
      guard let nameLength = UInt16(exactly: name.count),
        let valueLength = UInt32(exactly: value.count)
      else { throw damaged(bytes.count, "a name or value too long for its field") }
      bytes.append(contentsOf: littleEndian(nameLength))
      bytes.append(contentsOf: littleEndian(valueLength))
      bytes.append(contentsOf: name)
      bytes.append(contentsOf: value)
      before = name
    }
    return bytes
  }

  /// Reads attributes.
  /// - Throws: `damaged` where the bytes are not as `encode` writes them.
  public static func decode(
    _ bytes: [UInt8]
  ) throws(VaultFormatError) -> [(name: [UInt8], value: [UInt8])] {
    var attributes: [(name: [UInt8], value: [UInt8])] = []
    var before: [UInt8] = []
    var offset = 0
    while offset < bytes.count {
      guard bytes.count - offset >= fixedLength else {
        throw damaged(offset, "ends in the midst of one")
      }
      let (nameLength, valueLength) = unsafe bytes.withUnsafeBytes {
        unsafe (
          Int($0.stored(UInt16.self, at: offset)), Int($0.stored(UInt32.self, at: offset + 2))
        )
      }
      let start = offset + fixedLength
      guard bytes.count - start >= nameLength,
        bytes.count - start - nameLength >= valueLength
      else { throw damaged(offset, "ends in the midst of one") }
      let name = Array(bytes[start..<start + nameLength])
      guard before.lexicographicallyPrecedes(name) else {
        throw damaged(offset, "a name that is empty or out of order")
      }
      let end = start + nameLength + valueLength
      attributes.append((name, Array(bytes[start + nameLength..<end])))
      before = name
      offset = end
    }
    return attributes
  }

  private static func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> T($0 * 8)) }
  }

  private static func damaged(_ offset: Int, _ text: String) -> VaultFormatError {
    VaultFormatError(.damaged, "attributes", at: offset, text)
  }
}
