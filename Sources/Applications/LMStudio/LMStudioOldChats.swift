import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

extension LMStudio {
  /// The folder `chats` of 0.2: a chat is `<id>.chat.json`, with its settings in
  /// `<id>.config.chat.json` and its title in `<id>.metadata.chat.json`.
  ///
  /// 0.3 copied chats into `conversations/Migrated chats` and left these. A chat that has such a copy
  /// is one itself; the migration failed for some, and those exist only here.
  struct OldChats: Sendable {
    /// The folder, or one chat's file.
    let path: FilePath
    /// The folder that ids are told from.
    let base: FilePath
    /// The folder of newer chats, to find what was migrated.
    let conversations: FilePath

    static let suffix = ".chat.json"
    /// The stores of the claim, in its order.
    static let own = 0
    static let copies = 1

    /// The kinds of file, by the ends of their names.
    enum Kind {
      case chat, config, metadata

      init?(_ name: String) {
        guard name.hasSuffix(OldChats.suffix), !name.hasPrefix("._") else { return nil }
        if name.hasSuffix(".config.chat.json") {
          self = .config
        } else if name.hasSuffix(".metadata.chat.json") {
          self = .metadata
        } else {
          self = .chat
        }
      }
    }

    init(_ path: FilePath, isFile: Bool) {
      self.path = path
      let folder = isFile ? path.removingLastComponent() : path
      base = LMStudio.ancestor(of: folder, named: "chats") ?? folder
      conversations = base.removingLastComponent().appending("conversations")
    }

    /// Splits the reading into batches of whole chats, once it is known what was migrated.
    func parts(_ tree: EvidenceTree) -> [StorePart] {
      let walk = FolderWalk(tree, path)
      var chats: [FilePath: Files] = [:]
      var order: [FilePath] = []
      var others: [StoreFile] = []
      for file in walk.files {
        guard let kind = Kind(file.name) ?? (file.path == path ? .chat : nil) else {
          others.append(file)
          continue
        }
        let stem = OldChats.stem(file.path, kind)
        if chats[stem] == nil { order.append(stem) }
        chats[stem, default: Files()].add(file, kind)
      }
      let migrated = MigratedChats(tree, conversations)
      var parts: [StorePart] = []
      var batch: [Files] = []
      for (index, stem) in order.enumerated() {
        if let files = chats[stem] { batch.append(files) }
        guard batch.count == FolderWalk.batch || index == order.count - 1 else { continue }
        let part = batch
        parts.append { report in
          for files in part { read(files, migrated, &report) }
        }
        batch.removeAll()
      }
      let rest = others
      let errors = walk.errors
      parts.append { report in
        for file in rest { report.stores[OldChats.own].countFile(file.status) }
        for error in errors { report.add(error, store: OldChats.own) }
      }
      return parts
    }

    /// The files of one chat.
    struct Files: Sendable {
      var chat: StoreFile?
      var config: StoreFile?
      var metadata: StoreFile?

      var all: [StoreFile] { [chat, config, metadata].compactMap { $0 } }

      mutating func add(_ file: StoreFile, _ kind: Kind) {
        switch kind {
        case .chat: chat = file
        case .config: config = file
        case .metadata: metadata = file
        }
      }
    }

    private static func stem(_ path: FilePath, _ kind: Kind) -> FilePath {
      let name = path.lastComponent?.string ?? ""
      let end =
        switch kind {
        case .chat: suffix
        case .config: ".config.chat.json"
        case .metadata: ".metadata.chat.json"
        }
      guard name.count > end.count, name.hasSuffix(end) else { return path }
      return path.removingLastComponent().appending(String(name.dropLast(end.count)))
    }

    private func read(
      _ files: Files, _ migrated: MigratedChats, _ report: inout ReadingReport
    ) {
      var info = OldChatReader.Info()
      if let metadata = files.metadata {
        info.readMetadata(metadata.path, report.tree, &report)
      }
      guard let chat = files.chat else {
        for file in files.all {
          report.stores[OldChats.own].countFile(file.status)
          report.add(
            Issue(
              .orphan, .info, path: file.path.storedText,
              "settings or a title of a chat whose messages are gone"), store: OldChats.own)
        }
        if let title = info.title, let metadata = files.metadata {
          let place = Provenance(path: metadata.path.storedText)
          report.emit(Passage(.title, title, provenance: place), store: OldChats.own)
        }
        return
      }
      let appID = LMStudio.identifier(of: chat.path, below: base, suffix: OldChats.suffix)
      var head = Conversation(
        appID: appID, title: info.title, provenance: Provenance(path: chat.path.storedText))
      head.created = info.created ?? LMStudio.time(ofFileNamed: chat.name)
      head.bytes = files.all.reduce(0) { $0 &+ $1.status.size }
      if let time = head.created { head.tally.widen(to: time) }
      var reader = OldChatReader(head, report.demand)
      do throws(EvidenceError) {
        let source = try report.tree.open(chat.path)
        // What is wrong with the file is said where the chat turns out to belong.
        var found = ReadingReport(
          report.tree, report.demand, stores: 1, onConversation: { _, _ in },
          onPassage: { _, _ in })
        var json = JSONCursor(source)
        LMStudio.read(&json, of: source, &found) { json throws(ReadingError) in
          try reader.read(&json)
        }
        let isCopy = migrated.has(reader, info, fileName: chat.name)
        let store = isCopy ? OldChats.copies : OldChats.own
        for file in files.all { report.stores[store].countFile(file.status) }
        for issue in found.stores[0].issues { report.add(issue, store: store) }
        reader.chat.copy = isCopy
        report.emit(reader.chat, store: store)
        if let config = files.config, report.demand.passages {
          emitPrompt(config.path, appID, store, &report)
        }
      } catch {
        for file in files.all { report.stores[OldChats.own].countFile(file.status) }
        report.add(error, store: OldChats.own)
      }
    }

    /// Gives the system prompt, `inference_params.pre_prompt`.
    private func emitPrompt(
      _ path: FilePath, _ appID: StoredText, _ store: Int, _ report: inout ReadingReport
    ) {
      do throws(EvidenceError) {
        var json = JSONCursor(try report.tree.open(path))
        do throws(ReadingError) {
          let prompt = try json.value()["inference_params"]?["pre_prompt"]?.text
          guard let prompt, !prompt.isEmpty else { return }
          let place = Provenance(path: path.storedText)
          report.emit(
            Passage(.text, prompt, provenance: place, conversation: appID), store: store)
        } catch {
          report.add(error, in: path, store: store)
        }
      } catch {
        report.add(error, store: store)
      }
    }
  }

  /// Claims a folder of chats of 0.2: as conversations those that exist only there, as copies those
  /// that were migrated.
  func claimOldChats(_ path: FilePath, isFile: Bool = false, _ survey: inout Survey) {
    let chats = OldChats(path, isFile: isFile)
    let heads = [
      StoreHead(.conversations, path, format: "lm-studio-chat", onlyIfAny: true),
      StoreHead(.copies, path, format: "lm-studio-chat", onlyIfAny: true),
    ]
    survey.claim(StoreClaim(id, heads) { tree, _ in chats.parts(tree) })
  }
}
