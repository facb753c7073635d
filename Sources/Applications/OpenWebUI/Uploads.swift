import ByteReading
import Conversations
import EvidenceFiles
import SQLiteEvidence
import SystemPackage

extension OpenWebUI {
  /// Claims the folder of uploads.
  ///
  /// A file there whose id no row of `file` has is an orphan: deleting a chat leaves its uploads.
  func claimUploads(_ folder: FilePath, _ database: FilePath?, _ survey: inout Survey) {
    guard survey.tree.isFolder(folder) else { return }
    survey.claim(
      StoreClaim(id, [StoreHead(.uploads, folder, format: "open-webui-uploads")]) { _, _ in
        [
          { report in
            let known = database.flatMap(OpenWebUI.fileIDs)
            var orphans = 0
            var bytes: UInt64 = 0
            FileWalk(folder).each(&report) { file, report in
              guard let known, let name = file.lastComponent?.string,
                let id = UploadNames.id(of: name),
                !known.contains(ContentDigest(of: Array(id.utf8)).high)
              else { return }
              orphans += 1
              bytes &+= (try? report.tree.status(file).size) ?? 0
            }
            if orphans > 0 {
              report.add(
                Issue(
                  .orphan, .info, path: folder.storedText,
                  "\(orphans) uploads, \(bytes) bytes, belong to no row of the table file"))
            }
          }
        ]
      })
  }

  /// The ids in the table `file`, as halves of their digests; nil where the table cannot be read whole.
  private static func fileIDs(_ database: FilePath) -> Set<UInt64>? {
    guard let snapshot = try? DatabaseSnapshot(database),
      let table = DatabaseSchema(snapshot).table("file"), let id = table.index(of: "id")
    else { return nil }
    var found: Set<UInt64> = []
    var rows = TableReader(snapshot, table, columns: [id])
    while rows.next() {
      let text = rows.text(id, limit: 256)?.string.lowercased() ?? ""
      found.insert(ContentDigest(of: Array(text.utf8)).high)
    }
    return rows.damage.isEmpty ? found : nil
  }

  /// Claims the folder of caches: voices and recordings, whose JSON files hold the spoken text, and
  /// generated pictures.
  func claimCache(_ folder: FilePath, _ survey: inout Survey) {
    guard survey.tree.isFolder(folder) else { return }
    survey.claim(
      StoreClaim(id, [StoreHead(.cache, folder, format: "open-webui-cache")]) { _, _ in
        [
          { report in
            FileWalk(folder).each(&report) { file, report in
              guard report.demand.passages, file.extension == "json",
                file.components.contains("audio")
              else { return }
              emitSpokenText(file, &report)
            }
          }
        ]
      })
  }

  /// Emits the texts of a file beside a recording or a synthesised voice.
  private func emitSpokenText(_ file: FilePath, _ report: inout ReadingReport) {
    do throws(EvidenceError) {
      let bytes = try report.tree.contents(file, limit: 16 << 20)
      var json = JSONCursor(MemorySource(bytes))
      do throws(ReadingError) {
        let value = try json.value()
        for key in ["input", "text", "input_text", "prompt", "query"] {
          guard let text = value[key]?.text, !text.isEmpty else { continue }
          report.emit(
            Passage(
              .chunk, text, provenance: Provenance(path: file.storedText, offset: 0)))
        }
      } catch {
        report.add(error, in: file)
      }
    } catch {
      report.add(error)
    }
  }
}
