import ByteReading
import Conversations

/// Reading a version of a message: who it is from, its content, its steps.
extension LMStudio.ChatReader {
  /// Reads the member of a version whose key was just read.
  mutating func member(
    _ json: inout JSONCursor, of version: inout LMStudio.Version
  ) throws(ReadingError) {
    switch json.key {
    case "role":
      if let name = try json.compactTextIfString() { version.role = LMStudio.role(name) }
    case "content": try content(&json, into: &version.content)
    case "steps":
      guard try json.beginArrayIfPresent() else { return }
      version.hasSteps = true
      while try json.nextElement() { try step(&json, of: &version) }
    case "senderInfo":
      guard try json.beginObjectIfPresent() else { return }
      while try json.nextKey() {
        if case "senderName" = json.key {
          version.sender = try model(&json) ?? version.sender
        } else {
          try json.skipValue()
        }
      }
    case "genInfo": try genInfo(&json, into: &version.content)
    case "preprocessed" where wantsThread: try sent(&json, into: &version.sent)
    case "processed" where wantsThread:
      guard try json.kind() == .array else { return try sent(&json, into: &version.sent) }
      try json.beginArray()
      while try json.nextElement() { try sent(&json, into: &version.sent) }
    default: try json.skipValue()
    }
  }

  private mutating func sent(
    _ json: inout JSONCursor, into body: inout LMStudio.Body
  ) throws(ReadingError) {
    guard try json.beginObjectIfPresent() else { return }
    while try json.nextKey() {
      if case "content" = json.key {
        try content(&json, into: &body)
      } else {
        try json.skipValue()
      }
    }
  }

  private mutating func model(
    _ json: inout JSONCursor
  ) throws(ReadingError) -> LMStudio.ModelNames.Index? {
    guard let name = try json.compactTextIfString() else { return nil }
    return names.index(of: name)
  }

  /// Reads what a piece of an answer was generated with; the first piece names the model that counts.
  private mutating func genInfo(
    _ json: inout JSONCursor, into body: inout LMStudio.Body
  ) throws(ReadingError) {
    guard try json.beginObjectIfPresent() else { return }
    while try json.nextKey() {
      switch json.key {
      case "indexedModelIdentifier":
        let name = try model(&json)
        body.indexedModel = body.indexedModel ?? name
      case "identifier":
        let name = try model(&json)
        body.loadedModel = body.loadedModel ?? name
      case "predictionConfig" where wantsThread:
        if let prompt = try settings(&json, isMessage: true) {
          body.capture().asides.append(prompt)
        }
      default: try json.skipValue()
      }
    }
  }

  // MARK: - Steps

  /// The kinds of step.
  private enum StepKind {
    case contentBlock, debugInfo, status, toolStatus, citation, generation

    init?(_ name: CompactText) {
      switch name {
      case "contentBlock": self = .contentBlock
      case "debugInfoBlock": self = .debugInfo
      case "status": self = .status
      case "toolStatus": self = .toolStatus
      case "citationBlock": self = .citation
      case "genInfo": self = .generation
      default: return nil
      }
    }
  }

  private mutating func step(
    _ json: inout JSONCursor, of version: inout LMStudio.Version
  ) throws(ReadingError) {
    guard try json.kind() == .object else {
      try aside(&json, of: &version.steps)
      version.steps.parts += 1
      return
    }
    var block = LMStudio.Body()
    var isThinking = false
    do throws(ReadingError) {
      try readStep(&json, of: &version, into: &block, &isThinking)
    } catch {
      // What the block holds up to the tear is kept; it counts if a part of it is whole.
      version.steps.add(block, isThinking: isThinking)
      version.steps.parts += block.parts > 0 ? 1 : 0
      throw error
    }
    version.steps.add(block, isThinking: isThinking)
    version.steps.parts += 1
  }

  private mutating func readStep(
    _ json: inout JSONCursor, of version: inout LMStudio.Version, into block: inout LMStudio.Body,
    _ isThinking: inout Bool
  ) throws(ReadingError) {
    guard wantsThread else {
      try json.beginObject()
      return try stepMembers(&json, nil, of: &version, into: &block, &isThinking)
    }
    switch try json.typedObject({ StepKind($0) }) {
    case .known(let kind):
      try stepMembers(&json, kind, of: &version, into: &block, &isThinking)
    case .raw(let raw, let kind):
      var inner = JSONCursor(MemorySource(raw.bytes), window: 4096)
      try inner.beginObject()
      try stepMembers(&inner, kind, of: &version, into: &block, &isThinking)
      // Of an unknown kind, or of none and without text: kept as it stands.
      if kind == nil, block.texts?.text.isAnything != true { block.replace(withAside: raw) }
    }
  }

  private mutating func stepMembers(
    _ json: inout JSONCursor, _ known: StepKind?, of version: inout LMStudio.Version,
    into block: inout LMStudio.Body, _ isThinking: inout Bool
  ) throws(ReadingError) {
    var kind = known
    var isUnknown = false
    while try json.nextKey() {
      switch json.key {
      case "type":
        guard known == nil, let name = try json.compactTextIfString() else {
          if known != nil { try json.skipValue() }
          continue
        }
        kind = StepKind(name)
        isUnknown = kind == nil
      case "stepIdentifier":
        // `<ms>-<random>`; others write numbers of their own, and pieces of the answer.
        guard let number = try json.leadingNumberIfString(digits: 13),
          let time = Instant(guessing: number)
        else { continue }
        if version.time == nil { version.time = time }
        chat.tally.widen(to: time)
      case "genInfo": try genInfo(&json, into: &version.steps)
      case "indexedModelIdentifier" where kind == .generation:
        let name = try model(&json)
        version.steps.indexedModel = version.steps.indexedModel ?? name
      case "identifier" where kind == .generation:
        let name = try model(&json)
        version.steps.loadedModel = version.steps.loadedModel ?? name
      case "content": try content(&json, into: &block)
      case "style":
        guard try json.beginObjectIfPresent() else { continue }
        while try json.nextKey() {
          if case "type" = json.key, let name = try json.compactTextIfString() {
            if case "thinking" = name { isThinking = true }
          } else if case "type" = json.key {
            continue
          } else {
            try json.skipValue()
          }
        }
      case "debugInfo" where wantsThread, "citedText" where wantsThread,
        "fileName" where wantsThread, "statusState" where wantsThread, "state" where wantsThread:
        try aside(&json, of: &block)
      default: try json.skipValue()
      }
    }
    // Content in a step of an unknown kind is kept as it stands and not taken for an answer.
    if isUnknown { block.replace(withAside: nil) }
  }

  /// Takes a text, or anything else as it stands, as text beside the turn.
  mutating func aside(
    _ json: inout JSONCursor, of body: inout LMStudio.Body
  ) throws(ReadingError) {
    guard wantsThread else { return try json.skipValue() }
    let text = try json.kind() == .string ? json.text() : json.rawValue()
    if !text.isEmpty { body.capture().asides.append(text) }
  }
}
