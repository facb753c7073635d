import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

/// The logs of Ollama's server and app, and what of them holds prompts.
///
/// Access lines and loading times are always there; prompts only where debugging was switched on,
/// and by which line depends on the release. Containers' logs wrap each line in JSON.
enum ServerLog {
  /// Which lines of a file are Ollama's.
  enum Source: Sendable {
    /// All of them.
    case own
    /// Those that name it: copies of the journal that hold the whole system's lines.
    case shared
    /// Each a JSON object with the line in `log` (Docker's json-file driver).
    case container
  }

  /// Reads the log at `path`, or in a folder those whose names are wanted.
  static func parts(
    _ path: FilePath, _ source: Source = .own,
    where isWanted: @escaping @Sendable (String) -> Bool = { _ in true }
  ) -> [StorePart] {
    [
      { report in
        guard report.tree.isFolder(path) else { return read(path, source, &report) }
        do throws(EvidenceError) {
          let listing = try report.tree.list(path)
          for entry in listing.entries where entry.kind == .file && isWanted(entry.name) {
            read(listing.path(of: entry), source, &report)
          }
        } catch {
          report.add(error)
        }
      }
    ]
  }

  /// Whether that is the name of a log the app writes: `server.log`, `app-3.log`, `upgrade.log`.
  static func isName(_ name: String) -> Bool {
    let name = name.lowercased()
    guard name.hasSuffix(".log") else { return false }
    let stem = name.dropLast(4)
    let base = stem.prefix { $0 != "-" }
    let rest = stem.dropFirst(base.count)
    return ["app", "server", "upgrade", "ollama"].contains(base)
      && (rest.isEmpty || rest.dropFirst().allSatisfy(\.isNumber))
  }

  /// Whether bytes are the beginning of a log of Ollama.
  static func isOne(_ start: [UInt8]) -> Bool {
    ["OLLAMA_", "ollama", "Ollama", "source=routes.go", "routes.go:"].contains {
      start.contains($0)
    }
  }

  /// Whether a file is the log of a container that runs Ollama.
  static func isContainerLog(_ name: String, _ start: [UInt8]) -> Bool {
    name.contains("-json.log") && start.starts(with: Array("{\"log\":".utf8))
      && start.contains("routes.go:")
  }

  private static func read(
    _ path: FilePath, _ source: Source, _ report: inout ReadingReport
  ) {
    do throws(EvidenceError) {
      let file = try report.tree.open(path)
      if source != .shared { report.stores[0].countFile(file.status) }
      do throws(ReadingError) {
        try readLines(file, path, source, &report)
      } catch {
        report.add(error, in: path)
      }
    } catch {
      report.add(error)
    }
  }

  private static func readLines(
    _ file: EvidenceFile, _ path: FilePath, _ source: Source, _ report: inout ReadingReport
  ) throws(ReadingError) {
    var lines = LineCursor(file)
    var prompts: UInt64 = 0
    var first: UInt64?
    while try lines.next() {
      if source == .shared, !lines.line.contains("ollama") { continue }
      if PromptLine.isOne(lines.line) {
        prompts += 1
        if first == nil { first = lines.offset }
      }
      guard report.demand.passages, !lines.line.isEmpty else { continue }
      var text = StoredText(bytes: lines.line)
      if source == .container, let unwrapped = unwrap(lines.line) { text = unwrapped }
      report.emit(
        Passage(
          .log, text, provenance: Provenance(path: path.storedText, offset: lines.offset)))
    }
    guard let first else { return }
    if source == .shared { report.stores[0].countFile(file.status) }
    report.add(
      Issue(
        .promptsInLog, .info, path: path.storedText, offset: first,
        "\(prompts) lines of the log hold prompts; the first begins here"))
  }

  /// The line a container wrote, without the line feed it ends in.
  private static func unwrap(_ line: [UInt8]) -> StoredText? {
    var json = JSONCursor(MemorySource(line), window: 4096)
    guard var text = (try? json.value())?["log"]?.text else { return nil }
    if text.bytes.last == 0x0A { text.bytes.removeLast() }
    return text
  }
}

/// Which lines of a log hold what somebody wrote or what a model answered.
enum PromptLine {
  /// The messages of the log and the attribute that holds the text, by the releases they belong to.
  private static let forms: [(message: String, attribute: String)] = [
    ("completion request", "prompt="),  // 0.7.0 to before 0.30.0, at trace level
    ("chat request", "prompt="),  // 0.2.2 to 0.6
    ("generate request", "prompt="),
    ("chat handler", "prompt="),  // to 0.2.1
    ("generate handler", "prompt="),
    ("generate handler", "system="),
    ("embedding request", "input="),
    ("harmony event content", "content="),
    ("anthropic", "req="),  // current, cut to 240 characters
    ("anthropic", "resp="),
  ]

  private static let encoded = forms.map { (Array($0.message.utf8), Array($0.attribute.utf8)) }

  /// Whether a line holds a prompt.
  ///
  /// The line `completion request` that is written at the level of debugging has the prompt's
  /// length in the attribute of that name.
  static func isOne(_ line: [UInt8]) -> Bool {
    guard line.contains(UInt8(ascii: "=")) else { return false }
    for (message, attribute) in encoded {
      guard let named = line.range(of: message) else { continue }
      var from = named.upperBound
      while let found = line.range(of: attribute, from: from) {
        // `prompt=` and not `cached_prompt=`.
        let before = line[found.lowerBound - 1]
        if before == 0x20, hasText(line, at: found.upperBound) { return true }
        from = found.upperBound
      }
    }
    return false
  }

  private static func hasText(_ line: [UInt8], at index: Int) -> Bool {
    // In a container's log the quote is escaped.
    let rest = line[index...].drop { $0 == UInt8(ascii: "\\") }
    guard let first = rest.first, first != 0x20 else { return false }
    if first == UInt8(ascii: "\"") {
      return rest.dropFirst().first { $0 != UInt8(ascii: "\\") }.map { $0 != UInt8(ascii: "\"") }
        ?? false
    }
    let value = rest.prefix { $0 > 0x20 && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "\"") }
    let isNumber = value.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    return !value.isEmpty
      && (!isNumber || line.contains("level=TRACE") || line.contains("level=DEBUG-"))
  }
}

extension [UInt8] {
  /// Whether the bytes hold that text somewhere.
  func contains(_ text: String) -> Bool {
    range(of: Array(text.utf8)) != nil
  }

  /// Where `pattern` first stands at or behind `from`.
  func range(of pattern: [UInt8], from: Int = 0) -> Range<Int>? {
    guard let first = pattern.first, count >= pattern.count else { return nil }
    let last = count - pattern.count
    return withUnsafeBufferPointer { bytes in
      var index = from
      while index <= last {
        guard let next = bytes[index...last].firstIndex(of: first) else { return nil }
        if bytes[next..<(next + pattern.count)].elementsEqual(pattern) {
          return next..<(next + pattern.count)
        }
        index = next + 1
      }
      return nil
    }
  }
}

extension Issue.Code {
  /// A log holds prompts, since debugging was switched on.
  static let promptsInLog = Self(rawValue: "prompts-in-log")
}
