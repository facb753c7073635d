import Secrets
import SystemPackage
import TestSupport
import Testing
import VaultFormat
import VaultStore

@Suite("Objects")
struct ObjectTests {
  /// Sizes around every boundary of docs/vault-format.md, "Objects", with the pages of the file.
  static let sizes: [(size: Int, pages: Int)] = [
    (0, 1), (1, 1), (3864, 1), (3865, 2), (4096, 2), (4097, 3), (100_000, 26),
    (64 * 4096, 65), (64 * 4096 + 1, 67), (166 * 4096, 168), (166 * 4096 + 1, 170),
    // The first block of the second range of seal pages.
    ((64 + 102 * 128) * 4096 + 5, 1 + 64 + 103 * 128 + 2),
  ]

  @Test("are as long as the format says and give back what they were made of", arguments: sizes)
  func roundTrip(size: Int, pages: Int) throws {
    let bench = try ObjectBench()
    let bytes = sampleBytes(size, seed: UInt64(size))
    let plain = try bench.plain("plain", bytes)
    let (file, written) = try bench.object("object", from: plain)
    #expect(try file.facts().size == UInt64(pages * 4096))

    let object = try bench.workspace.open(file)
    #expect(object.head == written.head)
    #expect(object.digest == written.digest)
    #expect(try bench.workspace.matches(object, plain))
    #expect(try bench.workspace.matches(object, plain, with: bench.others))
    #expect(try bench.workspace.contents(of: object) == bytes)
    let copy = try bench.folder.create("copy")
    try bench.workspace.extract(object, to: copy, with: bench.others)
    #expect(try copy.readAll(limit: size) == bytes)
  }

  @Test("made of bytes in memory are made of the same bytes as those of a file")
  func memory() throws {
    let bench = try ObjectBench()
    for size in [0, 10, 5000, 64 * 4096 + 10] {
      let bytes = sampleBytes(size, seed: 1)
      var head = ObjectHead(.attributes, id: .random(), epoch: 1)
      head.size = UInt64(size)
      let file = try bench.folder.create("object")
      _ = try bench.workspace.write(head, .bytes(bytes), to: file)
      #expect(try bench.workspace.contents(of: bench.workspace.open(file)) == bytes)
      try bench.folder.remove("object")
    }
  }

  @Test("have the root that the format's page describes, whichever worker computed it")
  func root() throws {
    let bench = try ObjectBench()
    let bytes = sampleBytes((64 + 102 * 130) * 4096 + 7, seed: 3)
    let plain = try bench.plain("plain", bytes)
    let (file, written) = try bench.object("object", from: plain)
    // `SealTree` takes the pages one by one; the writer computed nodes in ranges.
    let keys = try ObjectKeys(bench.header.keys.last, written.head.id)
    var tree = SealTree()
    var page = [UInt8](repeating: 0, count: 4096)
    for number in 0..<131 {
      try page.withUnsafeMutableBytes { page in
        _ = try file.read(at: UInt64((65 + 103 * number) * 4096), into: page)
        tree.add(UnsafeRawBufferPointer(page), under: keys)
      }
    }
    #expect(tree.root(under: keys) == written.head.root)
  }

  @Test("keep holes, in whole groups and single blocks, and so do the files restored from them")
  func holes() throws {
    let bench = try ObjectBench()
    let plain = try bench.folder.create("plain")
    let block = sampleBytes(4096, seed: 9)
    let length = (64 + 102 * 300) * 4096 + 100
    try plain.truncate(to: UInt64(length))
    guard try plain.facts().allocated == 0 else {
      announce("holes: the file system of the temporary folder keeps none")
      return
    }
    // In the head's blocks, inside a group, across two groups, in a later range.
    for place in [3, 64 + 10, 64 + 101, 64 + 102, 64 + 102 * 129 + 50, 64 + 102 * 300] {
      let left = min(4096, length - place * 4096)
      try plain.write(at: UInt64(place * 4096), Array(block[..<left]))
    }
    let (file, written) = try bench.object("object", from: plain)
    // The head, six blocks, and at most as many seal pages.
    #expect(try file.facts().allocated <= 12 * 4096)
    #expect(written.head.root != .zero)
    let object = try bench.workspace.open(file)
    #expect(try bench.workspace.matches(object, plain, with: bench.others))
    let copy = try bench.folder.create("copy")
    try bench.workspace.extract(object, to: copy)
    #expect(try copy.facts().size == UInt64(length))
    // Six blocks; how far ahead a file system allocates is its own affair.
    #expect(try copy.facts().allocated <= 12 * 4096)
    #expect(try bench.workspace.matches(object, copy))
  }

  @Test("that are a single hole have no seals and a root of zeros")
  func singleHole() throws {
    let bench = try ObjectBench()
    let plain = try bench.folder.create("plain")
    try plain.truncate(to: 1 << 40)
    guard try plain.facts().allocated == 0 else { return }
    let (file, written) = try bench.object("object", from: plain)
    #expect(written.head.root == .zero)
    #expect(try file.facts().allocated <= 8192)
    let copy = try bench.folder.create("copy")
    try bench.workspace.extract(try bench.workspace.open(file), to: copy, with: bench.others)
    #expect(try copy.facts().size == 1 << 40)
    #expect(try copy.facts().allocated == 0)
  }

  @Test("differ in every page though their plaintexts are the same")
  func fresh() throws {
    let bench = try ObjectBench()
    let plain = try bench.plain("plain", [UInt8](repeating: 0x41, count: 80 * 4096))
    let one = try bench.object("one", from: plain).0.readAll(limit: .max)
    let two = try bench.object("two", from: plain).0.readAll(limit: .max)
    var pages: Set<[UInt8]> = []
    for bytes in [one, two] {
      for start in stride(from: 0, to: bytes.count, by: 4096) {
        pages.insert(Array(bytes[start..<start + 4096]))
      }
    }
    #expect(pages.count == 2 * 82)
  }

  @Test("with any byte changed, cut or lengthened never give wrong contents")
  func tampered() throws {
    let bench = try ObjectBench()
    let bytes = sampleBytes(66 * 4096 + 1, seed: 5)
    let plain = try bench.plain("plain", bytes)
    let (file, _) = try bench.object("object", from: plain)
    let sound = try file.readAll(limit: .max)
    // Every byte of the head, then a stride that hits every page and every position in it.
    for offset in Array(0..<4096) + Array(stride(from: 4096, to: sound.count, by: 61)) {
      try file.write(at: UInt64(offset), [sound[offset] ^ 0x10])
      #expect(throws: VaultError.self, "byte \(offset)") {
        try bench.workspace.contents(of: bench.workspace.open(file))
      }
      try file.write(at: UInt64(offset), [sound[offset]])
    }
    for length in [0, 1, 4095, 4096, 8192, sound.count - 1, sound.count + 1, sound.count + 4096] {
      try file.truncate(to: UInt64(length))
      #expect(throws: VaultError.self, "length \(length)") { try bench.workspace.open(file) }
      try file.write(at: 0, sound)
      try file.truncate(to: UInt64(sound.count))
    }
    #expect(try bench.workspace.contents(of: bench.workspace.open(file)) == bytes)
  }

  @Test("differ from a plaintext of which one byte was changed")
  func comparing() throws {
    let bench = try ObjectBench()
    let bytes = sampleBytes(70 * 4096 + 10, seed: 6)
    let plain = try bench.plain("plain", bytes)
    let object = try bench.workspace.open(try bench.object("object", from: plain).0)
    for offset in [0, 4096 * 64 - 1, 4096 * 64, bytes.count - 1] {
      try plain.write(at: UInt64(offset), [bytes[offset] ^ 1])
      #expect(try !bench.workspace.matches(object, plain), "byte \(offset)")
      try plain.write(at: UInt64(offset), [bytes[offset]])
    }
    try plain.truncate(to: UInt64(bytes.count - 1))
    #expect(try !bench.workspace.matches(object, plain))
  }

  @Test("are not made of a file that has become shorter")
  func shrunk() throws {
    let bench = try ObjectBench()
    let plain = try bench.plain("plain", sampleBytes(100_000, seed: 7))
    var head = ObjectHead(.file, id: .random(), epoch: 1)
    head.size = 100_001
    let file = try bench.folder.create("object")
    do {
      _ = try bench.workspace.write(head, .file(plain), to: file)
      Issue.record("an object was made of what is not there")
    } catch {
      #expect(error.code == .inUse)
    }
  }
}
