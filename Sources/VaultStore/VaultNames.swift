/// The names that the format gives in a vault's folder (docs/vault-format.md, "What lies where").
enum VaultNames {
  static let headers: [FileName] = ["header.1", "header.2"]
  static let newHeader: FileName = "header.new"
  static let attributes: FileName = "attributes"
  static let journal: FileName = "journal"
  static let log: FileName = "log"
  static let new: FileName = "new"
  static let erasing: FileName = "erasing"
  /// The head of a folder of the tree.
  static let folderHead: FileName = "folder"

  /// The tree of an epoch.
  static func tree(_ epoch: UInt32) -> FileName { name("tree", UInt64(epoch)) }

  /// The manifest with a counter.
  static func manifest(_ counter: UInt64) -> FileName { name("manifest", counter) }

  /// The epoch of a tree's name; nil for another name.
  static func epoch(ofTree name: FileName) -> UInt32? {
    number("tree.", name).flatMap { UInt32(exactly: $0) }
  }

  /// The counter of a manifest's name; nil for another name.
  static func counter(ofManifest name: FileName) -> UInt64? {
    number("manifest.", name)
  }

  private static func name(_ word: String, _ number: UInt64) -> FileName {
    // Letters, a full stop and digits are always a name.
    FileName("\(word).\(number)") ?? "new"
  }

  /// The number behind a word, written the only way it may be: from 1, without zeros before it.
  private static func number(_ word: String, _ name: FileName) -> UInt64? {
    guard name.bytes.starts(with: word.utf8) else { return nil }
    let digits = name.bytes.dropFirst(word.utf8.count)
    guard let first = digits.first, first != UInt8(ascii: "0"), first != UInt8(ascii: "+") else {
      return nil
    }
    return UInt64(String(decoding: digits, as: UTF8.self))
  }
}
