public import ByteReading

/// Who a message is from, as stored; four names are common to all applications.
public struct Role: RawRepresentable, Hashable, Sendable, Comparable {
  /// The name as stored, lower-cased only where the format page says so.
  public let rawValue: String

  /// Makes a role of its name.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  public static let system = Role(rawValue: "system")
  public static let user = Role(rawValue: "user")
  public static let assistant = Role(rawValue: "assistant")
  public static let tool = Role(rawValue: "tool")

  public static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }
}

/// A file that a message carries or names.
public struct Attachment: Hashable, Sendable {
  /// The name it was given, or the name it is stored by.
  public var name: StoredText?
  /// The media type as stored.
  public var mediaType: StoredText?
  /// Its size in bytes, decoded where it is stored as base64; nil where nobody knows.
  public var bytes: UInt64?
  /// The file that holds it, where it is one of its own and was found.
  public var path: StoredText?
  /// Text taken out of it that is stored with it.
  public var text: StoredText?

  /// Makes an attachment.
  public init(
    name: StoredText? = nil, mediaType: StoredText? = nil, bytes: UInt64? = nil,
    path: StoredText? = nil, text: StoredText? = nil
  ) {
    self.name = name
    self.mediaType = mediaType
    self.bytes = bytes
    self.path = path
    self.text = text
  }
}

/// A call of a tool by a model, with what came back.
public struct ToolCall: Hashable, Sendable {
  /// The name that pairs call and result.
  public var id: StoredText?
  /// The tool's name.
  public var name: StoredText?
  /// The arguments as stored, JSON in most applications.
  public var arguments: StoredText?
  /// The result as stored.
  public var result: StoredText?

  /// Makes a call.
  public init(
    id: StoredText? = nil, name: StoredText? = nil, arguments: StoredText? = nil,
    result: StoredText? = nil
  ) {
    self.id = id
    self.name = name
    self.arguments = arguments
    self.result = result
  }
}

/// One turn as stored.
public struct Message: Hashable, Sendable {
  /// The id within its conversation; where the format has none, its position as a number.
  public var id: StoredText
  /// The id of the message it follows, in formats that keep a tree.
  public var parent: StoredText?
  /// Who it is from.
  public var role: Role
  /// The stored text, mark-up included; several text parts joined by a line feed.
  public var text: StoredText
  /// What is stored apart or tagged as reasoning.
  public var reasoning: StoredText?
  /// When it was made.
  public var time: Instant?
  /// The model that answered.
  public var model: StoredText?
  /// Whether it is on the branch the application shows.
  public var active: Bool
  /// Files it carries or names.
  public var attachments: [Attachment]
  /// Tools it called.
  public var toolCalls: [ToolCall]
  /// Whether it is a piece without its head.
  public var gap: Bool
  /// Where it was read.
  public var provenance: Provenance
  /// Further text that is stored with it and is searched, but is no part of the turn: text before an
  /// edit, retrieved passages, debug notes, parts of a kind that is not known.
  public var asides: [StoredText]

  /// Makes a message.
  public init(
    id: StoredText, role: Role, text: StoredText = "", time: Instant? = nil,
    provenance: Provenance
  ) {
    self.id = id
    self.parent = nil
    self.role = role
    self.text = text
    self.reasoning = nil
    self.time = time
    self.model = nil
    self.active = true
    self.attachments = []
    self.toolCalls = []
    self.gap = false
    self.provenance = provenance
    self.asides = []
  }

  /// Adds reasoning behind what there is, on a line of its own.
  public mutating func addReasoning(_ text: StoredText) {
    guard let before = reasoning, !before.isEmpty else {
      reasoning = text
      return
    }
    reasoning = StoredText(bytes: before.bytes + [0x0A] + text.bytes)
  }
}
