import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

extension LMStudio {
  /// What is known of the chats that 0.3 took over from 0.2, to tell which old ones are copies.
  struct MigratedChats: Sendable {
    /// Names of chats anywhere below `conversations`, since a migrated chat may have been moved on.
    private var names: Set<String> = []
    /// `createdAt` of those in `Migrated chats`.
    private var times: Set<Int64> = []
    /// Title and first text of those in `Migrated chats`.
    private var beginnings: Set<ContentDigest> = []

    /// Looks at the chats below `conversations`.
    init(_ tree: EvidenceTree, _ conversations: FilePath) {
      guard case .found(let folder) = tree.resolve(conversations), tree.isFolder(folder) else {
        return
      }
      for file in FolderWalk(tree, folder).files where ChatStore.isChat(file.name) {
        names.insert(String(file.name.dropLast(ChatStore.suffix.count)))
        guard LMStudio.ancestor(of: file.path, named: "Migrated chats") != nil,
          let source = try? tree.open(file.path)
        else { continue }
        var beginning = Beginning()
        var json = JSONCursor(source)
        // A chat that breaks off is reported where it is counted.
        try? beginning.read(&json)
        if let time = beginning.created { times.insert(time) }
        if let digest = MigratedChats.digest(beginning.title, beginning.firstText) {
          beginnings.insert(digest)
        }
      }
    }

    /// Whether that chat of 0.2 was migrated: there is one of the same name or time, or of the same
    /// title and first text.
    func has(_ reader: OldChatReader, _ info: OldChatReader.Info, fileName: String) -> Bool {
      let name = String(fileName.dropLast(OldChats.suffix.count))
      if names.contains(name) { return true }
      if let identifier = info.identifier,
        times.contains(identifier) || names.contains(String(identifier))
      {
        return true
      }
      if let time = LMStudio.time(ofFileNamed: fileName), times.contains(time.milliseconds) {
        return true
      }
      let digest = MigratedChats.digest(reader.chat.title, reader.firstText)
      return digest.map { beginnings.contains($0) } ?? false
    }

    private static func digest(_ title: StoredText?, _ first: ContentDigest?) -> ContentDigest? {
      guard let title, !title.isEmpty, let first else { return nil }
      var digest = ContentDigest()
      digest.add(title.bytes)
      digest.add(0)
      digest.add(first.hexadecimal.utf8)
      return digest.finished
    }
  }

  /// The head of a newer chat, no further than its first text.
  private struct Beginning {
    var title: StoredText?
    var created: Int64?
    var firstText: ContentDigest?

    mutating func read(_ json: inout JSONCursor) throws(ReadingError) {
      try json.beginObject()
      while try json.nextKey() {
        switch json.key {
        case "name": title = try json.textIfString()
        case "createdAt": created = try json.numberIfPresent()?.integer
        case "messages":
          guard try json.beginArrayIfPresent(), try json.nextElement() else { continue }
          try first(&json)
          while try json.nextElement() { try json.skipValue() }
        default: try json.skipValue()
        }
        if firstText != nil, title != nil, created != nil { return }
      }
    }

    /// Goes down through versions, steps and parts to the first text.
    private mutating func first(_ json: inout JSONCursor) throws(ReadingError) {
      guard try json.beginObjectIfPresent() else { return }
      while try json.nextKey() {
        switch json.key {
        case "text":
          let digest = try json.textIfString().map { ContentDigest(of: $0.bytes) }
          firstText = firstText ?? digest
        case "versions", "content", "steps":
          guard try json.beginArrayIfPresent() else { continue }
          while try json.nextElement() {
            if firstText == nil { try first(&json) } else { try json.skipValue() }
          }
        default: try json.skipValue()
        }
      }
    }
  }
}
