public import Conversations
import EvidenceFiles
public import SystemPackage

/// One key slot of a vault.
public struct ListedSlot: Sendable {
  /// The slot's id, 32 hexadecimal digits.
  public var id: String
  /// By what it opens: `passphrase`, `recovery-words`, `key-file`, `recipient`, `key-ring`.
  public var type: String
  /// The cost of a passphrase: passes over so many KiB.
  public var derivation: (passes: UInt32, memoryKiB: UInt32)?
  /// When the slot was made.
  public var made: Instant?
  /// A recipient's public key.
  public var recipient: String?

  /// Makes a slot.
  public init(id: String, type: String) {
    self.id = id
    self.type = type
  }
}

/// The key slots of a vault, for programs (`sotto.keys/1`) and for people.
public enum KeyListDocument {
  /// Writes the document.
  public static func write(
    _ slots: [ListedSlot], of vault: FilePath, _ head: DocumentHead, to writer: inout JSONWriter
  ) {
    writer.object { writer in
      head.write("sotto.keys/1", to: &writer)
      writer.member("vault", vault.storedText)
      writer.key("slots")
      writer.array(slots) { writer, slot in
        writer.object { writer in
          writer.member("id", slot.id)
          writer.member("type", slot.type)
          if let derivation = slot.derivation {
            writer.key("derivation")
            writer.object { writer in
              writer.member("name", "argon2id")
              writer.member("passes", derivation.passes)
              writer.member("memory", UInt64(derivation.memoryKiB) * 1024)
            }
          }
          writer.optional("made", slot.made?.description)
          writer.optional("recipient", slot.recipient)
        }
      }
    }
  }

  /// The lines for people.
  /// - Parameter width: Columns of the terminal; nil for a pipe.
  public static func lines(_ slots: [ListedSlot], width: Int?) -> [String] {
    var table = Table([
      Table.Column("SLOT"), Table.Column("TYPE"), Table.Column("MADE"),
      Table.Column("OPENS BY", cutting: .end),
    ])
    for slot in slots {
      var means = slot.recipient ?? ""
      if let derivation = slot.derivation {
        let memory = Figures.size(UInt64(derivation.memoryKiB) * 1024)
        means = "Argon2id, \(derivation.passes) passes over \(memory)"
      }
      table.add([
        String(slot.id.prefix(8)), slot.type, String((slot.made?.description ?? "").prefix(10)),
        means,
      ])
    }
    return table.lines(width: width)
  }
}
