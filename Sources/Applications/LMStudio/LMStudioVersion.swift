import ByteReading
import Conversations

extension LMStudio {
  /// What is read of one version of a message: the turn that is counted.
  struct Version {
    /// Where in its file it begins, in bytes.
    var offset: UInt64 = 0
    /// The stored role, where there is one.
    var role: Role?
    /// The key `content`.
    var content = Body()
    /// Whether there is a key `steps`.
    var hasSteps = false
    /// What is in it.
    ///
    /// A converter from 0.2 wrote the same text under both keys, so that only one may be taken.
    var steps = Body()
    /// The messages sent to the model, where they are stored beside the ones shown: with the text of
    /// attached documents put in.
    var sent = Body()
    /// What `senderInfo` names.
    var sender: ModelNames.Index?
    /// The time of the first step.
    var time: Instant?
    /// Whether it was read to its end.
    var isWhole = false

    /// Whether there is anything to count: a version that breaks off before its first part is none.
    var isAnything: Bool { isWhole || content.parts + steps.parts > 0 }

    /// The part that is the turn.
    var body: Body { steps.parts > 0 ? steps : content }

    /// The role, by the version, by its message, or by its shape.
    func role(of message: Role?) -> Role {
      role ?? message ?? (hasSteps ? .assistant : Role(rawValue: "unknown"))
    }
  }

  /// The parts of a version's content or of its steps.
  struct Body {
    /// How many parts or steps were read to their end.
    var parts = 0
    /// The model by its place in the index of models, which tells builds of one model apart.
    var indexedModel: ModelNames.Index?
    /// The model by the name it was loaded under.
    var loadedModel: ModelNames.Index?
    /// Files named.
    var attachments: UInt64 = 0
    /// Their bytes.
    var attachmentBytes: UInt64 = 0
    /// What is in them; nil where nothing of it is asked for, so that counting carries no arrays about.
    private(set) var texts: Texts?

    /// What is in the parts, to be added to.
    mutating func capture() -> Texts {
      if let texts { return texts }
      let made = Texts()
      texts = made
      return made
    }

    /// The shown texts.
    var text: StoredText { texts?.text.text ?? "" }

    /// Adds a block of content to the steps it stands in.
    mutating func add(_ block: Body, isThinking: Bool) {
      attachments += block.attachments
      attachmentBytes &+= block.attachmentBytes
      guard let more = block.texts else { return }
      capture().add(more, isThinking: isThinking)
    }

    /// Keeps nothing but a piece of text beside the turn, and files and texts are none of it.
    mutating func replace(withAside raw: StoredText?) {
      attachments = 0
      attachmentBytes = 0
      texts = nil
      if let raw { capture().asides.append(raw) }
    }
  }

  /// What is in a message, where it is asked for.
  final class Texts {
    /// The shown texts, joined by line feeds.
    var text = JoinedText()
    /// The texts of thinking blocks.
    var reasoning = JoinedText()
    /// The files.
    var files: [Attachment] = []
    /// Calls and results of tools.
    var toolCalls: [ToolCall] = []
    /// All other text.
    var asides: [StoredText] = []

    /// Adds a call, or the result of one that was made before.
    func add(_ call: ToolCall, isResult: Bool) {
      if isResult, call.id != nil,
        let made = toolCalls.lastIndex(where: { $0.result == nil && $0.id == call.id })
      {
        toolCalls[made].result = call.result
      } else {
        toolCalls.append(call)
      }
    }

    /// Adds what is in a block of content.
    func add(_ block: Texts, isThinking: Bool) {
      if isThinking { reasoning.add(block.text) } else { text.add(block.text) }
      files += block.files
      asides += block.asides
      for call in block.toolCalls {
        add(call, isResult: call.arguments == nil && call.result != nil)
      }
    }
  }

  /// Texts joined by line feeds.
  struct JoinedText {
    private(set) var bytes: [UInt8] = []
    private(set) var isAnything = false

    mutating func add(_ text: StoredText) {
      if isAnything { bytes.append(UInt8(ascii: "\n")) }
      isAnything = true
      bytes += text.bytes
    }

    mutating func add(_ other: JoinedText) {
      if other.isAnything { add(StoredText(bytes: other.bytes)) }
    }

    var text: StoredText { StoredText(bytes: bytes) }
  }

  /// Names of models, each made into a string once however many messages bear it.
  struct ModelNames {
    typealias Index = Int

    private var names: [(digest: ContentDigest, name: String)] = []

    /// The number of that name; nil for an empty one.
    mutating func index(of name: CompactText) -> Index? {
      guard name.count > 0 else { return nil }
      let digest = name.digest
      if let known = names.firstIndex(where: { $0.digest == digest }) { return known }
      names.append((digest, name.text.string))
      return names.count - 1
    }

    /// The name of that number.
    subscript(index: Index) -> String { names[index].name }
  }
}
