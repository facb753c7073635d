import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

extension LMStudio {
  /// How the files of a store without conversations are read: counted, and searched where they hold
  /// what somebody wrote.
  struct FileStore: Sendable {
    /// As what their text is searched; nil where it is not.
    var passages: Passage.Field?
    /// Whether JSON among them is searched string by string rather than line by line.
    var json = false
    /// The only folder whose files are searched, where that is not all of them.
    var passagesBelow: FilePath?
    /// Whether each file of text is a document kept for retrieval.
    var areDocuments = false
    /// What the files are, where they are named and not parsed.
    var notParsed: String?
    /// Files and folders below that belong to other stores.
    var leavingOut: Set<FilePath> = []

    static let documents = FileStore(passages: .chunk, json: true, areDocuments: true)

    /// Splits the reading; what is said of the store as a whole needs a single part.
    func parts(_ path: FilePath, _ tree: EvidenceTree, _ demand: ReadingDemand) -> [StorePart] {
      let walk = FolderWalk(tree, path, leavingOut: leavingOut)
      let searched = passages != nil && demand.passages && !areDocuments
      let groups = searched ? walk.groups : [walk.files]
      let part = { (files: [StoreFile]) -> StorePart in
        { report in
          var summary = Summary()
          for file in files { read(file, &summary, &report) }
          summary.report(of: self, path, &report)
        }
      }
      var parts = groups.map(part)
      let errors = walk.errors
      if !errors.isEmpty { parts.append { report in for error in errors { report.add(error) } } }
      return parts
    }

    private func read(_ file: StoreFile, _ summary: inout Summary, _ report: inout ReadingReport) {
      report.stores[0].countFile(file.status)
      summary.files += 1
      summary.bytes &+= file.status.size
      let isMetadata = file.name.hasSuffix(".metadata.json")
      if passages == .attachment, isMetadata {
        if let found = Uploads.Metadata(report.tree, file.path) {
          if found.hasPreview { summary.previews += 1 }
          if let name = found.originalName, report.demand.passages {
            let place = Provenance(path: file.path.storedText)
            report.emit(Passage(.attachment, name, provenance: place))
          }
        }
        return
      }
      let isSearched = passagesBelow.map { file.path.starts(with: $0) } ?? true
      let wantsText = passages != nil && report.demand.passages && isSearched
      guard areDocuments || wantsText else { return }
      do throws(EvidenceError) {
        let source = try report.tree.open(file.path)
        let isText = LMStudio.isText(try source.prefix(4096))
        if areDocuments {
          if isText {
            report.stores[0].countDocument(bytes: file.status.size)
          } else if file.status.size > 0 {
            summary.binaries += 1
            summary.binaryBytes &+= file.status.size
          }
        }
        guard isText, wantsText, let passages else { return }
        LMStudio.emitTexts(of: source, as: passages, json: json, &report)
      } catch {
        report.add(error)
      }
    }

    /// What is said of a store as a whole.
    private struct Summary {
      var files: UInt64 = 0
      var bytes: UInt64 = 0
      var binaries: UInt64 = 0
      var binaryBytes: UInt64 = 0
      var previews: UInt64 = 0

      func report(of store: FileStore, _ path: FilePath, _ report: inout ReadingReport) {
        let place = path.storedText
        if store.areDocuments {
          report.stores[0].documents = report.stores[0].documents ?? 0
          if binaries > 0 {
            report.add(
              Issue(
                .notParsed, .info, path: place,
                "\(binaries) of \(files) files are no text and not parsed: \(binaryBytes) bytes"))
          }
        }
        if let what = store.notParsed, files > 0 {
          report.add(
            Issue(
              .notParsed, .info, path: place,
              "\(what) is not parsed: \(files) files, \(bytes) bytes"))
        }
        if previews > 0 {
          report.add(
            Issue(
              .embeddedPreview, .info, path: place,
              "\(previews) metadata files hold a picture of the file they describe"))
        }
      }
    }
  }

  /// Whether a file that begins so is text: UTF-8 without control characters.
  static func isText(_ prefix: [UInt8]) -> Bool {
    guard !prefix.isEmpty else { return false }
    for byte in prefix where byte < 0x20 {
      guard byte == 0x09 || byte == 0x0A || byte == 0x0D || byte == 0x0C || byte == 0x1B else {
        return false
      }
    }
    // The last scalar may be cut in two by the prefix's end.
    let whole = StoredText(bytes: prefix).beginning(max(1, prefix.count - 1)).bytes
    return String(validating: whole, as: UTF8.self) != nil || whole.isEmpty
  }
}

extension Issue.Code {
  /// A picture of a file is stored a second time, inside the file that describes it.
  static let embeddedPreview = Self(rawValue: "embedded-preview")
}
