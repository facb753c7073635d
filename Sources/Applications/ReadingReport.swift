public import ByteReading
public import Conversations
public import EvidenceFiles
public import SystemPackage

/// What one store of a claim turned out to hold.
public struct StoreCounts: Sendable {
  /// Messages, roles, models, attachments, times.
  ///
  /// `emit` adds to it; a store without conversations
  /// (a prompt history) counts here directly.
  public var tally = Tally()
  /// Conversations.
  public var conversations: UInt64 = 0
  /// Files.
  public var files: UInt64 = 0
  /// Bytes of its files.
  public var bytes: UInt64 = 0
  /// Documents kept for retrieval; nil in stores that keep none.
  public var documents: UInt64?
  /// Bytes of their text.
  public var documentBytes: UInt64 = 0
  /// Accounts inside the application, by id, as digests.
  public var users: Set<ContentDigest> = []
  /// Whether accounts exist in this format, so that `users` is said even when it is 0.
  public var hasUsers = false
  /// The format's version as found while reading; the later one in spelling where parts differ.
  public var formatVersion: String?
  /// What could not be read whole.
  public var issues: [Issue] = []

  /// Makes counts of nothing.
  public init() {}

  /// Whether nothing was found.
  public var isEmpty: Bool {
    tally.messages == 0 && conversations == 0 && (documents ?? 0) == 0 && issues.isEmpty
      && tally.attachments == 0
  }

  /// Counts a file of the store by its status.
  public mutating func countFile(_ status: FileStatus) {
    files += 1
    bytes &+= status.size
  }

  /// Counts a document with so many bytes of text.
  public mutating func countDocument(bytes: UInt64) {
    documents = (documents ?? 0) + 1
    documentBytes &+= bytes
  }

  /// Adds what another part of the same store found.
  public mutating func add(_ other: StoreCounts) {
    tally.add(other.tally)
    conversations += other.conversations
    files += other.files
    bytes &+= other.bytes
    if let more = other.documents { documents = (documents ?? 0) + more }
    documentBytes &+= other.documentBytes
    users.formUnion(other.users)
    hasUsers = hasUsers || other.hasUsers
    if let version = other.formatVersion {
      formatVersion = formatVersion.map { max($0, version) } ?? version
    }
    issues.append(contentsOf: other.issues)
  }
}

/// Where a reader puts what it finds, and where it asks how much is wanted.
public struct ReadingReport {
  /// The door through which everything is opened.
  public let tree: EvidenceTree
  /// How much is wanted.
  public let demand: ReadingDemand
  /// One for each store of the claim, in its order.
  public var stores: [StoreCounts]
  /// Whether what was read is still what is there; asked when all parts of the claim are read.
  public private(set) var checks: [@Sendable () -> Bool] = []
  private let onConversation: (Conversation, Int) -> Void
  private let onPassage: (Passage, Int) -> Void

  /// Makes a report for a claim of so many stores.
  /// - Parameters:
  ///   - onConversation: Gets each conversation and the index of its store.
  ///   - onPassage: Gets each passage and the index of its store.
  public init(
    _ tree: EvidenceTree, _ demand: ReadingDemand, stores: Int,
    onConversation: @escaping (Conversation, Int) -> Void,
    onPassage: @escaping (Passage, Int) -> Void
  ) {
    self.tree = tree
    self.demand = demand
    self.stores = Array(repeating: StoreCounts(), count: stores)
    self.onConversation = onConversation
    self.onPassage = onPassage
  }

  /// Reports a conversation that was read: counts it and its messages, and hands it on.
  ///
  /// One that is gone from the application is handed on and not counted.
  public mutating func emit(_ conversation: Conversation, store: Int = 0) {
    if !conversation.deleted {
      stores[store].conversations += 1
      stores[store].tally.add(conversation.tally)
      if let user = conversation.user {
        stores[store].hasUsers = true
        stores[store].users.insert(ContentDigest(of: user.bytes))
      }
    }
    if demand.level >= .heads { onConversation(conversation, store) }
  }

  /// Reports text outside of conversations, when it is wanted.
  public mutating func emit(_ passage: Passage, store: Int = 0) {
    if demand.passages { onPassage(passage, store) }
  }

  /// Asks for everything to be read again, should `isUnchanged` say at the end that a database was
  /// written meanwhile; after five times it is said that it was changing all the while.
  public mutating func rely(on isUnchanged: @escaping @Sendable () -> Bool) {
    checks.append(isUnchanged)
  }

  /// Reports something that could not be read whole.
  public mutating func add(_ issue: Issue, store: Int = 0) {
    stores[store].issues.append(issue)
  }

  /// Reports why a file could not be opened or listed.
  public mutating func add(_ error: EvidenceError, store: Int = 0) {
    add(Issue(error), store: store)
  }

  /// Reports why a document could not be read to its end.
  public mutating func add(_ error: ReadingError, in path: FilePath, store: Int = 0) {
    add(Issue(error, in: path), store: store)
  }
}

extension Issue {
  /// The issue that a file which could not be opened is.
  public init(_ error: EvidenceError) {
    let code: Code =
      if error.isDenial { .denied } else if error.isAbsence { .vanished } else { .unreadable }
    self.init(
      code, .error, path: error.path.storedText, "cannot be read: \(error.errno.description)")
  }

  /// The issue that a document which broke off is, at `base` bytes plus the error's own offset.
  public init(_ error: ReadingError, in path: FilePath, from base: UInt64 = 0) {
    self.init(
      Code(rawValue: error.code.rawValue), .error, path: path.storedText,
      offset: base &+ error.offset, error.text)
  }
}
