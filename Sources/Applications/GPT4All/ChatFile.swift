import ByteReading
import EvidenceFiles

/// What the first bytes of a file say of it.
enum ChatSignature: Equatable {
  /// A signature, and behind it the version; nil where the file ends before that.
  case versioned(Int32?)
  /// No signature; by its name it may be a chat of version 0.
  case none

  init(_ prefix: some Collection<UInt8>) {
    guard prefix.starts(with: ChatLayout.magic) else {
      self = .none
      return
    }
    let version = prefix.dropFirst(4).prefix(4)
    self = .versioned(
      version.count < 4
        ? nil : Int32(bitPattern: version.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }))
  }
}

/// The first fields of a chat, which are the same in all versions.
struct ChatHeader {
  var layout: ChatLayout
  var created: Int64
  var id: StoredText?
  var generatedName: StoredText?
  var userName: StoredText?
  var model: StoredText?

  /// The title the application shows: the name a person gave, else the one the model made.
  var title: StoredText? {
    if let userName, !userName.isEmpty { return userName }
    return generatedName
  }
}

/// Reads the header of a chat field by field, so that what stood before a tear is kept.
struct ChatHeaderReader: ~Copyable {
  var stream: QtStream
  private(set) var header = ChatHeader(layout: ChatLayout(0), created: 0)

  init(_ file: EvidenceFile) {
    stream = QtStream(file)
  }

  /// Reads to the end of the fields all versions have.
  /// - Throws: `torn`, `overlong`, `malformed`.
  mutating func read(hasSignature: Bool) throws(ReadingError) {
    if hasSignature {
      try stream.skip(4)
      header.layout = ChatLayout(try stream.integer(Int32.self))
    }
    let start = stream.offset
    header.created = try stream.integer(Int64.self)
    // Without a signature the fields themselves must tell whether this is a chat: a time between 1970
    // and the year 36812, then an id of a sane length.
    if !hasSignature, header.created <= 0 || header.created >= 1 << 40 {
      throw ReadingError(.malformed, at: start, "neither a signature nor a version 0 header")
    }
    let idStart = stream.offset
    header.id = try stream.text()
    if !hasSignature, !ChatHeaderReader.looksLikeID(header.id) {
      header.id = nil
      throw ReadingError(.malformed, at: idStart, "neither a signature nor a version 0 header")
    }
    header.generatedName = try stream.text()
    header.userName = try stream.text()
    header.model = try stream.text()
  }

  private static func looksLikeID(_ id: StoredText?) -> Bool {
    guard let id, !id.isEmpty, id.bytes.count <= 256 else { return false }
    return id.bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F }
  }
}
