import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

extension LMStudio {
  /// The role of that name; the four common ones cost no string.
  static func role(_ name: CompactText) -> Role {
    switch name {
    case "user": .user
    case "assistant": .assistant
    case "system": .system
    case "tool": .tool
    default: Role(rawValue: name.text.string)
    }
  }

  /// The nearest folder of that name at or above `path`.
  static func ancestor(of path: FilePath, named name: String) -> FilePath? {
    var path = path
    while let last = path.lastComponent {
      if last.string == name { return path }
      path.removeLastComponent()
    }
    return nil
  }

  /// The path below `base` without `suffix`, which is the id of a chat: there is none inside its file.
  static func identifier(of path: FilePath, below base: FilePath, suffix: String) -> StoredText {
    var rest = path
    var bytes =
      rest.removePrefix(base) ? rest.storedText.bytes : (path.lastComponent?.storedText.bytes ?? [])
    if bytes.count > suffix.utf8.count, bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) {
      bytes.removeLast(suffix.utf8.count)
    }
    return StoredText(bytes: bytes)
  }

  /// The time that a file's name is, which most chats have: thirteen digits, milliseconds.
  static func time(ofFileNamed name: String) -> Instant? {
    let digits = name.utf8.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    guard digits.count == 13, name.utf8.dropFirst(13).first == UInt8(ascii: "."),
      let number = Int64(String(decoding: digits, as: UTF8.self)),
      plausibleMilliseconds.contains(number)
    else { return nil }
    return Instant(milliseconds: number)
  }

  /// 2020 to 2100: no chat is older than the application, and none is from times to come.
  static let plausibleMilliseconds: ClosedRange<Int64> = 1_577_836_800_000...4_102_444_800_000
}
