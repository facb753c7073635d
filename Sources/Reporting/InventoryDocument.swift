import Applications
import Conversations
public import Inventory
import EvidenceFiles

/// The document `sotto.inventory/1`.
public enum InventoryDocument {
  /// Writes the whole inventory.
  public static func write(
    _ inventory: StoreInventory, _ head: DocumentHead, to writer: inout JSONWriter
  ) {
    writer.object { writer in
      head.write("sotto.inventory/1", to: &writer)
      writer.key("stores")
      writer.array(inventory.stores, write)
      writer.key("totals")
      writer.object { write(Totals(inventory.counted), to: &$0) }
      writer.key("looked")
      writer.array(inventory.looked) { writer, looked in
        writer.object { writer in
          writer.member("app", looked.app.rawValue)
          writer.member("path", looked.path.storedText)
          writer.member("result", looked.result.rawValue)
        }
      }
      writer.key("issues")
      writer.array(inventory.issues, write)
    }
  }

  private static func write(_ writer: inout JSONWriter, _ store: StoreRecord) {
    writer.object { writer in
      writer.member("id", store.id)
      writer.member("app", store.app.rawValue)
      writer.member("kind", store.head.kind.rawValue)
      writer.member("path", store.head.path.storedText)
      writer.optional("user", store.user)
      writer.member("format", store.head.format)
      writer.optional("formatVersion", store.counts.formatVersion ?? store.head.formatVersion)
      writer.member("bytes", store.counts.bytes)
      writer.member("files", store.counts.files)
      writer.member("conversations", store.counts.conversations)
      writer.member("messages", store.counts.tally.messages)
      writer.key("byRole")
      counts(store.counts.tally.byRole, to: &writer) { $0.rawValue }
      if store.counts.hasUsers { writer.member("users", store.counts.users.count) }
      writer.key("models")
      counts(store.counts.tally.models, to: &writer) { $0 }
      writer.key("attachments")
      writer.object { writer in
        writer.member("count", store.counts.tally.attachments)
        writer.member("bytes", store.counts.tally.attachmentBytes)
      }
      if let documents = store.counts.documents {
        writer.key("documents")
        writer.object { writer in
          writer.member("count", documents)
          writer.member("bytes", store.counts.documentBytes)
        }
      }
      writer.optional("earliest", store.counts.tally.earliest?.description)
      writer.optional("latest", store.counts.tally.latest?.description)
      writer.member("mode", octal(store.mode))
      writer.member("owner", store.owner)
      writer.optional("readableBy", store.readableBy?.rawValue)
      writer.member("state", store.state.rawValue)
      writer.optional("live", store.live)
      writer.key("issues")
      writer.array(store.counts.issues, write)
    }
  }

  static func write(_ writer: inout JSONWriter, _ issue: Issue) {
    writer.object { writer in
      writer.member("path", issue.path)
      writer.optional("offset", issue.offset)
      writer.member("severity", issue.severity.rawValue)
      writer.member("code", issue.code.rawValue)
      writer.member("text", issue.text)
    }
  }

  static func counts<Name>(
    _ counts: NamedCounts<Name>, to writer: inout JSONWriter, _ spelling: (Name) -> String
  ) {
    let sorted = counts.entries.map { (spelling($0.name), $0.count) }.sorted { $0.0 < $1.0 }
    writer.object { writer in
      for (name, count) in sorted { writer.member(name, count) }
    }
  }

  private static func write(_ totals: Totals, to writer: inout JSONWriter) {
    writer.member("stores", totals.stores)
    writer.member("conversations", totals.conversations)
    writer.member("messages", totals.messages)
    writer.member("bytes", totals.bytes)
    writer.key("byApp")
    writer.object { writer in
      for (app, part) in totals.byApp {
        writer.key(app)
        writer.object { writer in
          writer.member("stores", part.stores)
          writer.member("conversations", part.conversations)
          writer.member("messages", part.messages)
          writer.member("bytes", part.bytes)
        }
      }
    }
  }

  private static func octal(_ mode: UInt32) -> String {
    let digits = String(mode, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }
}

/// The sums over stores that count.
public struct Totals: Sendable {
  /// Stores.
  public private(set) var stores = 0
  /// Conversations.
  public private(set) var conversations: UInt64 = 0
  /// Messages.
  public private(set) var messages: UInt64 = 0
  /// Bytes.
  public private(set) var bytes: UInt64 = 0
  /// The same for each application, ordered by name.
  public private(set) var byApp: [(String, Totals)] = []

  private init() {}

  /// Adds up stores.
  public init(_ stores: [StoreRecord]) {
    for store in stores {
      add(store)
      let index = byApp.firstIndex { $0.0 == store.app.rawValue } ?? byApp.endIndex
      if index == byApp.endIndex { byApp.append((store.app.rawValue, Totals())) }
      byApp[index].1.add(store)
    }
    byApp.sort { $0.0 < $1.0 }
  }

  private mutating func add(_ store: StoreRecord) {
    stores += 1
    conversations += store.counts.conversations
    messages += store.counts.tally.messages
    bytes &+= store.counts.bytes
  }
}
