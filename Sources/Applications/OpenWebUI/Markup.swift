import ByteReading
import Conversations

extension OpenWebUI {
  /// Reasoning and tool calls that the server wrote into a message's text.
  ///
  /// From 0.5 to 0.9 they are `<details type="…">` elements: reasoning as quoted lines behind a
  /// summary, a tool call in the element's attributes, escaped as HTML and there again as JSON. Models
  /// whose reasoning nobody took apart leave `<think>` tags. The text stays as stored; what is found is
  /// repeated in the message's own fields.
  enum Markup {
    /// Fills in what the text of `message` holds, unless the message has it apart already.
    static func take(from message: inout Message?) {
      guard var found = message, found.text.bytes.contains(UInt8(ascii: "<")) else { return }
      let hasCalls = !found.toolCalls.isEmpty
      var thoughts: [[UInt8]] = []
      let text = found.text.bytes
      var at = 0
      // Tags that never end could each be followed to the end of a long text: not more than a few are.
      var budget = 4 * text.count + 4096
      while budget > 0, let open = position(of: "<", in: text, from: at) {
        at = open + 1
        if let end = tagEnd("<details", in: text, at: open, &budget) {
          let attributes = attributes(Array(text[open..<end]))
          switch attributes["type"].map({ String(decoding: $0, as: UTF8.self) }) {
          case "reasoning":
            let close = position(of: "</details>", in: text, from: end) ?? text.count
            thoughts.append(quoted(Array(text[end..<close])))
            at = close
          case "tool_calls" where !hasCalls:
            let close = position(of: "</details>", in: text, from: end) ?? text.count
            found.toolCalls.append(
              ToolCall(
                id: attributes["id"].map(StoredText.init(bytes:)),
                name: attributes["name"].map(StoredText.init(bytes:)),
                arguments: attributes["arguments"].map(unwrapped),
                result: attributes["result"].map(unwrapped)))
            at = close
          default: at = end
          }
        } else {
          for name in ["think", "thinking"] {
            guard let end = tagEnd("<" + name, in: text, at: open, &budget) else { continue }
            let close = position(of: "</" + name + ">", in: text, from: end) ?? text.count
            thoughts.append(trimmed(Array(text[end..<close])))
            at = close
          }
        }
      }
      if found.reasoning == nil, !thoughts.isEmpty {
        found.reasoning = StoredText(bytes: Array(thoughts.joined(separator: [0x0A])))
      }
      message = found
    }

    /// Where the tag that begins at `start` ends, if it is of that name.
    private static func tagEnd(
      _ name: String, in text: [UInt8], at start: Int, _ budget: inout Int
    ) -> Int? {
      let name = Array(name.utf8)
      guard text[start...].starts(with: name), start + name.count < text.count else { return nil }
      let next = text[start + name.count]
      guard next == UInt8(ascii: ">") || next <= 0x20 else { return nil }
      var isQuoted = false
      for index in (start + name.count)..<text.count {
        if text[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
        if !isQuoted, text[index] == UInt8(ascii: ">") { return index + 1 }
      }
      budget -= text.count - start
      return nil
    }

    private static func position(of word: String, in text: [UInt8], from start: Int) -> Int? {
      let word = Array(word.utf8)
      guard let first = word.first, text.count >= word.count else { return nil }
      var index = start
      while index <= text.count - word.count {
        if text[index] == first, text[index...].starts(with: word) { return index }
        index += 1
      }
      return nil
    }

    /// The attributes `name="value"` of a tag, their values with HTML's escapes undone.
    private static func attributes(_ tag: [UInt8]) -> [String: [UInt8]] {
      var found: [String: [UInt8]] = [:]
      var name: [UInt8] = []
      var index = 0
      while index < tag.count {
        let byte = tag[index]
        if byte == UInt8(ascii: "="), index + 1 < tag.count, tag[index + 1] == UInt8(ascii: "\"") {
          let start = index + 2
          let end = tag[start...].firstIndex(of: UInt8(ascii: "\"")) ?? tag.count
          found[String(decoding: name, as: UTF8.self)] = unescaped(Array(tag[start..<end]))
          name = []
          index = end + 1
          continue
        }
        if byte <= 0x20 { name = [] } else { name.append(byte) }
        index += 1
      }
      return found
    }

    private static let escapes: [([UInt8], UInt8)] = [
      (Array("&quot;".utf8), UInt8(ascii: "\"")), (Array("&#x27;".utf8), UInt8(ascii: "'")),
      (Array("&#39;".utf8), UInt8(ascii: "'")), (Array("&lt;".utf8), UInt8(ascii: "<")),
      (Array("&gt;".utf8), UInt8(ascii: ">")), (Array("&amp;".utf8), UInt8(ascii: "&")),
    ]

    private static func unescaped(_ text: [UInt8]) -> [UInt8] {
      guard text.contains(UInt8(ascii: "&")) else { return text }
      var result: [UInt8] = []
      var index = 0
      while index < text.count {
        if text[index] == UInt8(ascii: "&"),
          let escape = escapes.first(where: { text[index...].starts(with: $0.0) })
        {
          result.append(escape.1)
          index += escape.0.count
        } else {
          result.append(text[index])
          index += 1
        }
      }
      return result
    }

    /// An attribute's value, which is a JSON string around the value itself.
    private static func unwrapped(_ text: [UInt8]) -> StoredText {
      guard text.first == UInt8(ascii: "\"") else { return StoredText(bytes: text) }
      var json = JSONCursor(MemorySource(text))
      return (try? json.text()) ?? StoredText(bytes: text)
    }

    /// The inside of a reasoning element: its summary left out, the quotation marks of its lines too.
    private static func quoted(_ inside: [UInt8]) -> [UInt8] {
      var start = 0
      if let summary = position(of: "</summary>", in: inside, from: 0) { start = summary + 10 }
      let lines = inside[start...].split(separator: 0x0A, omittingEmptySubsequences: false)
      let plain = lines.map { line -> [UInt8] in
        let line = unescaped(Array(line))
        if line.starts(with: "> ".utf8) { return Array(line.dropFirst(2)) }
        return line == [UInt8(ascii: ">")] ? [] : line
      }
      return trimmed(Array(plain.joined(separator: [0x0A])))
    }

    private static func trimmed(_ text: [UInt8]) -> [UInt8] {
      let start = text.firstIndex { $0 > 0x20 } ?? text.count
      let end = text.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? start
      return Array(text[start..<max(start, end)])
    }
  }
}
