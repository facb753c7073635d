internal import ByteReading

/// How a column is stored.
struct StoredField {
  /// Which field of the record it is, -1 for none.
  var field: Int
  var isRowID: Bool
  /// Whether whole numbers, which are stored as integers, are reals (file format section 2.1).
  var isReal: Bool
}

/// A column's value, or where its bytes are in the row.
enum CursorValue {
  case null
  case integer(Int64)
  case real(Double)
  case text(start: Int, count: Int)
  case blob(start: Int, count: Int)
  case constantText(StoredText)
  case constantBlob([UInt8])
}

extension TableCursor {
  /// The value of `column` in the current row.
  func value(_ column: Int) -> CursorValue {
    var field = column
    var isReal = false
    if column >= 0, column < fields.count {
      let stored = fields[column]
      if stored.isRowID { return .integer(rowID) }
      field = stored.field
      isReal = stored.isReal
    } else if !fields.isEmpty {
      return .null
    }
    guard field >= 0 else { return .null }
    guard field < record.types.count else {
      guard !record.isCut, column < fields.count else { return .null }
      return Self.constant(table.columns[column].defaultValue)
    }
    let type = record.types[field]
    let start = record.starts[field]
    switch type {
    case 0, 10, 11: return .null
    case 8, 9: return isReal ? .real(Double(type - 8)) : .integer(Int64(type - 8))
    case 1...6:
      guard let bits = number(at: start, width: Int(StoredRecord.size(of: type))) else {
        return .null
      }
      return isReal ? .real(Double(bits)) : .integer(bits)
    case 7:
      guard let bits = number(at: start, width: 8) else { return .null }
      let value = Double(bitPattern: UInt64(bitPattern: bits))
      // SQLite knows no NaN: it reads one as NULL.
      return value.isNaN ? .null : .real(value)
    default:
      let count = Int(StoredRecord.size(of: type))
      return type & 1 == 1 ? .text(start: start, count: count) : .blob(start: start, count: count)
    }
  }

  /// The first `limit` of a field's bytes; that there are more is noted.
  func limited(_ start: Int, _ count: Int, _ limit: Int) -> [UInt8] {
    guard count > limit else { return bytes(at: start, count: count) }
    note(.overlongValue, nil, payload.start, "of \(count) bytes of a value \(limit) were read")
    return bytes(at: start, count: max(0, limit))
  }

  /// A text's stored bytes as UTF-8.
  func decoded(_ bytes: [UInt8]) -> [UInt8] {
    guard snapshot.textEncoding != .utf8 else { return bytes }
    var decoder = UTF16Decoder(bigEndian: snapshot.textEncoding == .utf16BigEndian)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    decoder.decode(bytes[...], into: &text)
    decoder.finish(into: &text)
    return text
  }

  private func number(at start: Int, width: Int) -> Int64? {
    if start + width <= payload.local {
      return page.bytes.storedSigned(payload.start + start, width: width)
    }
    let stored = bytes(at: start, count: width)
    return stored.count == width ? stored.storedSigned(0, width: width) : nil
  }

  private static func constant(_ literal: SQLLiteral?) -> CursorValue {
    switch literal {
    case nil, .null: .null
    case .integer(let value): .integer(value)
    case .real(let value): .real(value)
    case .text(let text): .constantText(text)
    case .blob(let bytes): .constantBlob(bytes)
    }
  }
}
