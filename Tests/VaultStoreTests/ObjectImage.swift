import Secrets
import VaultFormat

/// An object with contents in blocks, page by page in memory, changed block by block as the page on the
/// format says.
final class ObjectImage {
  let keys: ObjectKeys
  private(set) var head: ObjectHead
  /// Its pages but the head; those that are missing are zeros.
  private(set) var pages: [UInt64: [UInt8]] = [:]

  init(_ epoch: EpochKeys, _ head: ObjectHead) throws {
    keys = try ObjectKeys(epoch, head.id)
    self.head = head
    self.head.layout = .blocks
    self.head.contents = []
    self.head.firstSeals = [UInt8](repeating: 0, count: 64 * 40)
  }

  /// Takes an object over from its file.
  convenience init(_ epoch: EpochKeys, _ head: ObjectHead, file: [UInt8]) throws {
    try self.init(epoch, head)
    self.head.firstSeals = head.firstSeals
    for page in 1..<file.count / 4096 {
      pages[UInt64(page)] = Array(file[page * 4096..<(page + 1) * 4096])
    }
  }

  private func put(_ seal: [UInt8], of block: UInt64) {
    if block < 64 {
      head.firstSeals.replaceSubrange(Int(block) * 40..<Int(block + 1) * 40, with: seal)
    } else {
      let (group, index) = (block - 64).quotientAndRemainder(dividingBy: 102)
      let page = 65 + 103 * group
      var bytes = pages[page] ?? [UInt8](repeating: 0, count: 4096)
      bytes.replaceSubrange(Int(index) * 40..<Int(index + 1) * 40, with: seal)
      pages[page] = bytes
    }
  }

  func place(of block: UInt64) -> UInt64 {
    block < 64 ? 1 + block : 66 + 103 * ((block - 64) / 102) + (block - 64) % 102
  }

  /// Writes a block, filled up with zeros.
  func write(_ block: UInt64, _ plaintext: [UInt8]) {
    let plaintext = plaintext + [UInt8](repeating: 0, count: 4096 - plaintext.count)
    var page = plaintext
    var seal = Sodium.randomBytes(24) + [UInt8](repeating: 0, count: 16)
    plaintext.withUnsafeBytes { plaintext in
      page.withUnsafeMutableBytes { page in
        seal.withUnsafeMutableBytes { keys.seal(block: block, plaintext, into: page, seal: $0) }
      }
    }
    pages[place(of: block)] = page
    put(seal, of: block)
  }

  /// Writes contents from a block on.
  func write(from first: UInt64, _ contents: [UInt8]) {
    for start in stride(from: 0, to: contents.count, by: 4096) {
      write(
        first + UInt64(start / 4096), Array(contents[start..<min(start + 4096, contents.count)]))
    }
  }

  /// Makes a block a hole.
  func punch(_ block: UInt64) {
    pages[place(of: block)] = nil
    put([UInt8](repeating: 0, count: 40), of: block)
  }

  /// Gives the contents another size, in whole blocks where it becomes less.
  func resize(_ size: UInt64) {
    let blocks = (size + 4095) / 4096
    let old = (head.size + 4095) / 4096
    for block in blocks..<max(old, blocks) { punch(block) }
    head.size = size
    pages = pages.filter { $0.key < count }
  }

  /// The number of pages of the file.
  var count: UInt64 {
    let blocks = (head.size + 4095) / 4096
    return 1 + blocks + (blocks > 64 ? (blocks - 64 + 101) / 102 : 0)
  }

  /// Seals the head anew.
  func seal() throws -> [UInt8] {
    head.generation += 1
    var seals: [UInt8] = []
    let blocks = (head.size + 4095) / 4096
    for group in 0..<(blocks > 64 ? (blocks - 64 + 101) / 102 : 0) {
      seals += pages[65 + 103 * group] ?? [UInt8](repeating: 0, count: 4096)
    }
    head.root = seals.withUnsafeBytes { SealTree.root(of: $0, under: keys) }
    var page = [UInt8](repeating: 0, count: 4096)
    try page.withUnsafeMutableBytes { try keys.seal(head: head, into: $0) }
    return page
  }

  subscript(page: UInt64) -> [UInt8] { pages[page] ?? [UInt8](repeating: 0, count: 4096) }
}
