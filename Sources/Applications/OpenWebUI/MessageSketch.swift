import ByteReading
import Conversations

extension OpenWebUI {
  /// What is kept of a message while its chat is counted: no text, no strings.
  struct MessageSketch {
    /// Half the digest of its id within the chat; 0 where it has none.
    var id: UInt64 = 0
    /// The same of the message it follows; 0 at a root.
    var parent: UInt64 = 0
    /// When it was made.
    var time: Instant?
    /// Its role, a number of the reader's `NameTable`.
    var role = NameTable.none
    /// The model that answered, a number of the reader's `NameTable`.
    var model = NameTable.none
    /// Files it carries or names.
    var attachments: UInt32 = 0
    /// Their bytes, as far as known.
    var attachmentBytes: UInt64 = 0
    /// Whether it is on the branch the application shows.
    var isActive = true
    /// Where it stands in the document, in bytes.
    var offset: UInt64 = 0

    /// Counts one file.
    mutating func countAttachment(bytes: UInt64?) {
      attachments &+= 1
      attachmentBytes &+= bytes ?? 0
    }
  }

  /// Numbers for the few roles and models that come again with every message.
  struct NameTable {
    /// The number of no name.
    static let none: UInt32 = 0

    private var digests: [UInt64] = [0]
    private var names: [String] = [""]

    /// The name of a number.
    subscript(number: UInt32) -> String { names[Int(number)] }

    /// The number of a name.
    mutating func number(of text: CompactText) -> UInt32 {
      if text.count == 0 { return NameTable.none }
      let digest = text.digest.high
      for index in digests.indices.dropFirst() where digests[index] == digest {
        return UInt32(index)
      }
      return add(digest, text.text.string)
    }

    /// The number of a name.
    mutating func number(of text: StoredText) -> UInt32 {
      if text.isEmpty { return NameTable.none }
      let digest = ContentDigest(of: text.bytes).high
      for index in digests.indices.dropFirst() where digests[index] == digest {
        return UInt32(index)
      }
      return add(digest, text.string)
    }

    private mutating func add(_ digest: UInt64, _ name: String) -> UInt32 {
      digests.append(digest)
      names.append(name)
      return UInt32(names.count - 1)
    }
  }

  /// Finds messages of one chat by the digests of their ids; used again for every chat.
  struct SketchIndex {
    /// Position in the list of sketches, plus one; 0 for a free slot.
    private var slots: [UInt32] = Array(repeating: 0, count: 64)
    private var keys: [UInt64] = Array(repeating: 0, count: 64)
    private(set) var count = 0

    /// Forgets all.
    mutating func removeAll() {
      guard count > 0 else { return }
      if slots.count > 4096 {
        // One enormous chat must not make all that follow slow.
        self = SketchIndex()
      } else {
        for index in slots.indices { slots[index] = 0 }
        count = 0
      }
    }

    /// The position of the message with that id.
    func position(of id: UInt64) -> Int? {
      var slot = Int(truncatingIfNeeded: id) & (slots.count - 1)
      while slots[slot] != 0 {
        if keys[slot] == id { return Int(slots[slot]) - 1 }
        slot = (slot + 1) & (slots.count - 1)
      }
      return nil
    }

    /// Remembers a position under an id that is not there yet.
    mutating func insert(_ id: UInt64, at position: Int) {
      if (count + 1) * 2 > slots.count { grow() }
      count += 1
      place(id, UInt32(position + 1))
    }

    private mutating func place(_ id: UInt64, _ value: UInt32) {
      var slot = Int(truncatingIfNeeded: id) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = value
      keys[slot] = id
    }

    private mutating func grow() {
      let oldSlots = slots
      let oldKeys = keys
      slots = Array(repeating: 0, count: oldSlots.count * 2)
      keys = Array(repeating: 0, count: oldSlots.count * 2)
      for index in oldSlots.indices where oldSlots[index] != 0 {
        place(oldKeys[index], oldSlots[index])
      }
    }
  }
}
