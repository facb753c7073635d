import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

/// What a folder holds of the application, told apart by names, and by the first bytes where names
/// do not say.
struct GPT4AllFolder: Sendable {
  /// A chat and its version, where it has one.
  struct Chat: Sendable {
    var path: FilePath
    var version: Int32?
  }

  /// A generation of the document database.
  struct Database: Sendable {
    var path: FilePath
    var generation: Int
  }

  var path: FilePath
  /// Chats as the application loads them, and other files that are chats by their contents.
  var chats: [Chat] = []
  /// Chats that were being written, and copies of chats that are in the folder too.
  var copies: [Chat] = []
  var databases: [Database] = []
  var vectors: [FilePath] = []
  var keys: [FilePath] = []
  var logs: [FilePath] = []
  var settings: FilePath?

  /// Sorts the files of a folder that nobody claimed.
  init(_ listing: FolderListing, survey: Survey) {
    path = listing.path
    var unsure: [FilePath] = []
    var names: Set<String> = []
    for entry in listing.entries where entry.kind == .file {
      let file = listing.path(of: entry)
      let name = entry.name
      if survey.isCovered(file) { continue }
      if name.hasPrefix("gpt4all-"), name.hasSuffix(".chat") {
        chats.append(Chat(path: file, version: GPT4AllFolder.version(file, survey.tree)))
        names.insert(name)
      } else if name.hasSuffix(".chat.tmp") {
        copies.append(Chat(path: file, version: GPT4AllFolder.version(file, survey.tree)))
      } else if let generation = GPT4AllFolder.generation(name) {
        databases.append(Database(path: file, generation: generation))
      } else if name == "embeddings_v0.dat" {
        vectors.append(file)
      } else if GPT4AllFolder.isKey(name) {
        keys.append(file)
      } else if name == "log.txt" || name == "log-prev.txt" {
        logs.append(file)
      } else if name == "GPT4All.ini" {
        settings = file
      } else if !GPT4AllFolder.isBulk(name) {
        unsure.append(file)
      }
    }
    // In a folder with chats, other files are chats if their contents say so.
    guard !chats.isEmpty || !copies.isEmpty else { return }
    for file in unsure { addChat(file, named: names, survey.tree) }
  }

  /// Adds a file of another name if it is a chat by its contents.
  ///
  /// It is a copy where the chat of the same id is in the folder under its own name.
  mutating func addChat(_ file: FilePath, named names: Set<String>, _ tree: EvidenceTree) {
    guard let opened = try? tree.open(file), let prefix = try? opened.prefix(8),
      case .versioned(let version) = ChatSignature(prefix)
    else { return }
    var reader = ChatHeaderReader(opened)
    try? reader.read(hasSignature: true)
    let chat = Chat(path: file, version: version)
    if let id = reader.header.id, names.contains("gpt4all-\(id.string).chat") {
      copies.append(chat)
    } else {
      chats.append(chat)
    }
  }

  /// Whether nothing but a log was found, which by its name alone is anybody's.
  var isForeign: Bool {
    chats.isEmpty && copies.isEmpty && databases.isEmpty && vectors.isEmpty && settings == nil
      && !keys.contains { $0.extension == "rmodel" }
  }

  /// The version in a chat's header, 0 where it has none but looks like a chat; nil where that
  /// cannot be said.
  static func version(_ file: FilePath, _ tree: EvidenceTree) -> Int32? {
    guard let prefix = try? tree.open(file).prefix(12), !prefix.isEmpty else { return nil }
    switch ChatSignature(prefix) {
    case .versioned(let version): return version
    case .none:
      // Version 0 begins with seconds since 1970 in eight bytes.
      return prefix.count >= 8 && prefix.prefix(3).allSatisfy { $0 == 0 }
        && prefix[3..<8].contains { $0 != 0 } ? 0 : nil
    }
  }

  /// The versions of some chats as the inventory shows them: in order, separated by commas.
  static func versions(_ chats: [Chat]) -> String? {
    let found = Set(chats.compactMap(\.version)).filter { $0 >= 0 }.sorted()
    return found.isEmpty ? nil : found.map(String.init).joined(separator: ", ")
  }

  /// The number in the name of a document database.
  static func generation(_ name: String) -> Int? {
    guard name.hasPrefix("localdocs_v"), name.hasSuffix(".db") else { return nil }
    return Int(name.dropFirst("localdocs_v".utf8.count).dropLast(3))
  }

  /// Whether a file holds a key of a cloud provider: `chatgpt-<model>.txt` until 2.8, then
  /// `gpt4all-<model>.rmodel`.
  static func isKey(_ name: String) -> Bool {
    name.hasSuffix(".rmodel") || (name.hasPrefix("chatgpt-") && name.hasSuffix(".txt"))
  }

  /// Whether a name is that of a model, which is never looked into.
  static func isBulk(_ name: String) -> Bool {
    name.hasSuffix(".gguf") || name.hasSuffix(".bin") || name.hasPrefix("incomplete-")
  }
}
