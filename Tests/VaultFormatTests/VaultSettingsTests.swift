import Testing

@testable import VaultFormat

@Suite("Settings")
struct VaultSettingsTests {
  /// Two bulk patterns, an application, a path, a time, and two that no version knows yet.
  let written: [UInt8] =
    [1, 0, 2, 0, 0, 0] + Array("ab".utf8) + [1, 0, 0, 0, 0, 0]
    + [2, 0, 3, 0, 0, 0] + Array("jan".utf8) + [3, 0, 2, 0, 0, 0, 0x2f, 0xff]
    + [4, 0, 8, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0]
    + [0, 1, 1, 0, 0, 0, 9] + [0, 1, 0, 0, 0, 0]

  @Test("are read and written again byte for byte, unknown ones too")
  func identity() throws {
    let settings = try VaultSettings(parsing: written)
    #expect(settings.bulk == ["ab", ""])
    #expect(settings.application == "jan")
    #expect(settings.storePath == [0x2f, 0xff])
    #expect(settings.made == 513)
    #expect(settings.others.map(\.tag) == [256, 256])
    #expect(settings.others.map(\.value) == [[9], []])
    #expect(settings.bytes == written)
    #expect(VaultSettings().bytes.isEmpty)
    #expect(try VaultSettings(parsing: []) == VaultSettings())
  }

  @Test("cut anywhere are read up to a setting's end, or damaged")
  func cuts() throws {
    let ends: Set = [0, 8, 14, 23, 31, 45, 52, 58]
    for count in 0...written.count {
      let code = failure { _ = try VaultSettings(parsing: Array(written[..<count])) }
      #expect(code == (ends.contains(count) ? nil : .damaged), "\(count) bytes")
    }
  }

  @Test(
    "are damaged where they make no sense",
    arguments: [
      [2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0], [3, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0],
      [4, 0, 7, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7], [1, 0, 1, 0, 0, 0, 0xff],
      [2, 0, 2, 0, 0, 0, 0xc3, 0x28], [1, 0, 255, 255, 255, 255],
    ])
  func nonsense(bytes: [UInt8]) {
    #expect(failure { _ = try VaultSettings(parsing: bytes) } == .damaged)
  }
}
