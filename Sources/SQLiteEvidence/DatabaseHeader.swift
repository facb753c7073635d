/// How a database stores its texts.
public enum TextEncoding: UInt32, Sendable {
  case utf8 = 1
  case utf16LittleEndian = 2
  case utf16BigEndian = 3
}

/// The first hundred bytes of a database (file format section 1.3, "The Database Header").
struct DatabaseHeader: Equatable, Sendable {
  static let byteCount = 100
  static let magic: [UInt8] = Array("SQLite format 3\0".utf8)

  let bytes: [UInt8]
  let pageSize: Int
  let reservedBytes: Int

  /// - Returns: nil where the bytes are no header, or its page size is impossible.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= Self.byteCount, bytes.starts(with: Self.magic) else { return nil }
    let stored = bytes.stored16(16)
    pageSize = stored == 1 ? 65536 : stored
    reservedBytes = Int(bytes[20])
    // Section 1.3.4: the usable size is not allowed to be less than 480.
    guard Self.isPageSize(pageSize), pageSize - reservedBytes >= 480 else { return nil }
    self.bytes = Array(bytes[..<Self.byteCount])
  }

  static func isPageSize(_ size: Int) -> Bool {
    size >= 512 && size <= 65536 && size & (size - 1) == 0
  }

  var changeCounter: UInt32 { bytes.stored32(24) }
  var schemaCookie: UInt32 { bytes.stored32(40) }
  var userVersion: Int32 { Int32(bitPattern: bytes.stored32(60)) }
  var applicationID: UInt32 { bytes.stored32(68) }
  var textEncoding: TextEncoding { TextEncoding(rawValue: bytes.stored32(56)) ?? .utf8 }

  /// The number of pages, nil where an old writer did not keep it: section 1.3.7 has it valid only
  /// if the change counter equals the version-valid-for number.
  var pageCount: UInt32? {
    let count = bytes.stored32(28)
    return count > 0 && changeCounter == bytes.stored32(92) ? count : nil
  }
}
