import ByteReading
import EvidenceFiles
import SystemPackage

/// Tells Jan's files and folders by what is in them, wherever they lie.
enum JanSniffing {
  /// What a file of a thread is.
  enum FileContent: Equatable {
    case header, messages, singleFile
  }

  /// What the file with that beginning is; nil where it is none of Jan's.
  ///
  /// The beginning may end anywhere, so it is read as far as it goes. Under one of Jan's own names
  /// less is asked of it.
  static func content(_ prefix: [UInt8], name: String) -> FileContent? {
    var json = JSONCursor(MemorySource(prefix), window: 8192)
    var seen = Seen()
    _ = try? look(&json, &seen)
    if let verdict = seen.verdict { return verdict }
    if name == "messages.jsonl", seen.hasContent || seen.hasThreadID { return .messages }
    if name == "thread.json", seen.hasAssistants { return .header }
    return nil
  }

  private struct Seen {
    var object: FileContent?
    var hasThreadID = false
    var hasRole = false
    var hasContent = false
    var hasAssistants = false
    var hasTitle = false
    var hasMessages = false
    var hasID = false

    var verdict: FileContent? {
      if let object {
        return object == .messages ? (hasThreadID || hasContent || hasRole ? object : nil) : object
      }
      if hasThreadID, hasRole || hasContent { return .messages }
      if hasAssistants, hasTitle || hasID { return .header }
      if hasMessages, hasID { return .singleFile }
      return nil
    }
  }

  private static func look(
    _ json: inout JSONCursor, _ seen: inout Seen
  ) throws(ReadingError) {
    try json.beginObject()
    while try json.nextKey() {
      switch json.key {
      case "object":
        switch try json.compactTextIfString() {
        case .some(let name):
          if case "thread.message" = name { seen.object = .messages }
          if case "thread" = name { seen.object = .header }
        case nil: break
        }
      case "thread_id":
        seen.hasThreadID = true
        try json.skipValue()
      case "id":
        seen.hasID = try json.kind() == .string
        try json.skipValue()
      case "role":
        seen.hasRole = true
        try json.skipValue()
      case "title":
        seen.hasTitle = true
        try json.skipValue()
      case "content":
        seen.hasContent = try json.kind() == .array
        try json.skipValue()
      case "assistants":
        seen.hasAssistants = try json.kind() == .array
        try json.skipValue()
      case "messages":
        guard try json.kind() == .array else {
          try json.skipValue()
          continue
        }
        // Other applications have `messages` too; those of era B name their thread.
        try json.beginArray()
        seen.hasMessages = try json.nextElement() ? try isMessageOfEraB(&json) : false
        return
      default: try json.skipValue()
      }
    }
  }

  private static func isMessageOfEraB(_ json: inout JSONCursor) throws(ReadingError) -> Bool {
    guard try json.beginObjectIfPresent() else { return false }
    while try json.nextKey() {
      if case "threadId" = json.key { return true }
      try json.skipValue()
    }
    return false
  }

  /// Whether the folder is a thread's.
  static func isThread(_ listing: FolderListing, _ tree: EvidenceTree) -> Bool {
    // No other application is known to have the two names side by side, so they may be damaged.
    let hasHeader = listing.has("thread.json", .file)
    let hasMessages = listing.has("messages.jsonl", .file)
    if hasHeader, hasMessages { return true }
    if hasHeader || hasMessages, isThreadName(listing.path.lastComponent?.string ?? "") {
      return true
    }
    for (name, expected) in [("thread.json", FileContent.header), ("messages.jsonl", .messages)]
    where listing.has(name, .file) {
      let path = listing.path.appending(name)
      if content(beginning(of: path, tree), name: name) == expected { return true }
    }
    let single = (listing.path.lastComponent?.string ?? "") + ".json"
    if listing.has(single, .file) {
      let path = listing.path.appending(single)
      return content(beginning(of: path, tree), name: single) == .singleFile
    }
    return false
  }

  /// What a file is by its name and its folder's, where its content says nothing: an empty file, or a
  /// damaged one.
  static func content(named path: FilePath) -> FileContent? {
    guard isThreadName(path.removingLastComponent().lastComponent?.string ?? "") else { return nil }
    switch path.lastComponent?.string {
    case "thread.json": return .header
    case "messages.jsonl": return .messages
    default: return nil
    }
  }

  /// Whether a folder that is only called `jan` is a data folder.
  static func isDataFolder(_ listing: FolderListing, _ tree: EvidenceTree) -> Bool {
    if listing.has(".janrc", .file) || listing.has("cortex.db", .file) { return true }
    if listing.has("extensions", .folder), listing.has("models", .folder) { return true }
    for name in ["threads", "assistants"] where listing.has(name, .folder) {
      guard let inner = try? tree.list(listing.path.appending(name)) else { continue }
      if name == "threads", holdsThreads(inner, tree) { return true }
      if name == "assistants",
        inner.entries.contains(where: {
          $0.kind == .folder && tree.isFile(inner.path(of: $0).appending("assistant.json"))
        })
      {
        return true
      }
    }
    return false
  }

  /// Whether the folder holds threads: one of its first folders is one.
  static func holdsThreads(_ listing: FolderListing, _ tree: EvidenceTree) -> Bool {
    let folders = listing.entries.lazy.filter { $0.kind == .folder }
    for entry in folders.prefix(16) {
      if let inner = try? tree.list(listing.path(of: entry)), isThread(inner, tree) { return true }
    }
    return false
  }

  /// Whether the folder holds conversations of era A.
  static func holdsMarkdown(_ listing: FolderListing, _ tree: EvidenceTree) -> Bool {
    for entry in listing.entries where entry.kind == .folder && entry.name.hasPrefix("jan-") {
      if tree.isFile(listing.path(of: entry).appending(entry.name + ".md")) { return true }
    }
    return false
  }

  /// Whether a name looks like a thread's: `jan_1716000000`, a UUID or a ULID.
  static func isThreadName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    func isCapital(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") }
    if bytes.count == 26 { return bytes.allSatisfy { isDigit($0) || isCapital($0) } }
    if bytes.count == 36 {
      return [8, 13, 18, 23].allSatisfy { bytes[$0] == UInt8(ascii: "-") }
    }
    guard let bar = bytes.lastIndex(of: UInt8(ascii: "_")) else { return false }
    return bytes.count - bar == 11 && bytes[(bar + 1)...].allSatisfy(isDigit)
  }

  static func beginning(of path: FilePath, _ tree: EvidenceTree) -> [UInt8] {
    guard let file = try? tree.open(path) else { return [] }
    return (try? file.prefix(4096)) ?? []
  }
}
