import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

extension LMStudio {
  /// Reads one `.chat.json` of 0.2: `{messages: [{role, content}]}`.
  struct OldChatReader {
    var chat: Conversation
    /// The first text of all, to find the chat again where it was copied to.
    private(set) var firstText: ContentDigest?
    private let demand: ReadingDemand
    private let wantsThread: Bool
    private var index = 0

    /// What stands beside the chat.
    struct Info {
      var title: StoredText?
      var created: Instant?
      var identifier: Int64?

      /// Reads `.metadata.chat.json`: `name`, and `identifier` in milliseconds.
      mutating func readMetadata(
        _ path: FilePath, _ tree: EvidenceTree, _ report: inout ReadingReport
      ) {
        do throws(EvidenceError) {
          var json = JSONCursor(try tree.open(path))
          do throws(ReadingError) {
            try json.beginObject()
            while try json.nextKey() {
              switch json.key {
              case "name": title = try json.textIfString()
              case "identifier": try readIdentifier(&json)
              default: try json.skipValue()
              }
            }
          } catch {
            report.add(error, in: path, store: OldChats.own)
          }
        } catch {
          report.add(error, store: OldChats.own)
        }
      }

      private mutating func readIdentifier(_ json: inout JSONCursor) throws(ReadingError) {
        let number: Int64?
        if try json.kind() == .string {
          number = try json.leadingNumberIfString(digits: 13)
        } else {
          number = try json.numberIfPresent()?.integer
        }
        guard let number, plausibleMilliseconds.contains(number) else { return }
        identifier = number
        created = Instant(milliseconds: number)
      }
    }

    init(_ head: Conversation, _ demand: ReadingDemand) {
      chat = head
      self.demand = demand
      wantsThread = demand.wantsThread(of: head)
    }

    /// Reads the document; what stood before an error is in `chat`.
    /// - Throws: `ReadingError`.
    mutating func read(_ json: inout JSONCursor) throws(ReadingError) {
      try json.beginObject()
      while try json.nextKey() {
        guard case "messages" = json.key, try json.kind() == .array else {
          try json.skipValue()
          continue
        }
        try json.beginArray()
        while try json.nextElement() {
          try message(&json)
          index += 1
        }
      }
    }

    private mutating func message(_ json: inout JSONCursor) throws(ReadingError) {
      guard try json.kind() == .object else { return try json.skipValue() }
      var place = chat.provenance
      place.offset = json.offset
      var made = Message(id: "", role: Role(rawValue: "unknown"), provenance: place)
      var text: StoredText?
      try json.beginObject()
      while try json.nextKey() {
        switch json.key {
        case "role":
          if let name = try json.compactTextIfString() { made.role = LMStudio.role(name) }
        case "content":
          if index == 0 || wantsThread {
            if try json.kind() == .string {
              text = try json.text()
            } else {
              made.asides.append(try json.rawValue())
            }
          } else if demand.level >= .heads, chat.excerpt == nil {
            text = try json.beginningIfString(limit: Conversation.excerptLimit)
          } else {
            try json.skipValue()
          }
        default: try json.skipValue()
        }
      }
      if index == 0, let text { firstText = ContentDigest(of: text.bytes) }
      chat.tally.count(made.role)
      if demand.level >= .heads, chat.excerpt == nil, made.role == .user,
        chat.title?.isEmpty ?? true, let text, !text.isEmpty
      {
        chat.excerpt = text.beginning(Conversation.excerptLimit)
      }
      guard wantsThread else { return }
      made.id = StoredText("\(index)")
      if index > 0 { made.parent = StoredText("\(index - 1)") }
      made.text = text ?? ""
      for thought in LMStudio.thoughts(in: made.text) {
        made.reasoning = StoredText(
          bytes: (made.reasoning.map { $0.bytes + [UInt8(ascii: "\n")] } ?? []) + thought.bytes)
      }
      chat.thread.append(made)
    }
  }
}
