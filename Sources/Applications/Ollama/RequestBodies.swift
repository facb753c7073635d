import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

/// Whole requests that the server wrote down because OLLAMA_DEBUG_LOG_REQUESTS was set: a folder
/// `ollama-request-logs-…` of temporary files, `<time>_<route>_body.json` and a script that sends
/// it again (`server/inference_request_log.go`).
///
/// Nothing ever removes them.
enum RequestBodies {
  /// Whether that is the name of such a folder.
  static func isName(_ name: String) -> Bool {
    name.hasPrefix("ollama-request-logs-")
  }

  static func parts(_ folder: FilePath) -> [StorePart] {
    [
      { report in
        NamedFiles.count(folder, depth: 0, &report) { _ in true }
        guard let listing = try? report.tree.list(folder) else { return }
        var bodies = 0
        for entry in listing.entries
        where entry.kind == .file && entry.name.hasSuffix("_body.json") {
          bodies += 1
          if report.demand.passages { read(listing.path(of: entry), &report) }
        }
        guard bodies > 0 else { return }
        report.add(
          Issue(
            .promptsInLog, .info, path: folder.storedText,
            "\(bodies) requests are kept with all they asked"))
      }
    ]
  }

  /// Emits every text of a request, each with its place; images are left out.
  private static func read(_ path: FilePath, _ report: inout ReadingReport) {
    do throws(EvidenceError) {
      let file = try report.tree.open(path)
      var json = JSONCursor(file)
      do throws(ReadingError) {
        try readValue(&json, path, depth: 0, &report)
      } catch {
        report.add(error, in: path)
      }
    } catch {
      report.add(error)
    }
  }

  private static func readValue(
    _ json: inout JSONCursor, _ path: FilePath, depth: Int, _ report: inout ReadingReport
  ) throws(ReadingError) {
    guard depth < 64 else { return try json.skipValue() }
    switch try json.kind() {
    case .string:
      let offset = json.offset
      let text = try json.text()
      report.emit(
        Passage(
          .log, text, provenance: Provenance(path: path.storedText, offset: offset)))
    case .object:
      try json.beginObject()
      while try json.nextKey() {
        switch json.key {
        case "images", "image_url", "data", "model", "role", "type", "format": try json.skipValue()
        default: try readValue(&json, path, depth: depth + 1, &report)
        }
      }
    case .array:
      try json.beginArray()
      while try json.nextElement() { try readValue(&json, path, depth: depth + 1, &report) }
    default: try json.skipValue()
    }
  }
}
