import Secrets
import Testing

@testable import VaultFormat

@Suite("The root over seal pages")
struct SealTreeTests {
  /// The definition of docs/vault-format.md, computed from all leaves at once.
  private func reference(_ leaves: [Digest], _ keys: SealedObject) -> Digest {
    guard !leaves.isEmpty else { return .zero }
    var nodes = leaves
    var level: UInt8 = 0
    while nodes.count > 1 {
      level += 1
      var above: [Digest] = []
      for start in stride(from: 0, to: nodes.count, by: 128) {
        let children = Array(nodes[start..<min(start + 128, nodes.count)])
        if children.allSatisfy({ $0 == .zero }) {
          above.append(.zero)
          continue
        }
        var hash = keys.keys.treeHash()
        hash.add([level])
        hash.add(integer: UInt64(start / 128))
        for child in children { hash.add(child) }
        hash.add([UInt8](repeating: 0, count: (128 - children.count) * 32))
        above.append(hash.digest())
      }
      nodes = above
    }
    return nodes[0]
  }

  private func leaf(_ number: Int, _ page: [UInt8], _ keys: SealedObject) -> Digest {
    guard page.contains(where: { $0 != 0 }) else { return .zero }
    var hash = keys.keys.treeHash()
    hash.add([0])
    hash.add(integer: UInt64(number))
    hash.add(page)
    return hash.digest()
  }

  private enum Zeros: CaseIterable {
    case none, all, everyOther, first, last, longRun, shortRuns

    func has(_ number: Int, of count: Int) -> Bool {
      switch self {
      case .none: false
      case .all: true
      case .everyOther: number % 2 == 0
      case .first: number == 0
      case .last: number == count - 1
      case .longRun: number > 3 && number < count - 2
      case .shortRuns: number % 300 < 140
      }
    }
  }

  @Test(
    "is that of the definition, whether zeros are added one by one or in runs",
    arguments: [0, 1, 2, 3, 127, 128, 129, 255, 256, 257, 1000, 16383, 16384, 16385, 33000])
  func definition(count: Int) throws {
    let keys = try SealedObject(knownEpoch(), knownID(3))
    let zeroPage = [UInt8](repeating: 0, count: 4096)
    for zeros in Zeros.allCases {
      var leaves: [Digest] = []
      var single = SealTree()
      var runs = SealTree()
      var run: UInt64 = 0
      var page = pattern(4096)
      for number in 0..<count {
        if zeros.has(number, of: count) {
          leaves.append(.zero)
          zeroPage.withUnsafeBytes { single.add($0, under: keys.keys) }
          run += 1
          continue
        }
        withUnsafeBytes(of: number) { page.replaceSubrange(0..<8, with: $0) }
        leaves.append(leaf(number, page, keys))
        runs.addZeros(run, under: keys.keys)
        run = 0
        page.withUnsafeBytes {
          single.add($0, under: keys.keys)
          runs.add($0, under: keys.keys)
        }
      }
      runs.addZeros(run, under: keys.keys)
      let expected = reference(leaves, keys)
      let (one, many) = (single.root(under: keys.keys), runs.root(under: keys.keys))
      #expect(single.pages == UInt64(count))
      #expect(one == expected, "\(zeros)")
      #expect(many == expected, "\(zeros)")
    }
  }

  @Test("over more pages than could be added one by one skips them")
  func sparse() throws {
    let keys = try SealedObject(knownEpoch(), knownID(3))
    // 10^15 bytes with one seal page in use, at the end.
    let count = ObjectLayout.sealPages(size: 1_000_000_000_000_000)
    let page = pattern(4096)
    var tree = SealTree()
    tree.addZeros(count - 1, under: keys.keys)
    page.withUnsafeBytes { tree.add($0, under: keys.keys) }
    // Up the one path that is not zeros.
    var node = leaf(Int(count - 1), page, keys)
    var number = count - 1
    var level: UInt8 = 0
    while number > 0 || (1 as UInt64) << (7 * UInt64(level)) < count {
      var children = [UInt8](repeating: 0, count: 4096)
      children.replaceSubrange(
        Int(number % 128) * 32..<Int(number % 128) * 32 + 32, with: node.bytes)
      number /= 128
      level += 1
      node = children.withUnsafeBytes {
        SealTree.node(level: level, number, $0, under: keys.keys)
      }
    }
    let root = tree.root(under: keys.keys)
    #expect(root == node)
    var whole = SealTree()
    whole.addZeros(ObjectLayout.sealPages(size: .max), under: keys.keys)
    let none = whole.root(under: keys.keys)
    #expect(none == .zero)
  }

  @Test("differs with any page, its place and the object")
  func sensitivity() throws {
    let keys = try SealedObject(knownEpoch(), knownID(3))
    let pages = pattern(5 * 4096)
    func root(_ pages: [UInt8], _ keys: SealedObject) -> Digest {
      pages.withUnsafeBytes { SealTree.root(of: $0, under: keys.keys) }
    }
    var roots: Set<Digest> = [root(pages, keys)]
    roots.insert(root(Array(pages.dropLast(4096)), keys))
    roots.insert(root(pages + [UInt8](repeating: 0, count: 128 * 4096), keys))
    for number in 0..<5 {
      var changed = pages
      changed[number * 4096 + 4095] ^= 1
      roots.insert(root(changed, keys))
    }
    roots.insert(root(Array(pages[4096...] + pages[..<4096]), keys))
    let other = try SealedObject(knownEpoch(), knownID(4))
    roots.insert(root(pages, other))
    #expect(roots.count == 10)
  }
}
