import Testing
import VaultFormat

@Suite("Extended attributes")
struct ExtendedAttributesTests {
  private typealias Attribute = (name: [UInt8], value: [UInt8])

  private func attribute(_ name: String, _ value: [UInt8]) -> Attribute {
    (Array(name.utf8), value)
  }

  @Test("are written sorted, as the format's page lays them out")
  func layout() throws {
    let bytes = try ExtendedAttributes.encode([
      attribute("user.b", [1, 2, 3]), attribute("user.a", []),
    ])
    let expected =
      [6, 0, 0, 0, 0, 0] + Array("user.a".utf8) + [6, 0, 3, 0, 0, 0] + Array("user.b".utf8)
      + [1, 2, 3]
    #expect(bytes == expected)
    #expect(try ExtendedAttributes.encode([]) == [])
    #expect(try ExtendedAttributes.decode([]).isEmpty)
  }

  @Test("come back")
  func identity() throws {
    let attributes = (0..<300).map {
      attribute("user.\($0)", pattern($0 * 7, seed: UInt64($0 + 1)))
    }
    let bytes = try ExtendedAttributes.encode(attributes.shuffled())
    let read = try ExtendedAttributes.decode(bytes)
    #expect(Set(read.map(\.name)) == Set(attributes.map(\.name)))
    #expect(try ExtendedAttributes.encode(read) == bytes)
    for (name, value) in attributes {
      #expect(read.first { $0.name == name }?.value == value)
    }
  }

  @Test("that are empty, there twice or too long are refused")
  func refused() {
    for wrong in [
      [attribute("", [1])], [attribute("user.a", []), attribute("user.a", [1])],
      [(name: [UInt8](repeating: 1, count: 65536), value: [])],
    ] {
      #expect(throws: VaultFormatError.self) { try ExtendedAttributes.encode(wrong) }
    }
  }

  @Test("cut anywhere or changed are either refused or taken as they are")
  func damaged() throws {
    let bytes = try ExtendedAttributes.encode([
      attribute("user.a", [1, 2]), attribute("user.b", []), attribute("user.c", [9]),
    ])
    let ends = [0, 14, 26, 39]
    for count in 0..<bytes.count where !ends.contains(count) {
      #expect(throws: VaultFormatError.self) {
        try ExtendedAttributes.decode(Array(bytes[..<count]))
      }
    }
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << UInt8(bit)
        guard let read = try? ExtendedAttributes.decode(changed) else { continue }
        #expect(try ExtendedAttributes.encode(read) == changed)
      }
    }
    #expect(throws: VaultFormatError.self) {
      try ExtendedAttributes.decode([255, 255, 255, 255, 255, 255])
    }
  }
}
