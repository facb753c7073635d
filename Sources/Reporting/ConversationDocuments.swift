import ByteReading
public import Conversations
import EvidenceFiles
public import Inventory

/// The documents `sotto.conversations/1` and `sotto.conversation/1`, and the lines of an export.
public enum ConversationDocuments {
  /// Writes a list of conversations, without their messages.
  public static func writeList(
    _ conversations: [ListedConversation], of stores: [StoreRecord], _ head: DocumentHead,
    to writer: inout JSONWriter
  ) {
    writer.object { writer in
      head.write("sotto.conversations/1", to: &writer)
      writer.key("conversations")
      writer.array(conversations) { writer, listed in
        writer.object { writeHead(listed, of: stores[listed.store], to: &$0) }
      }
    }
  }

  /// Writes one conversation whole, as a document of its own.
  public static func write(
    _ listed: ListedConversation, of store: StoreRecord, _ head: DocumentHead,
    to writer: inout JSONWriter
  ) {
    writer.object { writer in
      head.write("sotto.conversation/1", to: &writer)
      writeBody(listed, of: store, to: &writer)
    }
  }

  /// Writes one conversation whole, as a line of an export.
  public static func writeLine(
    _ listed: ListedConversation, of store: StoreRecord, to writer: inout JSONWriter
  ) {
    writer.object { writeBody(listed, of: store, to: &$0) }
  }

  private static func writeBody(
    _ listed: ListedConversation, of store: StoreRecord, to writer: inout JSONWriter
  ) {
    writeHead(listed, of: store, to: &writer)
    writer.key("thread")
    writer.array(listed.conversation.thread, write)
  }

  private static func writeHead(
    _ listed: ListedConversation, of store: StoreRecord, to writer: inout JSONWriter
  ) {
    let conversation = listed.conversation
    writer.member("id", listed.id)
    writer.member("app", listed.app.rawValue)
    writer.member("store", store.id)
    writer.member("path", conversation.provenance.path)
    nullable("appId", conversation.appID, to: &writer)
    nullable("title", conversation.title, to: &writer)
    writer.optional("user", conversation.user)
    writer.optional("created", conversation.created?.description)
    writer.optional("updated", conversation.updated?.description)
    writer.member("messages", conversation.tally.messages)
    writer.member("hiddenMessages", conversation.tally.hiddenMessages)
    writer.key("byRole")
    InventoryDocument.counts(conversation.tally.byRole, to: &writer) { $0.rawValue }
    writer.key("models")
    writer.array(conversation.tally.models.entries.map(\.name).sorted()) { $0.string($1) }
    writer.member("bytes", conversation.bytes)
    writer.member("attachments", conversation.tally.attachments)
    writer.optional("archived", conversation.archived)
    writer.optional("shared", conversation.shared)
    writer.optional("temporary", conversation.temporary)
    if conversation.channel { writer.member("channel", true) }
    if conversation.copy { writer.member("copy", true) }
    writer.member("deleted", conversation.deleted)
    if conversation.deleted, let confidence = conversation.confidence {
      writer.key("confidence")
      writer.fraction(confidence)
    }
  }

  private static func nullable(_ name: String, _ text: StoredText?, to writer: inout JSONWriter) {
    if let text { writer.member(name, text) } else { writer.null(name) }
  }

  private static func write(_ writer: inout JSONWriter, _ message: Message) {
    writer.object { writer in
      writer.member("id", message.id)
      writer.optional("parent", message.parent)
      writer.member("role", message.role.rawValue)
      writer.member("text", message.text)
      writer.optional("reasoning", message.reasoning)
      writer.optional("time", message.time?.description)
      writer.optional("model", message.model)
      writer.member("active", message.active)
      if message.gap { writer.member("gap", true) }
      writer.key("attachments")
      writer.array(message.attachments) { writer, attachment in
        writer.object { writer in
          writer.optional("name", attachment.name)
          writer.optional("type", attachment.mediaType)
          writer.optional("bytes", attachment.bytes)
          writer.optional("path", attachment.path)
          writer.optional("text", attachment.text)
        }
      }
      writer.key("toolCalls")
      writer.array(message.toolCalls) { writer, call in
        writer.object { writer in
          writer.optional("id", call.id)
          writer.optional("name", call.name)
          writer.optional("arguments", call.arguments)
          writer.optional("result", call.result)
        }
      }
      writer.key("provenance")
      write(message.provenance, to: &writer)
    }
  }

  /// Writes where something was read.
  public static func write(_ provenance: Provenance, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("path", provenance.path)
      writer.optional("offset", provenance.offset)
      writer.optional("table", provenance.table)
      writer.optional("row", provenance.row)
    }
  }
}
