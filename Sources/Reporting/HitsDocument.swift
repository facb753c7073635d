import Applications
import ByteReading
import Conversations
public import Inventory

/// The document `sotto.hits/1`, and hits for people.
public enum HitsDocument {
  /// Writes all hits, each with the store it is in.
  public static func write(
    _ hits: [(store: StoreRecord, hit: SearchHit)], _ head: DocumentHead,
    to writer: inout JSONWriter
  ) {
    writer.object { writer in
      head.write("sotto.hits/1", to: &writer)
      writer.key("hits")
      writer.array(hits) { writer, found in
        writer.object { writer in
          if let conversation = found.hit.conversation {
            writer.member("id", found.store.listed(conversation, store: 0).id)
          }
          writer.member("app", found.store.app.rawValue)
          writer.member("store", found.store.id)
          writer.optional("message", found.hit.message)
          writer.member("field", found.hit.field.rawValue)
          writer.member("snippet", found.hit.snippet)
          if found.store.head.kind == .copies { writer.member("copy", true) }
          if found.hit.conversation?.deleted == true { writer.member("deleted", true) }
          writer.key("provenance")
          ConversationDocuments.write(found.hit.provenance, to: &writer)
        }
      }
    }
  }

  /// Two lines a hit: where, and the text around.
  public static func lines(
    _ hits: [(store: StoreRecord, hit: SearchHit)], width: Int?, home: String,
    names: [String: String]
  ) -> [String] {
    var lines: [String] = []
    for (store, hit) in hits {
      var head = names[store.app.rawValue] ?? store.app.rawValue
      if let conversation = hit.conversation {
        let id = store.listed(conversation, store: 0).id
        head += "  \(id.prefix(8))  \(ConversationTable.title(conversation))"
      } else {
        let path = TerminalText.line(hit.provenance.path)
        head += "  \(InventoryTable.shortened(path, home))"
      }
      if hit.field != .text { head += "  (\(hit.field.rawValue))" }
      if store.head.kind == .copies { head += "  (copy)" }
      let snippet = "  " + TerminalText.line(hit.snippet)
      lines.append(width.map { TerminalText.cut(head, $0) } ?? head)
      lines.append(width.map { TerminalText.cut(snippet, $0 * 2) } ?? snippet)
    }
    lines.append(hits.isEmpty ? "nothing was found" : "\(Figures.count(UInt64(hits.count))) hits")
    return lines
  }
}
