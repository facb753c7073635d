import ByteReading
import Testing

@Suite struct ByteCursorTests {
  @Test("integers of both orders, runs and gaps")
  func integers() throws {
    let bytes: [UInt8] = [0x01, 0x02, 0x03, 0x04, 0xFE, 0xFF, 0xAA, 0xBB, 0xCC]
    var cursor = ByteCursor(MemorySource(bytes))
    #expect(try cursor.bigEndian(UInt32.self) == 0x0102_0304)
    #expect(try cursor.littleEndian(Int16.self) == -2)
    #expect(cursor.remaining == 3)
    try cursor.skip(1)
    #expect(try cursor.bytes(2) == [0xBB, 0xCC])
    #expect(try cursor.isAtEnd())
  }

  @Test("a length past the end is refused before anything is allocated")
  func overlong() {
    var cursor = ByteCursor(MemorySource([0xB2, 0xD0, 0x5E, 0x00, 1, 2, 3]))
    let error = #expect(throws: ReadingError.self) {
      _ = try cursor.bytes(UInt64(try cursor.bigEndian(UInt32.self)))
    }
    #expect(error?.code == .overlong)
    #expect(error?.offset == 4)
    var skipping = ByteCursor(MemorySource([1, 2]))
    #expect(throws: ReadingError.self) { try skipping.skip(UInt64.max) }
    var short = ByteCursor(MemorySource([1, 2]))
    #expect(throws: ReadingError.self) { _ = try short.bigEndian(UInt64.self) }
  }
}
