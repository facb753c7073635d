/// Where the fields of a row are (file format section 2.1, "Record Format"); used again row after
/// row.
struct StoredRecord {
  /// The serial type of each field.
  private(set) var types: [UInt64] = []
  /// Where each field's bytes begin, counted from the row's first byte.
  private(set) var starts: [Int] = []
  /// Whether fields are missing because the record runs out of its payload.
  private(set) var isCut = false
  /// Whether a field has a type that the format reserves.
  private(set) var hasReservedType = false

  /// Reads the header that begins at `at` in `bytes` and ends before `end`.
  ///
  /// - Parameters:
  ///   - total: all bytes of the row.
  ///   - last: the last field asked for; what comes after it is not looked at.
  /// - Returns: whether there is a header.
  mutating func read(
    _ bytes: [UInt8], at start: Int, before end: Int, total: Int, last: Int
  ) -> Bool {
    types.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
    isCut = false
    hasReservedType = false
    var at = start
    guard let size = bytes.storedVarint(&at, before: end), size <= UInt64(end - start),
      Int(size) >= at - start
    else { return false }
    let headerEnd = start + Int(size)
    var position = Int(size)
    while at < headerEnd, types.count <= last {
      guard let type = bytes.storedVarint(&at, before: headerEnd) else {
        isCut = true
        return true
      }
      let size = Self.size(of: type)
      guard size <= UInt64(max(0, total - position)) else {
        isCut = true
        return true
      }
      if type == 10 || type == 11 { hasReservedType = true }
      types.append(type)
      starts.append(position)
      position += Int(size)
    }
    return true
  }

  /// The number of bytes of a field of serial type `type`.
  static func size(of type: UInt64) -> UInt64 {
    switch type {
    case 0, 8, 9, 10, 11: 0
    case 1...4: type
    case 5: 6
    case 6, 7: 8
    default: (type - 12) / 2
    }
  }
}
