public import ByteReading
import EvidenceFiles
public import SystemPackage

/// What was found wrong in a vault.
public struct ListedFinding: Sendable, Equatable {
  /// The kind, a stable word: `changed`, `swapped`, `moved`, `rolled-back`, `truncated`, `missing`,
  /// `added`, `metadata` or `header`.
  public var kind: String
  /// The file's path inside the store, where it can be known; else inside the vault.
  public var path: StoredText
  /// What is wrong, in a few words.
  public var text: String

  /// Makes a finding.
  public init(_ kind: String, _ path: StoredText, _ text: String) {
    self.kind = kind
    self.path = path
    self.text = text
  }
}

/// The check of a vault, for programs (`sotto.verify/1`) and for people.
public struct VerificationDocument: Sendable {
  /// The vault.
  public var vault: FilePath
  /// What was checked.
  public var checked: FileSum
  /// What was found wrong.
  public var findings: [ListedFinding]
  /// The act that was cut off and is still to be finished: `locking`, `restoring` or `rotating`; `open`
  /// where the vault was open and not closed.
  public var interrupted: String?
  /// Whether this machine had a record of the vault to compare with.
  public var isKnown = true

  /// Makes a document.
  public init(vault: FilePath, checked: FileSum, findings: [ListedFinding]) {
    self.vault = vault
    self.checked = checked
    self.findings = findings
  }

  /// Writes the document.
  public func write(_ head: DocumentHead, to writer: inout JSONWriter) {
    writer.object { writer in
      head.write("sotto.verify/1", to: &writer)
      writer.member("vault", vault.storedText)
      writer.member("ok", findings.isEmpty)
      writer.member("files", checked.files)
      writer.member("bytes", checked.bytes)
      writer.optional("interrupted", interrupted)
      writer.member("known", isKnown)
      writer.key("findings")
      writer.array(findings) { writer, finding in
        writer.object { writer in
          writer.member("kind", finding.kind)
          writer.member("path", finding.path)
          writer.member("text", finding.text)
        }
      }
    }
  }

  /// The lines for people.
  /// - Parameters:
  ///   - width: Columns of the terminal; nil for a pipe.
  ///   - home: A path that is shown as `~`.
  public func lines(width: Int?, home: String) -> [String] {
    let what = LockSummary.sum(checked)
    let name = InventoryTable.shortened(TerminalText.line(vault.string), home)
    var notes: [String] = []
    if interrupted == "open" {
      notes.append(
        "it was open and not closed: what was changed last comes back when it is opened, locked or "
          + "restored")
    } else if let interrupted {
      notes.append("\(interrupted) was cut off: give that command again, then verify")
    }
    if !isKnown {
      notes.append(
        "this machine has no record of it: an old state of all of it would look the same")
    }
    notes = notes.flatMap { LockSummary.wrapped($0, 0, width) }
    guard !findings.isEmpty else {
      return LockSummary.wrapped("\(name) is as it was sealed: \(what)", 0, width) + notes
    }
    var table = Table([
      Table.Column("FINDING"), Table.Column("FILE", cutting: .beginning),
      Table.Column("WHAT", cutting: .end),
    ])
    for finding in findings {
      table.add([
        finding.kind, TerminalText.line(finding.path), TerminalText.line(finding.text),
      ])
    }
    let number = findings.count == 1 ? "1 thing is" : "\(findings.count) things are"
    return table.lines(width: width) + [""]
      + LockSummary.wrapped("\(name): \(number) not as it was sealed, of \(what)", 0, width) + notes
  }
}
