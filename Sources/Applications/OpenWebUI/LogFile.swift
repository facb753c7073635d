import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

extension OpenWebUI {
  /// A log, whose lines are searched: requests and answers stand in them where an administrator asked
  /// for that, and what the server printed.
  struct LogFile {
    /// Longer lines are given in pieces.
    private static let longestLine = 1 << 20

    private let path: FilePath

    init(_ path: FilePath) {
      self.path = path
    }

    /// Emits every line, if passages are wanted at all.
    func emitLines(_ report: inout ReadingReport) {
      guard report.demand.passages else { return }
      let file: EvidenceFile
      do {
        file = try report.tree.open(path)
      } catch {
        report.add(error)
        return
      }
      var buffer = [UInt8](repeating: 0, count: 128 << 10)
      var line: [UInt8] = []
      var lineStart: UInt64 = 0
      var offset: UInt64 = 0
      while true {
        let count: Int
        do {
          count = try buffer.withUnsafeMutableBytes { try file.read(at: offset, into: $0) }
        } catch {
          report.add(
            Issue(
              .unreadable, .error, path: path.storedText, offset: offset,
              "the log cannot be read to its end"))
          break
        }
        if count == 0 { break }
        var from = 0
        while from < count {
          let newline = buffer[from..<count].firstIndex(of: 0x0A)
          let end = newline ?? count
          line += buffer[from..<end]
          from = end + (newline == nil ? 0 : 1)
          if newline != nil || line.count >= LogFile.longestLine {
            emit(line, lineStart, &report)
            line.removeAll(keepingCapacity: true)
            lineStart = offset + UInt64(from)
          }
        }
        offset += UInt64(count)
      }
      emit(line, lineStart, &report)
    }

    private func emit(_ line: [UInt8], _ offset: UInt64, _ report: inout ReadingReport) {
      guard !line.isEmpty else { return }
      report.emit(
        Passage(
          .log, StoredText(bytes: line),
          provenance: Provenance(path: path.storedText, offset: offset)))
    }
  }
}
