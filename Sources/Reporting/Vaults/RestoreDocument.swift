import EvidenceFiles
import SystemPackage

/// The document `sotto.restore/1`.
public enum RestoreDocument {
  /// Writes what was given back of each store.
  public static func write(
    _ stores: [RestoredStore], _ head: DocumentHead, to writer: inout JSONWriter
  ) {
    writer.object { writer in
      head.write("sotto.restore/1", to: &writer)
      writer.key("stores")
      writer.array(stores) { writer, store in
        writer.object { writer in
          writer.member("path", store.path.storedText)
          writer.member("files", store.restored.files)
          writer.member("bytes", store.restored.bytes)
          writer.optional("error", store.error)
          writer.key("kept")
          writer.array(store.kept, LockDocument.write)
        }
      }
    }
  }
}
