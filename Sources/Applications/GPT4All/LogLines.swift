import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

/// Gives a log's lines for searching; of a line past a mebibyte, pieces.
struct LogLines {
  private static let longest = 1 << 20
  private let path: FilePath

  init(_ path: FilePath) {
    self.path = path
  }

  func read(_ report: inout ReadingReport) {
    do {
      let file = try report.tree.open(path)
      var bytes = ByteCursor(file)
      var line: [UInt8] = []
      var start: UInt64 = 0
      do {
        while try !bytes.isAtEnd() {
          let offset = bytes.offset
          let piece = try bytes.bytes(min(64 << 10, bytes.remaining ?? 0))
          if piece.isEmpty { break }
          for (index, byte) in piece.enumerated() {
            if byte == 0x0A || line.count >= LogLines.longest {
              emit(&line, at: start, &report)
              start = offset &+ UInt64(index) &+ (byte == 0x0A ? 1 : 0)
            }
            if byte != 0x0A { line.append(byte) }
          }
        }
      } catch {
        report.add(error, in: path)
      }
      emit(&line, at: start, &report)
    } catch {
      report.add(error)
    }
  }

  private func emit(_ line: inout [UInt8], at start: UInt64, _ report: inout ReadingReport) {
    if line.last == 0x0D { line.removeLast() }
    if !line.isEmpty {
      report.emit(
        Passage(
          .log, StoredText(bytes: line),
          provenance: Provenance(path: path.storedText, offset: start)))
    }
    line.removeAll(keepingCapacity: true)
  }
}
