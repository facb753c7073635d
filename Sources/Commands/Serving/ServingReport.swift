import ByteReading
import Reporting
import SystemPackage
import VaultStore

/// What the process that is to serve a vault says to the one that has started it: one JSON object on
/// standard output, as soon as the vault is served or will not be.
///
/// Both are the same program, so there is one version.
enum ServingReport {
  /// The vault is served.
  case ready(ServedVault)
  /// The vault is not as it was sealed.
  case changed(VerificationDocument)
  /// Something kept it from being served.
  case failed(Failure)

  // MARK: - Writing

  /// The bytes.
  var json: [UInt8] {
    var writer = JSONWriter(indented: false)
    writer.object { writer in
      switch self {
      case .ready(let served): served.write(to: &writer)
      case .changed(let document): Self.write(document, to: &writer)
      case .failed(let failure):
        writer.member("status", failure.status.rawValue)
        writer.member("text", failure.text)
        writer.optional("hint", failure.hint)
      }
    }
    return writer.take()
  }

  private static func write(_ document: VerificationDocument, to writer: inout JSONWriter) {
    writer.member("files", document.checked.files)
    writer.member("bytes", document.checked.bytes)
    writer.member("known", document.isKnown)
    writer.key("findings")
    writer.array(document.findings) { writer, finding in
      writer.object { writer in
        writer.member("kind", finding.kind)
        writer.member("text", finding.text)
        // A path is bytes of any kind, which no JSON string holds.
        writer.key("path")
        writer.array(finding.path.bytes) { $0.number($1) }
      }
    }
  }

  // MARK: - Reading

  /// Reads what the process said.
  /// - Parameter vault: The vault that it was to serve.
  /// - Returns: nil where it said nothing that makes sense, as when it was ended.
  init?(json bytes: [UInt8], vault: FilePath) {
    var cursor = JSONCursor(MemorySource(bytes))
    guard let value = try? cursor.value() else { return nil }
    if let served = ServedVault(value) {
      self = .ready(served)
    } else if let findings = value["findings"]?.elements {
      self = .changed(Self.document(value, findings, vault))
    } else if let number = value["status"]?.integer.flatMap({ Int32(exactly: $0) }),
      let status = ExitStatus(rawValue: number), let text = value["text"]?.string
    {
      self = .failed(Failure(text, hint: value["hint"]?.string, status: status))
    } else {
      return nil
    }
  }

  private static func document(
    _ value: JSONValue, _ findings: [JSONValue], _ vault: FilePath
  ) -> VerificationDocument {
    var document = VerificationDocument(
      vault: vault, checked: FileSum(files: number(value["files"]), bytes: number(value["bytes"])),
      findings: findings.map { finding in
        let path = (finding["path"]?.elements ?? []).compactMap { element in
          element.integer.flatMap { UInt8(exactly: $0) }
        }
        return ListedFinding(
          finding["kind"]?.string ?? "", StoredText(bytes: path), finding["text"]?.string ?? "")
      })
    document.isKnown = value["known"]?.boolean ?? true
    return document
  }

  static func number(_ value: JSONValue?) -> UInt64 {
    value?.integer.flatMap { UInt64(exactly: $0) } ?? 0
  }
}

/// How a vault is served that was just opened.
struct ServedVault: Equatable {
  /// The process that serves it.
  var process: Int32
  /// Whether this machine had a record of the vault to compare with.
  var isKnown = true
  /// Whether nothing can be changed.
  var isReadOnly = false
  /// How many findings were accepted.
  var findings: UInt64 = 0
  /// How many objects were made whole after a crash; nil where there was none.
  var recovered: UInt64?

  init(_ store: OpenStore, process: Int32) {
    self.process = process
    isKnown = store.report.isKnownHere
    isReadOnly = store.isReadOnly
    findings = UInt64(store.report.findings.count)
    recovered = store.recovery.map { UInt64($0.objects) }
  }

  init?(_ value: JSONValue) {
    guard let process = value["ready"]?.integer.flatMap({ Int32(exactly: $0) }) else { return nil }
    self.process = process
    isKnown = value["known"]?.boolean ?? true
    isReadOnly = value["readOnly"]?.boolean ?? false
    findings = ServingReport.number(value["accepted"])
    recovered = value["recovered"].map { ServingReport.number($0) }
  }

  func write(to writer: inout JSONWriter) {
    writer.member("ready", process)
    writer.member("known", isKnown)
    writer.member("readOnly", isReadOnly)
    writer.member("accepted", findings)
    writer.optional("recovered", recovered)
  }
}
