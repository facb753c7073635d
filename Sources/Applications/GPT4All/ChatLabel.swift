import ByteReading
import Conversations

/// What opens an item of a chat: fixed English words with a colon and a space, whatever the language
/// of the program.
enum ChatLabel: Equatable {
  case prompt, response, system, text, think, toolCall, toolResponse
  /// A label of a later version, as stored.
  case other(StoredText)

  /// The number of characters of the longest known label.
  static let longestKnown = 14

  private static let known: [(UInt128, ChatLabel)] = [
    (pack("Prompt: "), .prompt), (pack("Response: "), .response), (pack("Text: "), .text),
    (pack("Think: "), .think), (pack("ToolCall: "), .toolCall),
    (pack("ToolResponse: "), .toolResponse), (pack("System: "), .system),
  ]

  private static func pack(_ label: String) -> UInt128 {
    label.utf8.reduce(0) { $0 << 8 | UInt128($1) }
  }

  /// The known label whose ASCII characters are the bytes of `packed`, or nil.
  init?(packed: UInt128) {
    for (characters, label) in ChatLabel.known where characters == packed {
      self = label
      return
    }
    return nil
  }

  /// A label that is not known, as far as it looks like one.
  ///
  /// That is printable ASCII, or any sound text that ends in a colon and a space. Anything else means
  /// that the place is not where an item begins.
  init(unknown text: StoredText, at offset: UInt64) throws(ReadingError) {
    let isPrintable = text.bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    let isSound = !text.bytes.contains { $0 < 0x20 || $0 == 0x7F }
    guard isPrintable || (isSound && text.bytes.suffix(2) == [0x3A, 0x20]) else {
      throw ReadingError(.malformed, at: offset, "no label where an item begins")
    }
    self = .other(text)
  }

  /// The role of an item: the three that are common to all applications, else the label as stored
  /// without its colon.
  var role: Role {
    switch self {
    case .prompt: .user
    case .response: .assistant
    case .system: .system
    case .text: Role(rawValue: "Text")
    case .think: Role(rawValue: "Think")
    case .toolCall: Role(rawValue: "ToolCall")
    case .toolResponse: Role(rawValue: "ToolResponse")
    case .other(let text):
      Role(
        rawValue: text.bytes.suffix(2) == [0x3A, 0x20]
          ? StoredText(bytes: Array(text.bytes.dropLast(2))).string : text.string)
    }
  }
}
