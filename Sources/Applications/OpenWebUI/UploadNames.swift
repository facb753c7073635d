import ByteReading
import EvidenceFiles
import SystemPackage

extension OpenWebUI {
  /// The files below `uploads`, by the id their names begin with.
  struct UploadNames: Sendable {
    private let files: [String: StoredText]

    /// Lists the folder; nil where there is none.
    init?(_ folder: FilePath, _ tree: EvidenceTree) {
      guard let listing = try? tree.list(folder) else { return nil }
      var files: [String: StoredText] = [:]
      for entry in listing.entries where entry.kind == .file {
        if let id = UploadNames.id(of: entry.name) {
          files[id] = listing.path(of: entry).storedText
        }
      }
      self.files = files
    }

    /// The file whose id stands in an attachment's id or address.
    func path(naming text: StoredText) -> StoredText? {
      if files.isEmpty || text.bytes.count > 512 { return nil }
      for part in text.string.split(separator: "/") {
        if let found = files[part.lowercased()] { return found }
      }
      return nil
    }

    /// The id a name begins with: a UUID, then an underscore or the suffix.
    static func id(of name: String) -> String? {
      let bytes = Array(name.utf8.prefix(37))
      guard bytes.count >= 36 else { return nil }
      for (index, byte) in bytes.prefix(36).enumerated() {
        let isHyphen = [8, 13, 18, 23].contains(index)
        guard isHyphen ? byte == UInt8(ascii: "-") : Character(UnicodeScalar(byte)).isHexDigit
        else {
          return nil
        }
      }
      if bytes.count == 37, bytes[36] != UInt8(ascii: "_"), bytes[36] != UInt8(ascii: ".") {
        return nil
      }
      return String(decoding: bytes[0..<36], as: UTF8.self).lowercased()
    }
  }
}
