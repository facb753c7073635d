import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

/// Reads thread folders one after the other, with the same buffers for all of them.
struct JanThreadReader: ~Copyable {
  let tree: EvidenceTree
  /// The files given to cortex, where the data folder is known.
  let server: JanServerFiles?
  var json = JSONCursor(MemorySource([]))
  var message = JanMessage()
  var thread = JanThread()

  init(_ tree: EvidenceTree, _ server: JanServerFiles?) {
    self.tree = tree
    self.server = server
  }

  /// What a thread's folder holds, from one listing.
  private struct Contents {
    var header: FilePath?
    var messages: FilePath?
    var single: FilePath?
    var memory: FilePath?
  }

  /// Reads the thread in `folder`, of eras B to F.
  mutating func read(_ folder: FilePath, into report: inout ReadingReport) {
    let listing: FolderListing
    do {
      listing = try tree.list(folder)
    } catch {
      report.add(error)
      return
    }
    let name = folder.lastComponent?.string ?? ""
    var contents = Contents()
    var bytes: UInt64 = 0
    thread.files.removeAll(keepingCapacity: true)
    for entry in listing.entries {
      let path = listing.path(of: entry)
      switch entry.kind {
      case .file:
        switch entry.name {
        case "thread.json": contents.header = path
        case "messages.jsonl": contents.messages = path
        case name + ".json": contents.single = path
        default: bytes &+= report.countFile(at: path)
        }
      case .folder:
        if entry.name == "files" {
          bytes &+= countStoredFiles(path, &report)
        } else {
          if entry.name == "memory" { contents.memory = path }
          bytes &+= report.countFiles(below: path)
        }
      case .link, .other: break
      }
    }
    if let single = contents.single {
      if contents.header == nil, contents.messages == nil {
        readSingle(single, id: StoredText(name), bytes, &report)
        return
      }
      bytes &+= report.countFile(at: single)
    }
    if contents.header == nil, contents.messages == nil {
      if bytes > 0 {
        report.add(
          Issue(
            .orphan, .info, path: folder.storedText,
            "files of a thread without thread.json and messages.jsonl"))
      }
    } else {
      readThread(
        contents.header, contents.messages, id: StoredText(name), in: folder, bytes, &report)
    }
    if let memory = contents.memory { readMemory(memory, of: StoredText(name), &report) }
  }

  // MARK: - Eras C to F

  /// Reads a thread of one or two files.
  mutating func readThread(
    _ headerPath: FilePath?, _ messagesPath: FilePath?, id: StoredText, in folder: FilePath,
    _ otherBytes: UInt64, _ report: inout ReadingReport
  ) {
    let wantsTexts = report.demand.passages
    var header: JanThreadHeader?
    var bytes = otherBytes
    if let headerPath {
      header = JanThreadHeader()
      if let file = open(headerPath, &bytes, &report) {
        readHeader(file, &header, wantsTexts, &report)
      }
    }
    let main = headerPath ?? messagesPath ?? folder
    var head = Conversation(
      appID: header?.id.flatMap { $0.isEmpty ? nil : $0 } ?? id, title: header?.title,
      provenance: Provenance(path: main.storedText))
    head.created = header?.created
    head.updated = header?.updated
    thread.begin(head, report.demand)
    if headerPath == nil, let messagesPath {
      report.add(
        Issue(
          .orphan, .info, path: messagesPath.storedText,
          "messages without thread.json, which the application does not show"))
    }
    if let messagesPath, let file = open(messagesPath, &bytes, &report) {
      readMessages(file, &report)
    }
    thread.count(bytes: bytes)
    finish(header, in: messagesPath ?? main, &report)
    if wantsTexts, let header { emitTexts(of: header, main, &report) }
  }

  private mutating func readHeader(
    _ file: EvidenceFile, _ header: inout JanThreadHeader?, _ wantsTexts: Bool,
    _ report: inout ReadingReport
  ) {
    guard file.status.size > 0 else {
      report.add(
        Issue(.empty, .error, path: file.path.storedText, "a file of no bytes"))
      return
    }
    json.restart(file)
    do {
      try header?.read(&json, wantsTexts: wantsTexts)
    } catch {
      report.add(error, in: file.path)
    }
    report.addInvalidUTF8(json.firstInvalidUTF8, in: file.path)
  }

  /// Emits what only the header holds: system prompts, and the last message where no message is it.
  private func emitTexts(
    of header: JanThreadHeader, _ path: FilePath, _ report: inout ReadingReport
  ) {
    let conversation = thread.conversation
    for text in header.texts where !conversation.thread.contains(where: { $0.text == text }) {
      report.emit(
        Passage(
          .text, text, provenance: Provenance(path: path.storedText),
          conversation: conversation.appID))
    }
  }

  /// Opens one of a thread's files and counts it.
  private func open(
    _ path: FilePath, _ bytes: inout UInt64, _ report: inout ReadingReport
  ) -> EvidenceFile? {
    do {
      let file = try tree.open(path)
      report.stores[0].countFile(file.status)
      bytes &+= file.status.size
      return file
    } catch {
      bytes &+= report.countFile(at: path)
      report.add(error)
      return nil
    }
  }

  /// Takes the thread's end over and hands it on.
  mutating func finish(
    _ header: JanThreadHeader?, in path: FilePath, _ report: inout ReadingReport
  ) {
    let (conversation, issues) = thread.finish(header, in: path)
    for issue in issues { report.add(issue) }
    report.note(thread.era)
    report.emit(conversation)
  }

  private mutating func countStoredFiles(
    _ folder: FilePath, _ report: inout ReadingReport
  ) -> UInt64 {
    var bytes: UInt64 = 0
    do {
      let listing = try tree.list(folder)
      for entry in listing.entries {
        let path = listing.path(of: entry)
        if entry.kind == .folder {
          bytes &+= report.countFiles(below: path)
        } else if entry.kind == .file {
          let size = report.countFile(at: path)
          bytes &+= size
          thread.files.append(JanThread.StoredFile(name: entry.name, path: path, size: size))
        }
      }
    } catch {
      report.add(error)
    }
    return bytes
  }
}

extension ReadingReport {
  /// Counts one file of the store, whatever is in it.
  /// - Returns: its size in bytes.
  mutating func countFile(at path: FilePath, store: Int = 0) -> UInt64 {
    guard let status = try? tree.status(path), status.kind == .file else { return 0 }
    stores[store].countFile(status)
    return status.size
  }

  /// Counts all regular files at and below `path`, no link followed.
  /// - Parameter excluded: what belongs to other stores.
  /// - Returns: their size in bytes.
  @discardableResult
  mutating func countFiles(
    below path: FilePath, except excluded: Set<FilePath> = [], store: Int = 0,
    _ each: (FilePath) -> Void = { _ in }
  ) -> UInt64 {
    var bytes: UInt64 = 0
    var pending = [path]
    while let folder = pending.popLast() {
      do {
        let listing = try tree.list(folder)
        for entry in listing.entries.reversed() where entry.kind == .folder {
          let below = listing.path(of: entry)
          if !excluded.contains(below) { pending.append(below) }
        }
        for entry in listing.entries where entry.kind == .file {
          let file = listing.path(of: entry)
          if excluded.contains(file) { continue }
          bytes &+= countFile(at: file, store: store)
          each(file)
        }
      } catch {
        add(error, store: store)
      }
    }
    return bytes
  }

  /// Says once of a file that a string in it is no UTF-8.
  mutating func addInvalidUTF8(_ offset: UInt64?, in path: FilePath, store: Int = 0) {
    guard let offset else { return }
    add(
      Issue(
        .invalidUTF8, .info, path: path.storedText, offset: offset,
        "a string holds bytes that are no UTF-8; they are kept as found"),
      store: store)
  }

  /// Notes which era was found; the latest is the store's version.
  mutating func note(_ era: JanEra?, store: Int = 0) {
    guard let era else { return }
    let before = stores[store].formatVersion.flatMap(JanEra.init(rawValue:))
    stores[store].formatVersion = JanEra.later(before, era)?.rawValue
  }
}
