import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

extension LMStudio {
  /// A folder of `.conversation.json` files, or one such file.
  struct ChatStore: Sendable {
    /// The folder or file.
    let path: FilePath
    /// The folder that ids are told from.
    let base: FilePath
    /// The folder of files that messages name.
    let uploads: FilePath?

    static let suffix = ".conversation.json"

    /// Whether a file of that name is a chat.
    ///
    /// `._name` is what macOS writes beside `name` on foreign file systems: attributes, no chat.
    static func isChat(_ name: String) -> Bool {
      name.hasSuffix(suffix) && !name.hasPrefix("._")
    }

    /// Makes a store of what is at `path`.
    ///
    /// The folder `conversations` above it, if there is one, is what ids are told from and beside which
    /// uploads are; where `home` is known, `path` is that folder.
    init(_ path: FilePath, isFile: Bool, home: FilePath? = nil) {
      self.path = path
      if let home {
        base = path
        uploads = home.appending("user-files")
        return
      }
      let folder = isFile ? path.removingLastComponent() : path
      if let above = LMStudio.ancestor(of: folder, named: "conversations") {
        base = above
        uploads = above.removingLastComponent().appending("user-files")
      } else {
        base = folder
        uploads = nil
      }
    }

    /// Splits the reading: a part for each big file, and one for each batch of small ones.
    func parts(_ tree: EvidenceTree) -> [StorePart] {
      let walk = FolderWalk(tree, path)
      var uploads: Uploads?
      if let folder = self.uploads, case .found(let real) = tree.resolve(folder) {
        uploads = Uploads(tree: tree, folder: real)
      }
      let found = uploads
      var parts: [StorePart] = walk.groups.map { group in
        { report in
          var reader = ChatReader(report.demand)
          reader.uploads = found
          var json = JSONCursor(MemorySource([]))
          for file in group { read(file, &reader, &json, &report) }
        }
      }
      let errors = walk.errors
      if !errors.isEmpty { parts.append { report in for error in errors { report.add(error) } } }
      return parts
    }

    private func read(
      _ file: StoreFile, _ reader: inout ChatReader, _ json: inout JSONCursor,
      _ report: inout ReadingReport
    ) {
      guard ChatStore.isChat(file.name) || file.path == path else {
        report.stores[0].countFile(file.status)
        return
      }
      let source: EvidenceFile
      do throws(EvidenceError) {
        source = try report.tree.open(file.path)
      } catch {
        if !error.isAbsence { report.stores[0].countFile(file.status) }
        return report.add(error)
      }
      report.stores[0].countFile(source.status)
      let place = file.path.storedText
      var head = Conversation(
        appID: LMStudio.identifier(of: file.path, below: base, suffix: ChatStore.suffix),
        provenance: Provenance(path: place))
      head.bytes = source.status.size
      reader.begin(head)
      json.restart(source)
      LMStudio.read(&json, of: source, &report) { json throws(ReadingError) in
        try reader.read(&json)
      }
      if reader.chat.created == nil {
        reader.chat.created = LMStudio.time(ofFileNamed: file.name)
        if let time = reader.chat.created { reader.chat.tally.widen(to: time) }
      }
      report.emit(reader.chat)
      for passage in reader.passages { report.emit(passage) }
    }
  }

  /// Reads a document that ought to be the whole of a file, and reports what is wrong with it.
  static func read(
    _ json: inout JSONCursor, of file: EvidenceFile, store: Int = 0, _ report: inout ReadingReport,
    _ body: (inout JSONCursor) throws(ReadingError) -> Void
  ) {
    let place = file.path.storedText
    guard file.status.size > 0 else {
      return report.add(
        Issue(.empty, .error, path: place, "a file of no bytes where a chat was"), store: store)
    }
    do throws(ReadingError) {
      try body(&json)
      let isEnd = try json.isAtEnd()
      if !isEnd {
        // Left behind where a shorter document was written over a longer one.
        report.add(
          Issue(
            .malformed, .warning, path: place, offset: json.offset,
            "there is more behind the end of the document"), store: store)
      }
    } catch {
      report.add(error, in: file.path, store: store)
    }
    if let offset = json.firstInvalidUTF8 {
      report.add(
        Issue(.invalidUTF8, .warning, path: place, offset: offset, "bytes that are no UTF-8"),
        store: store)
    }
  }
}
