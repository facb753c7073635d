public import Conversations

/// What every JSON document begins with.
public struct DocumentHead: Sendable {
  /// The tool's version.
  public var version: String
  /// When the document was made; `SOURCE_DATE_EPOCH` decides where it is set.
  public var generated: Instant

  /// Makes a head.
  public init(version: String, generated: Instant) {
    self.version = version
    self.generated = generated
  }

  func write(_ schema: String, to writer: inout JSONWriter) {
    writer.member("schema", schema)
    writer.key("tool")
    writer.object { writer in
      writer.member("name", "sotto")
      writer.member("version", version)
    }
    writer.member("generated", generated.description)
  }
}
