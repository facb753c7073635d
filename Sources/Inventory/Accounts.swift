import EvidenceFiles
import SystemPackage

/// The accounts of a machine or an image, from its `passwd` file (`passwd(5)`).
struct Accounts: Sendable {
  struct Account: Sendable {
    var name: String
    var number: UInt32
    var home: FilePath
  }

  private(set) var all: [Account] = []

  /// Reads `etc/passwd` below `root`; an image without one has no names.
  init(below root: FilePath, tree: EvidenceTree) {
    guard let bytes = try? tree.contents(root.appending("etc/passwd"), limit: 4 << 20) else {
      return
    }
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      guard fields.count >= 6,
        let number = UInt32(String(decoding: fields[2], as: UTF8.self))
      else { continue }
      all.append(
        Account(
          name: String(decoding: fields[0], as: UTF8.self), number: number,
          home: FilePath(String(decoding: fields[5], as: UTF8.self))))
    }
  }

  /// The name of an account, or its number where it has none.
  func name(_ number: UInt32) -> String {
    all.first { $0.number == number }?.name ?? String(number)
  }

  /// The account whose home that is.
  func name(homeAt path: FilePath) -> String? {
    all.first { $0.home == path }?.name
  }
}
