internal import ByteReading

/// The big-endian integers and variable-length integers of the SQLite file format.
///
/// Callers have checked fixed-width reads against the page; the array traps rather than reads past
/// it.
extension [UInt8] {
  func stored16(_ at: Int) -> Int {
    Int(self[at]) << 8 | Int(self[at + 1])
  }

  func stored32(_ at: Int) -> UInt32 {
    UInt32(self[at]) << 24 | UInt32(self[at + 1]) << 16 | UInt32(self[at + 2]) << 8
      | UInt32(self[at + 3])
  }

  /// A variable-length integer that begins at `position` and ends before `end`; `position` moves
  /// behind it.
  ///
  /// File format section 1.6, "Record Format": seven bits a byte, high bits first; the ninth byte
  /// gives all of its eight.
  func storedVarint(_ position: inout Int, before end: Int) -> UInt64? {
    guard position >= 0, position < end, end <= count else { return nil }
    let first = self[position]
    if first < 0x80 {
      position += 1
      return UInt64(first)
    }
    var value: UInt64 = 0
    var at = position
    for taken in 0..<9 {
      guard at < end else { return nil }
      let byte = self[at]
      at += 1
      if taken == 8 {
        value = value << 8 | UInt64(byte)
        break
      }
      value = value << 7 | UInt64(byte & 0x7F)
      if byte < 0x80 { break }
    }
    position = at
    return value
  }

  /// A big-endian two's complement integer of `width` bytes, 1 to 8.
  func storedSigned(_ at: Int, width: Int) -> Int64 {
    var value = Int64(Int8(bitPattern: self[at]))
    for index in 1..<8 where index < width {
      value = value << 8 | Int64(self[at + index])
    }
    return value
  }
}

extension ByteSource {
  /// Fills `buffer` from `offset` on as far as there are bytes.
  /// - Returns: the number of bytes read, less than the buffer holds at the source's end only.
  func fill(
    _ buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(ReadingError) -> Int {
    var done = 0
    while done < buffer.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = try unsafe read(at: offset &+ UInt64(done), into: rest)
      if count <= 0 { break }
      done += count
    }
    return done
  }

  /// The bytes from `offset` on, at most `count` and fewer at the source's end.
  func bytes(at offset: UInt64, count: Int) throws(ReadingError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let read = try bytes.fill(from: self, at: offset)
    bytes.removeLast(count - read)
    return bytes
  }
}

extension [UInt8] {
  /// Overwrites the first `limit` bytes with those of `source` from `offset` on.
  /// - Returns: the number of bytes read.
  mutating func fill(
    from source: any ByteSource, at offset: UInt64, limit: Int = .max
  ) throws(ReadingError) -> Int {
    let wanted = Swift.min(limit, count)
    return try unsafe withRawBytes { buffer throws(ReadingError) in
      try unsafe source.fill(
        UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: offset)
    }
  }

  /// Lends the bytes for reading into; unlike the library's own way it keeps the error's type.
  @unsafe mutating func withRawBytes<Result>(
    _ body: (UnsafeMutableRawBufferPointer) throws(ReadingError) -> Result
  ) throws(ReadingError) -> Result {
    try unsafe withUnsafeMutableBufferPointer { buffer throws(ReadingError) in
      try unsafe body(UnsafeMutableRawBufferPointer(buffer))
    }
  }
}
