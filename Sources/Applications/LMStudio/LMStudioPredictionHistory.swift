import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

extension LMStudio {
  /// Claims the history of the stateful interface: requests and answers in packs whose format is not
  /// public, and an index from the id of each answer to its pack.
  func claimPredictionHistory(_ folder: FilePath, _ survey: inout Survey) {
    let head = StoreHead(.history, folder, format: "lm-studio-api-history")
    survey.claim(
      StoreClaim(id, [head]) { tree, _ in
        [
          { report in
            let walk = FolderWalk(tree, folder)
            var packed: UInt64 = 0
            for file in walk.files {
              report.stores[0].countFile(file.status)
              if file.name != "index.json" { packed &+= file.status.size }
            }
            for error in walk.errors { report.add(error) }
            let named = LMStudio.answersNamed(in: folder.appending("index.json"), &report)
            guard packed > 0 || named > 0 else { return }
            report.add(
              Issue(
                .notParsed, .info, path: folder.storedText,
                "packs of an unknown format, \(packed) bytes; the index names \(named) answers"))
          }
        ]
      })
  }

  /// Counts the members of `json.mapping`.
  private static func answersNamed(in index: FilePath, _ report: inout ReadingReport) -> Int {
    guard report.tree.isFile(index) else { return 0 }
    var count = 0
    do throws(EvidenceError) {
      var json = JSONCursor(try report.tree.open(index))
      do throws(ReadingError) {
        try json.beginObject()
        while try json.nextKey() {
          guard case "json" = json.key, try json.kind() == .object else {
            try json.skipValue()
            continue
          }
          try json.beginObject()
          while try json.nextKey() {
            guard case "mapping" = json.key, try json.kind() == .object else {
              try json.skipValue()
              continue
            }
            try json.beginObject()
            while try json.nextKey() {
              try json.skipValue()
              count += 1
            }
          }
        }
      } catch {
        report.add(error, in: index)
      }
    } catch {
      report.add(error)
    }
    return count
  }
}
