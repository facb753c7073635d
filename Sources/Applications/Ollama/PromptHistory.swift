import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

/// The inputs of Ollama's prompt, `~/.ollama/history`: one a line, no times, no answers.
///
/// Every entry rewrites the file through `history.tmp`, so a crash leaves that one beside it,
/// perhaps with its last line cut off (`readline/history.go`). Multi-line input stands line by
/// line.
enum PromptHistory {
  static func parts(_ path: FilePath) -> [StorePart] {
    [{ report in read(path, &report) }]
  }

  /// Whether that is the name of a prompt that was written in an editor, Ctrl+G in the prompt: a
  /// temporary file that a crash leaves (`cmd/interactive.go`).
  static func isEditorFile(_ name: String) -> Bool {
    name.hasPrefix("ollama-prompt-") && name.hasSuffix(".txt")
  }

  /// The parts of a prompt that was written in an editor: one input, whatever its lines.
  static func editorParts(_ path: FilePath) -> [StorePart] {
    [{ report in read(path, isOneInput: true, &report) }]
  }

  private static func read(
    _ path: FilePath, isOneInput: Bool = false, _ report: inout ReadingReport
  ) {
    do throws(EvidenceError) {
      let file = try report.tree.open(path)
      report.stores[0].countFile(file.status)
      do throws(ReadingError) {
        try readLines(file, path, isOneInput: isOneInput, &report)
        if isOneInput, report.stores[0].tally.messages > 1 {
          report.stores[0].tally = Tally()
          report.stores[0].tally.count(.user)
        }
      } catch {
        report.add(error, in: path)
      }
    } catch {
      report.add(error)
    }
  }

  private static func readLines(
    _ file: EvidenceFile, _ path: FilePath, isOneInput: Bool, _ report: inout ReadingReport
  ) throws(ReadingError) {
    var lines = LineCursor(file)
    var isSound = true
    while try lines.next() {
      if isSound, let invalid = lines.firstInvalidUTF8 {
        isSound = false
        report.add(
          Issue(
            .invalidUTF8, .warning, path: path.storedText,
            offset: lines.offset + UInt64(invalid), "bytes that are no UTF-8"))
      }
      // Ollama skips lines of white space, and so is a line that a hole in the file left.
      let isBlank = lines.line.allSatisfy { $0 <= 0x20 }
      if !isBlank {
        if !lines.isContinuation { report.stores[0].tally.count(.user) }
        if report.demand.passages {
          report.emit(
            Passage(
              .history, StoredText(bytes: lines.line),
              provenance: Provenance(path: path.storedText, offset: lines.offset)))
        }
        let end = lines.offset + UInt64(lines.line.count)
        if !isOneInput, !lines.isEnded, end >= file.status.size {
          report.add(
            Issue(
              .torn, .warning, path: path.storedText, offset: lines.offset,
              "the last line has no end"))
        }
      }
    }
  }
}
