import ByteReading
import Testing

/// A source that gives at most a few bytes a time, so that every token meets the window's end.
final class DroppingSource: ByteSource {
  let bytes: [UInt8]
  let step: Int

  init(_ text: String, step: Int) {
    bytes = Array(text.utf8)
    self.step = step
  }

  var length: UInt64? { UInt64(bytes.count) }

  func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(ReadingError) -> Int {
    let start = min(Int(offset), bytes.count)
    let count = min(step, buffer.count, bytes.count - start)
    for index in 0..<count { buffer[index] = bytes[start + index] }
    return count
  }
}

private func cursor(_ text: String, step: Int = 1 << 20) -> JSONCursor {
  JSONCursor(DroppingSource(text, step: step), window: 64)
}

@Suite struct JSONCursorTests {
  static let document = #"""
    { "id" : "a1", "größe" : -12.50e2, "list":[1,[2,{"x":null}],true ,false], "text":"Zeile\n\"zwei\" ‹ü› 😀 \ud83d\ude00 é\u00e9 \/", "half":"\ud83d.",
      "long": "0123456789012345678901234567890123456789012345678901234567890123456789", "end": {} }
    """#

  @Test(
    "every token survives every place of the window's end", arguments: [1, 2, 3, 5, 7, 64, 1 << 20])
  func tokens(step: Int) throws {
    var json = cursor(Self.document, step: step)
    var seen: [String] = []
    try json.beginObject()
    while try json.nextKey() {
      seen.append(json.key.text.string)
      switch json.key {
      case "id": #expect(try json.text().string == "a1")
      case "größe": #expect(try json.number() == JSONNumber(mantissa: -1250, exponent: 0))
      case "text":
        #expect(try json.text().string == "Zeile\n\"zwei\" ‹ü› 😀 😀 éé /")
      case "half":
        // An unpaired surrogate is kept as three bytes.
        #expect(try json.text().bytes == [0xED, 0xA0, 0xBD, 0x2E])
      case "long": #expect(try json.compactTextIfString()?.count == 70)
      default: try json.skipValue()
      }
    }
    #expect(seen == ["id", "größe", "list", "text", "half", "long", "end"])
    #expect(try json.isAtEnd())
    #expect(json.firstInvalidUTF8 == nil)
  }

  @Test("a value read raw is the bytes of the document", arguments: [1, 3, 64, 4096])
  func raw(step: Int) throws {
    let list =
      "[1,[2,{\"x\":null, \"pad\":\"" + String(repeating: "ab", count: 90) + "\"}],true ,false]"
    var json = cursor("{\"a\":1,\"list\":  \(list) ,\"b\":2}", step: step)
    try json.beginObject()
    #expect(try json.nextKey())
    try json.skipValue()
    #expect(try json.nextKey())
    #expect(try json.rawValue().string == list)
    #expect(try json.nextKey())
    #expect(try json.number().integer == 2)
    #expect(try !json.nextKey())
  }

  @Test("what is longer than the limit is refused, and what follows is read", arguments: [1, 64])
  func overlong(step: Int) throws {
    let long = String(repeating: "ä\\n", count: 500)
    for (limit, isRefused) in [(1499, true), (1500, false)] {
      var json = cursor("[\"\(long)\" ,7]", step: step)
      try json.beginArray()
      #expect(try json.nextElement())
      #expect(((try? json.text(limit: limit)) == nil) == isRefused)
      #expect(try json.nextElement())
      #expect(try json.number().integer == 7)
    }
    for (limit, isRefused) in [(2001, true), (2002, false)] {
      var json = cursor("[\"\(long)\" ,7]", step: step)
      try json.beginArray()
      #expect(try json.nextElement())
      #expect(((try? json.rawValue(limit: limit)) == nil) == isRefused)
      #expect(try json.nextElement())
      #expect(try json.number().integer == 7)
    }
  }

  @Test("a document cut at any byte is torn there and never more than torn")
  func everyPrefix() throws {
    let bytes = Array(Self.document.utf8)
    for length in 0..<(bytes.count - 1) {
      var json = JSONCursor(MemorySource(Array(bytes[..<length])), window: 64)
      #expect(throws: ReadingError.self) { try json.skipValue() }
      #expect(json.offset <= UInt64(length))
    }
    var whole = JSONCursor(MemorySource(bytes))
    try whole.skipValue()
  }

  @Test("a document with any byte changed ends, with a value or an error")
  func everyByteChanged() {
    let bytes = Array(Self.document.utf8)
    for index in bytes.indices {
      for change: UInt8 in [0x01, 0x20, 0x80] {
        var changed = bytes
        changed[index] ^= change
        var json = JSONCursor(MemorySource(changed), window: 64)
        _ = try? json.value()
      }
    }
  }

  @Test(
    "what is no JSON is refused with its place",
    arguments: [
      ("{\"a\" 1}", "malformed", 5), ("{\"a\":1,}", "malformed", 7), ("[1 2]", "malformed", 3),
      ("[1,]", "malformed", 3), ("{1:2}", "malformed", 1), ("[tru]", "malformed", 1),
      ("\"\\x\"", "malformed", 1), ("\"\\u12g4\"", "malformed", 1), ("[}", "malformed", 1),
      ("", "torn", 0), ("[\"abc", "torn", 1), ("{\"a\":", "torn", 5), ("-", "malformed", 0),
      ("1e", "malformed", 0), ("nul", "torn", 0),
    ])
  func refusals(text: String, code: String, offset: Int) {
    var json = cursor(text)
    let error = #expect(throws: ReadingError.self) { try json.skipValue() }
    #expect(error?.code.rawValue == code)
    #expect(error?.offset == UInt64(offset))
  }

  @Test("nesting is followed without recursion, and refused past its limit")
  func depth() throws {
    let deep = 50_000
    var json = JSONCursor(
      MemorySource(
        Array(repeating: UInt8(ascii: "["), count: deep)
          + Array(repeating: UInt8(ascii: "]"), count: deep)))
    try json.skipValue()
    #expect(try json.isAtEnd())
    var endless = JSONCursor(MemorySource(Array(repeating: UInt8(ascii: "["), count: 300_000)))
    let error = #expect(throws: ReadingError.self) { try endless.skipValue() }
    #expect(error?.code == .tooDeep)
    var small = JSONCursor(MemorySource(Array(repeating: UInt8(ascii: "["), count: 3000)))
    #expect(throws: ReadingError.self) { try small.value() }
  }

  @Test("bytes that are no UTF-8 are kept, and the first is named", arguments: [1, 64])
  func invalidUTF8(step: Int) throws {
    let bytes: [UInt8] = Array("[\"ab".utf8) + [0xC3, 0x28, 0xFF] + Array("c\", \"ok ü\"]".utf8)
    var json = JSONCursor(MemorySource(bytes), window: 64)
    try json.beginArray()
    #expect(try json.nextElement())
    #expect(try json.text().bytes == [0x61, 0x62, 0xC3, 0x28, 0xFF, 0x63])
    #expect(try json.nextElement())
    #expect(try json.text().string == "ok ü")
    #expect(json.firstInvalidUTF8 == 4)
  }

  @Test(
    "numbers keep their digits",
    arguments: [
      ("1718900000.123", 3, 1_718_900_000_123), ("1718900000123", 0, 1_718_900_000_123),
      ("-0.5", 1, -5), ("1e3", 0, 1000), ("12e-1", 1, 12), ("0", 3, 0),
      ("1718900000.1234567891234", 3, 1_718_900_000_123),
    ])
  func numbers(text: String, power: Int, value: Int) throws {
    var json = cursor(text)
    #expect(try json.number().scaled(by: power) == Int64(value))
  }

  @Test("a byte order mark is no part of the document")
  func byteOrderMark() throws {
    var json = JSONCursor(MemorySource([0xEF, 0xBB, 0xBF] + Array("{}".utf8)))
    #expect(try json.kind() == .object)
  }

  @Test("several documents follow each other in one source")
  func lines() throws {
    var json = cursor("{\"a\":1}\n{\"a\":2}\n")
    var found: [Int64] = []
    while try !json.isAtEnd() {
      json.beginNextDocument()
      try json.beginObject()
      while try json.nextKey() { found.append(try json.number().integer ?? -1) }
    }
    #expect(found == [1, 2])
  }

  @Test("the length of a skipped string is that between its quotes", arguments: [1, 64, 4096])
  func skippedLength(step: Int) throws {
    let body = String(repeating: "0123456789abcdef ü\\n", count: 40)
    var json = cursor("\"\(body)\"", step: step)
    #expect(try json.skipString() == UInt64(body.utf8.count))
  }
}
