/// Goes over the bytes of a header, its settings or one of its parts; never past their end.
struct HeaderCursor {
  private let bytes: ArraySlice<UInt8>
  private let part: String
  private var place: Int

  /// Begins at the first of `bytes`, which errors will call `part`.
  init(_ bytes: ArraySlice<UInt8>, _ part: String) {
    self.bytes = bytes
    self.part = part
    place = bytes.startIndex
  }

  /// How far the cursor has come, in bytes.
  var offset: Int { place - bytes.startIndex }
  /// How many bytes are left.
  var remaining: Int { bytes.endIndex - place }

  /// Takes the next `count` bytes.
  /// - Throws: `damaged` where there are fewer.
  mutating func take(_ count: Int) throws(VaultFormatError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else {
      throw VaultFormatError(.damaged, part, at: offset, "ends too early")
    }
    defer { place += count }
    return bytes[place..<place + count]
  }

  /// Takes a little-endian integer.
  /// - Throws: `damaged` where too few bytes are left.
  mutating func integer<T: FixedWidthInteger & UnsignedInteger>(
    _ type: T.Type = T.self
  ) throws(VaultFormatError) -> T {
    try take(T.bitWidth / 8).reversed().reduce(0) { ($0 << 8) | T($1) }
  }

  /// Takes an integer that has limits.
  /// - Throws: `damaged` where it is outside them.
  mutating func integer<T: FixedWidthInteger & UnsignedInteger>(
    _ name: String, in limits: ClosedRange<T>
  ) throws(VaultFormatError) -> T {
    let start = offset
    let value = try integer(T.self)
    guard limits.contains(value) else {
      throw VaultFormatError(.damaged, part, at: start, "\(name) is \(value)")
    }
    return value
  }

  /// Takes bytes that must be zero.
  /// - Throws: `damaged` where one is not.
  mutating func zeros(_ count: Int) throws(VaultFormatError) {
    let start = offset
    guard try take(count).allSatisfy({ $0 == 0 }) else {
      throw VaultFormatError(.damaged, part, at: start, "bytes that are zero are not")
    }
  }

  /// Takes an id of 16 bytes.
  /// - Throws: `damaged` where too few bytes are left.
  mutating func id() throws(VaultFormatError) -> ObjectID {
    ObjectID(try take(ObjectID.count)) ?? .none
  }
}

extension [UInt8] {
  /// Appends an integer, least significant byte first.
  mutating func append<T: FixedWidthInteger>(integer value: T) {
    for shift in stride(from: 0, to: T.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// Appends zero bytes.
  mutating func append(zeros count: Int) {
    append(contentsOf: repeatElement(0, count: count))
  }
}
