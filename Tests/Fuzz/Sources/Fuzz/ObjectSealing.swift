import VaultFormat

/// An object's file as somebody with the keys of `FixedVault` would write it, head and all.
struct ObjectSealing {
  /// The most that is sealed in blocks: ten seal pages.
  static let mostBlocks = 1024

  /// Pages by their number; the others are zeros.
  var pages: [UInt64: [UInt8]] = [:]

  /// The head page of an object with its body in the clear, which stands where its ciphertext will.
  init(head: [UInt8]) {
    pages[0] = head.page()
  }

  /// A whole object of a kind.
  init(kind: UInt8, id: [UInt8], generation: UInt64, contents: [UInt8]) {
    var head = [UInt8](repeating: 0, count: 4096)
    head.put(id, at: 16)
    let isInside = contents.count <= 3864
    head.put([kind, isInside ? 0 : 1], at: 56)
    head.put(generation, 8, at: 56 + 16)
    head.put(UInt64(contents.count), 8, at: 56 + 24)
    if isInside { head.put(contents, at: 56 + 160) }
    self.init(head: head)
    beginHead(epoch: 2)
    if !isInside {
      var blocks: [UInt64: [UInt8]] = [:]
      for start in stride(from: 0, to: contents.count, by: 4096) {
        blocks[UInt64(start / 4096)] = contents[start...].prefix(4096).map { $0 }.page()
      }
      sealBlocks(blocks)
    }
    sealHead()
  }

  private var head: [UInt8] {
    get { pages[0] ?? [] }
    set { pages[0] = newValue }
  }

  private var epoch: UInt32 { UInt32(head.number(at: 12, 4)) }
  private var id: [UInt8] { Array(head[16..<32]) }

  /// The size that the body says.
  var size: UInt64 { head.number(at: 56 + 24, 8) }

  /// The body, while it is in the clear.
  var body: [UInt8] { Array(head[56..<4080]) }

  /// Makes the clear beginning right but for the object's id.
  mutating func beginHead(epoch: UInt32) {
    head.put(Array("sottoobj".utf8) + [1, 0, 1, 0] + littleEndian(UInt64(epoch), 4), at: 0)
  }

  /// Seals blocks into their pages, and puts their seals and the root over them in their places.
  mutating func sealBlocks(_ blocks: [UInt64: [UInt8]]) {
    let count = Int(size / 4096 + (size % 4096 == 0 ? 0 : 1))
    guard count <= Self.mostBlocks else { return }
    let key = FixedVault.key(epoch, "block", of: id)
    var seals = [UInt8](repeating: 0, count: 40 * count)
    for (number, plaintext) in blocks where number < UInt64(count) {
      let sealed = vaultSeal(plaintext, key: key, associated: id + littleEndian(number))
      seals.put(sealed.nonce + sealed.tag, at: 40 * Int(number))
      pages[Self.page(ofBlock: number)] = sealed.ciphertext
    }
    var leaves: [[UInt8]] = []
    for first in stride(from: 64, to: count, by: 102) {
      let page = seals[40 * first..<min(40 * (first + 102), seals.count)].map { $0 }.page()
      let group = UInt64(leaves.count)
      pages[65 + 103 * group] = page
      leaves.append(leaf(group, page))
    }
    head.put(seals.prefix(2560).map { $0 }.page(2560), at: 56 + 1464)
    head.put(root(leaves), at: 56 + 72)
  }

  private static func page(ofBlock number: UInt64) -> UInt64 {
    number < 64 ? 1 + number : 66 + 103 * ((number - 64) / 102) + (number - 64) % 102
  }

  private func leaf(_ group: UInt64, _ page: [UInt8]) -> [UInt8] {
    page.isZero
      ? [UInt8](repeating: 0, count: 32)
      : vaultHash(FixedVault.key(epoch, "tree", of: id), [0], littleEndian(group), page)
  }

  /// The root over up to 128 leaves, which is all that `mostBlocks` have.
  private func root(_ leaves: [[UInt8]]) -> [UInt8] {
    guard let first = leaves.first else { return [UInt8](repeating: 0, count: 32) }
    if leaves.count == 1 { return first }
    let children = Array(leaves.joined())
    if children.isZero { return [UInt8](repeating: 0, count: 32) }
    return vaultHash(
      FixedVault.key(epoch, "tree", of: id), [1], littleEndian(0), children.page(128 * 32))
  }

  /// Seals the body.
  mutating func sealHead() {
    let sealed = vaultSeal(
      body, key: FixedVault.key(epoch, "head", of: id), associated: Array(head[..<32]))
    head.put(sealed.nonce + sealed.ciphertext + sealed.tag, at: 32)
  }

  /// What the head page holds when it is opened; nil where it does not open.
  static func body(of page: [UInt8]) -> [UInt8]? {
    let id = Array(page[16..<32])
    return vaultOpen(
      Array(page[32..<56]), Array(page[56..<4080]), Array(page[4080...]),
      key: FixedVault.key(UInt32(page.number(at: 12, 4)), "head", of: id),
      associated: Array(page[..<32]))
  }
}
