import ByteReading
import Conversations
import EvidenceFiles

extension LMStudio {
  /// Gives the text of a file: JSON string by string where that is asked for, all else line by line.
  static func emitTexts(
    of source: EvidenceFile, as field: Passage.Field, json: Bool, _ report: inout ReadingReport
  ) {
    let place = Provenance(path: source.path.storedText)
    if json {
      var cursor = JSONCursor(source)
      let first = try? cursor.kind()
      if first == .object || first == .array {
        do throws(ReadingError) {
          try cursor.eachString { text, offset in
            guard !text.isEmpty else { return }
            var at = place
            at.offset = offset
            report.emit(Passage(field, text, provenance: at))
          }
        } catch {
          report.add(error, in: source.path)
        }
        return
      }
    }
    do throws(ReadingError) {
      try eachLine(of: source) { line, offset in
        var at = place
        at.offset = offset
        report.emit(Passage(field, StoredText(bytes: line), provenance: at))
      }
    } catch {
      report.add(error, in: source.path)
    }
  }

  /// The most bytes of a line that are given at once; a longer one comes in pieces.
  static let lineLimit = 1 << 20

  /// Gives each line that is not empty, without its end, and where it begins.
  static func eachLine(
    of source: any ByteSource, _ body: ([UInt8], UInt64) -> Void
  ) throws(ReadingError) {
    var cursor = ByteCursor(source)
    var line: [UInt8] = []
    var begin: UInt64 = 0
    func close() {
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      if !line.isEmpty { body(line, begin) }
      line.removeAll(keepingCapacity: true)
    }
    while true {
      let start = cursor.offset
      let count = min(cursor.remaining ?? 65536, 65536)
      guard count > 0 else { break }
      let chunk: [UInt8]
      do throws(ReadingError) {
        chunk = try cursor.bytes(count)
      } catch {
        close()
        throw error
      }
      var index = 0
      while index < chunk.count {
        if line.isEmpty { begin = start &+ UInt64(index) }
        let rest = chunk[index...]
        let end = rest.firstIndex(of: UInt8(ascii: "\n"))
        let stop = min(end ?? chunk.count, index + max(1, lineLimit - line.count))
        line += chunk[index..<stop]
        if stop == end {
          close()
          index = stop + 1
        } else {
          index = stop
          if line.count >= lineLimit { close() }
        }
      }
    }
    close()
  }
}
