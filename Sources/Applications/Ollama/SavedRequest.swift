import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

/// A conversation that somebody saved from the terminal interface, `/save NAME`: the request that
/// would be sent next, with all messages, as `NAME.json` in the working folder
/// (`cmd/tui/chat/debug.go`).
enum SavedRequest {
  /// Whether a file may be one, by its beginning: `{ "model": …, "messages": [`, as the request's
  /// members are ordered.
  static func mayBeOne(_ name: String, _ start: [UInt8]) -> Bool {
    guard start.first == UInt8(ascii: "{"), name.lowercased().hasSuffix(".json") else {
      return false
    }
    let dense = start.filter { $0 > 0x20 }
    return dense.starts(with: Array("{\"model\":".utf8)) && dense.contains("\"messages\":")
  }

  /// Whether a file is one: among its members `options`, which this request always has and those of
  /// other makers never do.
  static func isOne(_ path: FilePath, _ tree: EvidenceTree) -> Bool {
    guard let file = try? tree.open(path) else { return false }
    var json = JSONCursor(file)
    var hasOptions = false
    var hasMessages = false
    do throws(ReadingError) {
      try json.beginObject()
      while try json.nextKey() {
        switch json.key {
        case "options":
          let kind = try json.kind()
          hasOptions = kind == .object || kind == .null
        case "messages":
          hasMessages = try json.kind() == .array
        default: break
        }
        try json.skipValue()
      }
    } catch {
      // Cut off before `options`: the way it is indented has to do.
      return error.code == .torn && isIndented((try? file.prefix(4096)) ?? [])
    }
    return hasOptions && hasMessages
  }

  private static func isIndented(_ start: [UInt8]) -> Bool {
    start.starts(with: Array("{\n  \"model\": \"".utf8))
      && start.contains("\",\n  \"messages\": [\n    {\n      \"role\": \"")
  }

  static func parts(_ path: FilePath) -> [StorePart] {
    [{ report in read(path, &report) }]
  }

  private static func read(_ path: FilePath, _ report: inout ReadingReport) {
    do throws(EvidenceError) {
      let file = try report.tree.open(path)
      report.stores[0].countFile(file.status)
      var conversation = Conversation(
        appID: path.lastComponent?.storedText,
        provenance: Provenance(path: path.storedText, offset: 0))
      conversation.bytes = file.status.size
      var messages = RequestMessages(
        file, model: nil, wantsThread: report.demand.wantsThread(of: conversation),
        wantsExcerpt: report.demand.level >= .heads)
      var json = JSONCursor(file)
      do throws(ReadingError) {
        try json.beginObject()
        while try json.nextKey() {
          switch json.key {
          case "model": messages.model = try json.textIfString()?.string
          case "messages": try messages.read(&json, into: &conversation)
          default: try json.skipValue()
          }
        }
      } catch {
        report.add(error, in: path)
      }
      if let offset = json.firstInvalidUTF8 {
        report.add(
          Issue(
            .invalidUTF8, .warning, path: path.storedText, offset: offset,
            "bytes that are no UTF-8"))
      }
      messages.issues.forEach { report.add($0) }
      report.emit(conversation)
    } catch {
      report.add(error)
    }
  }
}
