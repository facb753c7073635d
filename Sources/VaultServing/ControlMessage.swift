internal import ByteReading
internal import VaultStore

// What is said on the control socket of a vault that is open. Lines of text, each ended by a line feed.
//
// Whoever connects says one line: the version of the protocol, and what is wanted.
//
//   sotto/1 status        one line in answer: `status` and a JSON object
//   sotto/1 lock          lines `doing WORD` as long as it takes, then one of `locked`,
//                         `busy N` with the number of files that are open, and `failed TEXT`
//   sotto/1 lock force    the same without `busy`: what is open is cut off
//
// Then the connection is closed. To another version, or to a word that it does not know, a process answers
// `unknown` and does nothing. Keys and lines that a client does not know it passes over, so that both may
// grow. After `locked` the process ends; the vault is locked when it has.

/// What is asked of a process that serves a vault.
enum ControlRequest: Equatable {
  case status
  case lock(isForced: Bool)

  private static let version = "sotto/1"

  /// The most bytes that a line may have.
  static let longest = 256

  /// Reads a line without its end; nil for what this version does not know.
  init?(line: String) {
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    switch words {
    case [Self.version, "status"]: self = .status
    case [Self.version, "lock"]: self = .lock(isForced: false)
    case [Self.version, "lock", "force"]: self = .lock(isForced: true)
    default: return nil
    }
  }

  /// The line without its end.
  var line: String {
    switch self {
    case .status: "\(Self.version) status"
    case .lock(false): "\(Self.version) lock"
    case .lock(true): "\(Self.version) lock force"
    }
  }
}

/// What a process that serves a vault answers.
enum ControlAnswer: Equatable {
  case status(ServingStatus)
  case doing(String)
  case locked
  case busy(Int)
  case failed(String)
  case unknown

  /// Reads a line without its end; nil for what this version does not know.
  init?(line: String) {
    let (word, rest) =
      line.firstIndex(of: " ").map {
        (line[..<$0], String(line[line.index(after: $0)...]))
      } ?? (line[...], "")
    switch word {
    case "status":
      guard let status = ServingStatus(json: Array(rest.utf8)) else { return nil }
      self = .status(status)
    case "doing": self = .doing(rest)
    case "locked": self = .locked
    case "busy": self = .busy(Int(rest) ?? 0)
    case "failed": self = .failed(rest)
    case "unknown": self = .unknown
    default: return nil
    }
  }

  /// The line without its end.
  var line: String {
    switch self {
    case .status(let status): "status \(status.json)"
    case .doing(let word): "doing \(word)"
    case .locked: "locked"
    case .busy(let files): "busy \(files)"
    // A path may hold a line feed.
    case .failed(let text): "failed \(String(text.map { $0.isNewline ? " " : $0 }))"
    case .unknown: "unknown"
    }
  }
}

/// How a vault is served at the moment.
public struct ServingStatus: Equatable, Sendable {
  /// The process that serves it.
  public var process: Int32
  /// Since when, in milliseconds since 1970.
  public var since: Int64
  /// How many files are open in it.
  public var openFiles: Int
  /// When it was last sealed, in seconds since 1970.
  public var sealed: UInt64?
  /// Whether nothing can be changed.
  public var isReadOnly: Bool
  /// What keeps it from keeping what is written, where there is something.
  public var trouble: String?

  /// Makes a status.
  init(
    process: Int32, since: Int64, openFiles: Int, sealed: UInt64?, isReadOnly: Bool,
    trouble: String? = nil
  ) {
    self.trouble = trouble
    self.process = process
    self.since = since
    self.openFiles = openFiles
    self.sealed = sealed
    self.isReadOnly = isReadOnly
  }

  var json: String {
    let sealed = sealed.map { ",\"sealed\":\($0)" } ?? ""
    // Words of this program alone, without a path: nothing in them has to be escaped but quotes.
    let trouble = trouble.map { text in
      ",\"trouble\":\"\(String(text.map { $0 == "\"" || $0 == "\\" ? "'" : $0 }))\""
    }
    return "{\"pid\":\(process),\"since\":\(since),\"openFiles\":\(openFiles)\(sealed)"
      + ",\"readOnly\":\(isReadOnly)\(trouble ?? "")}"
  }

  init?(json bytes: [UInt8]) {
    var cursor = JSONCursor(MemorySource(bytes))
    guard let value = try? cursor.value(),
      let process = value["pid"]?.integer.flatMap({ Int32(exactly: $0) }),
      let since = value["since"]?.integer, let files = value["openFiles"]?.integer
    else { return nil }
    self.process = process
    self.since = Int64(since)
    openFiles = Int(files)
    sealed = value["sealed"]?.integer.flatMap { UInt64(exactly: $0) }
    isReadOnly = value["readOnly"]?.boolean ?? false
    trouble = value["trouble"]?.string
  }
}
