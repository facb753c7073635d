import EvidenceFiles
import SystemPackage

/// The document `sotto.lock/1`.
public enum LockDocument {
  /// Writes what was done to each store.
  public static func write(
    _ stores: [LockedStore], _ head: DocumentHead, to writer: inout JSONWriter
  ) {
    writer.object { writer in
      head.write("sotto.lock/1", to: &writer)
      writer.key("stores")
      writer.array(stores) { writer, store in
        writer.object { write(store, to: &$0) }
      }
    }
  }

  private static func write(_ store: LockedStore, to writer: inout JSONWriter) {
    writer.member("path", store.path.storedText)
    writer.member("vault", store.vault.storedText)
    writer.optional("app", store.app)
    writer.member("state", store.state)
    writer.optional("error", store.error)
    // Nothing was encrypted, so that there are no sums.
    if store.wasOpen {
      writer.member("wasOpen", true)
      return
    }
    writer.member("files", store.locked.files)
    writer.member("bytes", store.locked.bytes)
    writer.key("overwritten")
    write(store.overwritten, to: &writer)
    writer.key("notOverwritten")
    writer.array(store.notOverwritten, write)
    writer.key("refused")
    writer.array(store.refused, write)
    if let bulk = store.bulk {
      writer.key("bulk")
      write(bulk, to: &writer)
    }
    writer.key("notCovered")
    writer.array(store.notCovered) { writer, remnant in
      writer.object { writer in
        writer.member("what", remnant.what)
        writer.member("where", remnant.place)
        writer.member("why", remnant.why)
      }
    }
  }

  private static func write(_ sum: FileSum, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("files", sum.files)
      writer.member("bytes", sum.bytes)
    }
  }

  static func write(_ writer: inout JSONWriter, _ exception: Exception) {
    writer.object { writer in
      writer.member("path", exception.path.storedText)
      writer.member("why", exception.why)
    }
  }
}
