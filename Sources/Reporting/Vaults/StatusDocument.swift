public import Conversations
import EvidenceFiles
public import SystemPackage

/// How one store lies on the disk.
public struct StoreStatus: Sendable {
  /// The states; the raw value is the word in JSON.
  public enum State: String, Sendable {
    case plain, locked, open, interrupted
  }

  /// The store's folder.
  public var path: FilePath
  /// Its vault, where there is one.
  public var vault: FilePath?
  /// The application, where it is known.
  public var app: String?
  /// How it lies there.
  public var state: State
  /// What was cut off: `locking`, `restoring`, `rotating`, or `serving`, where the process that had the
  /// store open was ended.
  public var act: String?
  /// The process that serves it, where it is open.
  public var process: Int32?
  /// Since when it is open.
  public var since: Instant?
  /// How many files of it are open.
  public var openFiles: Int?
  /// What keeps an open store from keeping what is written.
  public var trouble: String?
  /// When its manifest was last sealed.
  public var sealed: Instant?
  /// What lies in the folder of a locked store and does not belong there.
  public var stray: [FilePath] = []

  /// Makes a status.
  public init(path: FilePath, vault: FilePath?, app: String?, state: State) {
    self.path = path
    self.vault = vault
    self.app = app
    self.state = state
  }
}

/// How stores lie on the disk, for programs (`sotto.status/1`) and for people.
public enum StatusDocument {
  /// Writes the document.
  public static func write(
    _ stores: [StoreStatus], _ head: DocumentHead, to writer: inout JSONWriter
  ) {
    writer.object { writer in
      head.write("sotto.status/1", to: &writer)
      writer.key("stores")
      writer.array(stores) { writer, store in
        writer.object { writer in
          writer.member("path", store.path.storedText)
          writer.optional("vault", store.vault?.storedText)
          writer.optional("app", store.app)
          writer.member("state", store.state.rawValue)
          writer.optional("act", store.act)
          writer.optional("since", store.since?.description)
          if let process = store.process { writer.member("pid", process) }
          if let files = store.openFiles { writer.member("openFiles", files) }
          writer.optional("trouble", store.trouble)
          writer.optional("sealed", store.sealed?.description)
          if !store.stray.isEmpty {
            writer.key("stray")
            writer.array(store.stray) { $0.text($1.storedText) }
          }
        }
      }
    }
  }

  /// The lines for people.
  /// - Parameters:
  ///   - width: Columns of the terminal; nil for a pipe.
  ///   - home: A path that is shown as `~`.
  ///   - names: The applications' names for people, by id.
  public static func lines(
    _ stores: [StoreStatus], width: Int?, home: String, names: [String: String]
  ) -> [String] {
    guard !stores.isEmpty else { return ["no store of a known application was found"] }
    var table = Table([
      Table.Column("STATE"), Table.Column("APPLICATION"), Table.Column("SEALED"),
      Table.Column("PATH", cutting: .beginning),
    ])
    for store in stores {
      table.add([
        store.state.rawValue, store.app.map { names[$0] ?? $0 } ?? "",
        store.sealed.map { String($0.description.prefix(16)).replacingT } ?? "",
        InventoryTable.shortened(TerminalText.line(store.path.string), home),
      ])
    }
    var lines = table.lines(width: width)
    for store in stores {
      guard let line = line(about: store) else { continue }
      let path = InventoryTable.shortened(TerminalText.line(store.path.string), home)
      lines.append(TerminalText.cut("\(line): \(path)", width ?? .max))
    }
    for store in stores {
      guard let first = store.stray.first else { continue }
      let path = InventoryTable.shortened(TerminalText.line(first.string), home)
      let more = store.stray.count > 1 ? " and \(store.stray.count - 1) more" : ""
      lines.append(
        TerminalText.cut("in the clear, where a store is locked: \(path)\(more)", width ?? .max))
    }
    return lines
  }

  private static func line(about store: StoreStatus) -> String? {
    switch store.state {
    case .plain, .locked: return nil
    case .interrupted:
      return store.act == "serving"
        ? "was open and not closed" : "\(store.act ?? "an act") was cut off"
    case .open:
      guard let process = store.process else { return nil }
      let since = store.since.map { " since \(String($0.description.prefix(16)).replacingT)" } ?? ""
      let files = store.openFiles.map { $0 == 1 ? ", 1 file open" : ", \($0) files open" } ?? ""
      let trouble = store.trouble.map { ", and \($0)" } ?? ""
      return "open\(since) in process \(process)\(files)\(trouble)"
    }
  }
}

extension String {
  /// A time of RFC 3339 for people: a blank between date and time.
  fileprivate var replacingT: String {
    String(map { $0 == "T" ? " " : $0 })
  }
}
