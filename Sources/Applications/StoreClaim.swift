public import Conversations
public import EvidenceFiles
public import SystemPackage

/// What is known of a store before it is read.
public struct StoreHead: Sendable {
  /// What it holds.
  public var kind: StoreKind
  /// The folder or file.
  public var path: FilePath
  /// The format's name on its page, such as `jan-threads`.
  public var format: String
  /// The format's version, where it is known before reading.
  public var formatVersion: String?
  /// Whether it is left out of the inventory when reading finds nothing in it.
  public var onlyIfAny: Bool

  /// Makes a head.
  public init(
    _ kind: StoreKind, _ path: FilePath, format: String, formatVersion: String? = nil,
    onlyIfAny: Bool = false
  ) {
    self.kind = kind
    self.path = path
    self.format = format
    self.formatVersion = formatVersion
    self.onlyIfAny = onlyIfAny
  }
}

/// One part of reading a claim; parts run side by side, and what they report is put together in order.
public typealias StorePart = @Sendable (inout ReadingReport) -> Void

/// A place an application recognises as its own, with the stores in it and how to read them.
public struct StoreClaim: Sendable {
  /// The application.
  public var app: ApplicationID
  /// The stores: more than one where a single file holds several kinds of thing.
  ///
  /// The first is the one
  /// whose files are counted.
  public var stores: [StoreHead]
  /// The person it belongs to, where that is known.
  public var user: String?
  /// Folders and files that need not be looked at by anybody else: all below them is this claim's.
  public var covers: [FilePath]
  /// Splits the reading.
  ///
  /// Called on a worker thread, since splitting may have to look into a database.
  public var parts: @Sendable (EvidenceTree, ReadingDemand) -> [StorePart]

  /// Makes a claim of one or several stores.
  /// - Parameters:
  ///   - covers: What nobody else needs to look at; the stores' own paths when left out.
  ///   - parts: Splits the reading into parts.
  public init(
    _ app: ApplicationID, _ stores: [StoreHead], user: String? = nil, covers: [FilePath]? = nil,
    parts: @escaping @Sendable (EvidenceTree, ReadingDemand) -> [StorePart]
  ) {
    self.app = app
    self.stores = stores
    self.user = user
    self.covers = covers ?? stores.map(\.path)
    self.parts = parts
  }
}

/// How much is wanted of what is read.
public struct ReadingDemand: Sendable {
  /// The levels, each with all of the one before.
  public enum Level: Int, Sendable, Comparable {
    /// Counts only; no strings are built.
    case counts
    /// Counts, and the head of each conversation.
    case heads
    /// All messages.
    case threads

    public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  /// How much is wanted.
  public var level: Level
  /// Whether text outside of conversations is wanted too, for searching.
  public var passages: Bool
  /// Which conversation is wanted whole, when it is one; nil for all.
  public var only: (@Sendable (Conversation) -> Bool)?

  /// Makes a demand.
  public init(
    _ level: Level, passages: Bool = false, only: (@Sendable (Conversation) -> Bool)? = nil
  ) {
    self.level = level
    self.passages = passages
    self.only = only
  }

  /// Whether the messages of that conversation, as far as its head is known, are wanted.
  public func wantsThread(of conversation: Conversation) -> Bool {
    level == .threads && (only?(conversation) ?? true)
  }
}
