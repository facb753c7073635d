public import Applications
import ByteReading
public import Conversations
import EvidenceFiles
public import SystemPackage

/// One store as the inventory shows it.
public struct StoreRecord: Sendable {
  /// 16 hexadecimal digits from application, kind and path below the root.
  public var id: String
  /// The application.
  public var app: ApplicationID
  /// What it is and where.
  public var head: StoreHead
  /// The person it belongs to, where that is known.
  public var user: String?
  /// What was counted.
  public var counts: StoreCounts
  /// Permission bits of its folder or file.
  public var mode: UInt32
  /// The name of the owning account, its number where there is no name.
  public var owner: String
  /// Who can read it.
  public var readableBy: Readability?
  /// Whether some process has it open; nil when unknown.
  public var live: Bool?
  /// Whether it lies in the clear.
  public var state: State
  /// Where the store stands below its root, for ids.
  public var pathBelowRoot: FilePath
  /// Whether it is where its application looks for it; a copy elsewhere is not.
  public var isAtKnownPlace: Bool

  /// Who can read a store, folders above it considered.
  public enum Readability: String, Sendable {
    case owner, group, everyone
  }

  /// Whether a store lies in the clear, is locked away, or stands open over its vault.
  public enum State: String, Sendable {
    case plain, locked, open
  }
}

/// A conversation with the store it is in.
public struct ListedConversation: Sendable {
  /// 16 hexadecimal digits from application, store path below the root, and the application's id.
  public var id: String
  /// The application.
  public var app: ApplicationID
  /// Index of its store in the inventory.
  public var store: Int
  /// The conversation.
  public var conversation: Conversation
}

/// Everything that was found below the places that were looked at.
public struct StoreInventory: Sendable {
  /// The stores, ordered by application, path and kind.
  public var stores: [StoreRecord] = []
  /// What was looked at.
  public var looked: [LookedAt] = []
  /// What could not be read whole, inside stores and outside.
  public var issues: [Issue] = []

  /// Folders whose store is locked away: what is found empty there is no store.
  var emptied: [FilePath] = []

  init() {}

  /// The stores that count: all but copies.
  public var counted: [StoreRecord] { stores.filter { $0.head.kind != .copies } }
}

/// The stable names of stores and conversations.
enum StableID {
  static func store(_ app: ApplicationID, _ kind: StoreKind, _ path: FilePath) -> String {
    digest([app.rawValue.utf8.map { $0 }, kind.rawValue.utf8.map { $0 }, path.storedText.bytes])
  }

  static func conversation(
    _ app: ApplicationID, _ kind: StoreKind, _ path: FilePath, _ conversation: Conversation
  ) -> String {
    var parts = [app.rawValue.utf8.map { $0 }, path.storedText.bytes]
    if let id = conversation.appID {
      parts.append(id.bytes)
    } else {
      parts.append([0])
      parts.append(conversation.provenance.path.bytes)
      parts.append(Array(String(conversation.provenance.offset ?? 0).utf8))
      parts.append(conversation.provenance.row?.bytes ?? [])
    }
    if kind == .copies {
      // One chat may have several snapshots; its own id stays that of the conversation itself.
      parts.append(Array("copy".utf8))
      parts.append(conversation.provenance.row?.bytes ?? conversation.provenance.path.bytes)
    }
    let id = digest(parts)
    return conversation.deleted ? "r-" + id : id
  }

  private static func digest(_ parts: [[UInt8]]) -> String {
    var digest = ContentDigest()
    for part in parts {
      digest.add(part)
      digest.add(0)
    }
    return digest.finished.hexadecimal
  }
}
