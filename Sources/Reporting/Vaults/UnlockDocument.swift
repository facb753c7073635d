import EvidenceFiles
public import SystemPackage

/// What an unlock did to one store.
public struct UnlockedStore: Sendable {
  /// The store's folder.
  public var path: FilePath
  /// Its vault.
  public var vault: FilePath
  /// The application, where it is known.
  public var app: String?
  /// What it is now: `open`, or what it was where something went wrong.
  public var state: String
  /// The process that serves it.
  public var process: Int32?
  /// Whether it was open before, so that there was nothing to do.
  public var wasOpen = false
  /// Whether nothing can be changed.
  public var isReadOnly = false
  /// How many objects were made whole after a crash; nil where there was none.
  public var recovered: UInt64?
  /// Why it is not open.
  public var error: String?

  /// Makes a store of which nothing is known yet.
  public init(path: FilePath, vault: FilePath, app: String?, state: String) {
    self.path = path
    self.vault = vault
    self.app = app
    self.state = state
  }
}

/// What an unlock did, for programs (`sotto.unlock/1`) and for people.
public enum UnlockDocument {
  /// Writes what was done to each store.
  public static func write(
    _ stores: [UnlockedStore], _ head: DocumentHead, to writer: inout JSONWriter
  ) {
    writer.object { writer in
      head.write("sotto.unlock/1", to: &writer)
      writer.key("stores")
      writer.array(stores) { writer, store in
        writer.object { writer in
          writer.member("path", store.path.storedText)
          writer.member("vault", store.vault.storedText)
          writer.optional("app", store.app)
          writer.member("state", store.state)
          if let process = store.process { writer.member("pid", process) }
          writer.member("readOnly", store.isReadOnly)
          writer.optional("recovered", store.recovered)
          writer.optional("error", store.error)
        }
      }
    }
  }

  /// The lines for people.
  /// - Parameters:
  ///   - width: Columns of the terminal; nil for a pipe.
  ///   - home: A path that is shown as `~`.
  public static func lines(_ stores: [UnlockedStore], width: Int?, home: String) -> [String] {
    var lines: [String] = []
    for store in stores where store.error == nil && !store.wasOpen {
      let path = InventoryTable.shortened(TerminalText.line(store.path.string), home)
      let readOnly = store.isReadOnly ? ", to be read and not changed" : ""
      lines += LockSummary.wrapped("opened \(path)\(readOnly)", 0, width)
      if let recovered = store.recovered {
        let what =
          recovered == 1 ? "1 file or folder" : "\(Figures.count(recovered)) files and folders"
        lines += LockSummary.wrapped(
          "it was not locked before the machine or the program stopped: \(what) made whole", 2,
          width)
      }
    }
    return lines
  }
}
