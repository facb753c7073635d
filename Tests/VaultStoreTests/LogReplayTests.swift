import SystemPackage
import TestSupport
import Testing
import VaultFormat

@testable import VaultStore

@Suite("Taking up a log in the midst of an object")
struct LogReplayTests {
  private func expectSealed(
    _ log: LogUnderTest, _ state: [String: [UInt8]],
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    try log.write()
    #expect(try log.recover()?.findings == [], sourceLocation: location)
    #expect(try log.vault.verify().lines == [], sourceLocation: location)
    #expect(try log.contents() == state, sourceLocation: location)
    #expect(
      try log.vault.folder.names().contains(VaultNames.new) == false, sourceLocation: location)
  }

  /// A vault with one file, and that as it may be changed.
  private func sample(_ contents: [UInt8]) throws -> (LogUnderTest, ObjectImage, FileHandle) {
    let log = try LogUnderTest([("file", .file(contents)), ("other", .file([1]))])
    let object = try log.object("file")
    let image = try ObjectImage(
      log.keys, object.head, file: object.file.readAll(limit: 1 << 26))
    let (folder, name) = try log.vault.place("file")
    return (log, image, try folder.file(name, writing: true))
  }

  @Test("writes the pages that changed and no others")
  func pages() throws {
    var contents = sampleBytes(700_000, seed: 1)
    let (log, image, file) = try sample(contents)
    let before = try file.readAll(limit: 1 << 26)
    contents.replaceSubrange(3 * 4096..<4 * 4096, with: sampleBytes(4096, seed: 2))
    contents.replaceSubrange(100 * 4096..<101 * 4096, with: sampleBytes(4096, seed: 3))
    image.write(3, sampleBytes(4096, seed: 2))
    image.write(100, sampleBytes(4096, seed: 3))
    let id = image.head.id
    log.log(image[4], at: 4, of: id)
    log.log(image[65], at: 65, of: id)
    log.log(image[102], at: 102, of: id)
    log.log(try image.seal(), of: id)
    log.promise()
    // What the system had not written of it, or only half.
    try file.write(at: 65 * 4096, sampleBytes(1000, seed: 9))
    try expectSealed(log, ["file": contents, "other": [1]])
    let after = try file.readAll(limit: 1 << 26)
    for page in 0..<before.count / 4096 where ![0, 4, 65, 102].contains(page) {
      let range = page * 4096..<(page + 1) * 4096
      #expect(before[range] == after[range])
    }
  }

  @Test("keeps what was appended in its place, and cuts off what was not promised")
  func appended() throws {
    var contents = sampleBytes(300_000, seed: 1)
    let (log, image, file) = try sample(contents)
    let more = sampleBytes(400_000, seed: 2)
    contents = Array(contents[..<(73 * 4096)]) + more
    image.resize(73 * 4096 + 400_000)
    image.write(from: 73, more)
    // The seal page and the last block were promised before, the others were not.
    for page in 75..<image.count { try file.write(at: page * 4096, image[page]) }
    log.log(image[65], at: 65, of: image.head.id)
    log.log(image[75], at: 75, of: image.head.id)
    log.log(try image.seal(), of: image.head.id)
    log.promise()
    try file.write(at: image.count * 4096, sampleBytes(50_000, seed: 3))
    // Nor of a file that the log does not speak of.
    let (folder, name) = try log.vault.place("other")
    try folder.file(name, writing: true).write(at: 4096, sampleBytes(9000, seed: 4))
    try expectSealed(log, ["file": contents, "other": [1]])
  }

  @Test("cuts off what was not promised of a file that got another name")
  func renamed() throws {
    let log = try LogUnderTest([("file", .file([1])), ("other", .file([2]))])
    let root = try log.id("")
    for (old, new) in [("file", "one"), ("other", "two")] {
      let id = try log.id(old)
      try log.removeName(old, in: root, of: id)
      try log.addName(new, in: root, of: id)
      let (folder, name) = try log.vault.place(old)
      try folder.file(name, writing: true).write(at: 4096, sampleBytes(9000, seed: 4))
      if old == "file" { continue }
      // As when an earlier attempt was cut off.
      let transit = try log.vault.folder.folder(makingIfMissing: VaultNames.new)
      try folder.rename(name, to: transit, as: RecoveredTree.newName(id, transit))
    }
    log.promise()
    try expectSealed(log, ["one": [1], "two": [2]])
  }

  @Test("brings the heads of folders, the store's own among them")
  func folders() throws {
    let log = try LogUnderTest([("folder", .folder([("child", .file([1]))]))])
    for path in ["", "folder"] {
      var head = log.next(try log.object(path).head)
      head.mode = 0o751
      log.log(try log.file(head, []), of: head.id)
    }
    log.promise()
    try expectSealed(log, ["folder/child": [1]])
    #expect(try log.object("").head.mode == 0o751)
    #expect(try log.object("folder").head.mode == 0o751)
  }

  @Test("makes holes what holes became")
  func holes() throws {
    var contents = sampleBytes(700_000, seed: 1)
    let (log, image, file) = try sample(contents)
    for block in [5, 90] {
      image.punch(UInt64(block))
      contents.replaceSubrange(
        block * 4096..<(block + 1) * 4096, with: [UInt8](repeating: 0, count: 4096))
    }
    let old = UInt64(contents.count)
    image.resize(3_000_000)
    contents += [UInt8](repeating: 0, count: 3_000_000 - Int(old))
    // The end of the last block is zeros already; only its length is another.
    log.log(image[65], at: 65, of: image.head.id)
    log.log(try image.seal(), of: image.head.id)
    log.promise()
    try expectSealed(log, ["file": contents, "other": [1]])
    #expect(try file.facts().allocated < 2_000_000)
  }

  /// An object that is cut to ten blocks, then made longer by a hole or by what is written.
  private func shortened(isCut: Bool, isWritten: Bool) throws {
    let old = sampleBytes(800_000, seed: 1)
    let (log, image, file) = try sample(old)
    let id = image.head.id
    // A page of the old length is in the log.
    image.write(150, sampleBytes(4096, seed: 2))
    log.log(image[image.place(of: 150)], at: image.place(of: 150), of: id)
    log.log(image[65], at: 65, of: id)
    log.log(try image.seal(), of: id)
    log.promise()
    image.resize(10 * 4096)
    log.log(try image.seal(), of: id)
    log.promise()
    if isCut { try file.truncate(to: 11 * 4096) }
    var contents = Array(old[..<40_960])
    image.resize(900_000)
    if isWritten {
      let more = sampleBytes(900_000 - 100 * 4096, seed: 3)
      image.write(from: 100, more)
      contents += [UInt8](repeating: 0, count: 90 * 4096) + more
      for page in 11..<image.count { try file.write(at: page * 4096, image[page]) }
    } else {
      contents += [UInt8](repeating: 0, count: 900_000 - 40_960)
    }
    log.log(try image.seal(), of: id)
    log.promise()
    try expectSealed(log, ["file": contents, "other": [1]])
  }

  @Test("knows what of an object is left of the time before it was shorter")
  func shortened() throws {
    try shortened(isCut: true, isWritten: true)
    try shortened(isCut: true, isWritten: false)
    try shortened(isCut: false, isWritten: false)
  }

  @Test("finds new objects that were written in their place, under their id or their name")
  func inPlace() throws {
    let contents = sampleBytes(500_000, seed: 1)
    for isNamed in [false, true] {
      let log = try LogUnderTest([("file", .file([1]))])
      let root = try log.id("")
      let image = try ObjectImage(log.keys, log.new(.file))
      image.resize(500_000)
      image.write(from: 0, contents)
      log.log(try image.seal(), of: image.head.id)
      try log.addName("new", in: root, of: image.head.id)
      log.promise()
      let folder =
        try isNamed
        ? log.vault.folder(root) : log.vault.folder.folder(makingIfMissing: VaultNames.new)
      let disk = try TreeName(NameCipher(log.keys).encode(name: Array("new".utf8), in: root))
      let name = try isNamed ? disk.object : RecoveredTree.newName(image.head.id, folder)
      let file = try folder.create(name)
      for page in 1..<image.count { try file.write(at: page * 4096, image[page]) }
      // What had only begun when the power went.
      try file.write(at: image.count * 4096, sampleBytes(5000, seed: 2))
      try expectSealed(log, ["file": [1], "new": contents])
    }
  }

  @Test("refuses a new object of which pages are nowhere")
  func lost() throws {
    let log = try LogUnderTest([("file", .file([1]))])
    let image = try ObjectImage(log.keys, log.new(.file))
    image.resize(50_000)
    image.write(from: 0, sampleBytes(50_000, seed: 1))
    log.log(try image.seal(), of: image.head.id)
    try log.addName("new", in: log.id(""), of: image.head.id)
    log.promise()
    try log.write()
    #expect(try failure(of: { try log.recover() }) == .damaged)
    #expect(try failure(of: { try log.recover() }) == .damaged)
    #expect(try log.vault.folder.facts(of: VaultNames.log) != nil)
  }

  @Test("makes whole what was made in the tree and never written")
  func unwritten() throws {
    let log = try LogUnderTest([("file", .file([1]))])
    let root = try log.id("")
    let cipher = NameCipher(log.keys)
    let folder = try log.make(.folder, "folder", in: root)
    let contents = sampleBytes(9000, seed: 1)
    try log.make(.file, "inside", in: folder, contents)
    let brief = try log.make(.file, "brief", in: root, [2])
    try log.removeName("brief", in: root, of: brief)
    log.promise()
    func disk(_ name: String, _ folder: ObjectID) throws -> FileName {
      try TreeName(cipher.encode(name: Array(name.utf8), in: folder)).object
    }
    let tree = try log.vault.folder(root)
    let made = try tree.folder(makingIfMissing: disk("folder", root))
    try made.create(VaultNames.folderHead).truncate(to: 4096)
    _ = try made.create(disk("inside", folder))
    try tree.create(disk("brief", root)).truncate(to: 4096)
    try expectSealed(log, ["file": [1], "folder/inside": contents])
  }

  @Test("brings long attributes with their objects, and removes those before")
  func attributes() throws {
    let before = try ExtendedAttributes.encode([
      (name: Array("user.a".utf8), value: sampleBytes(5000, seed: 1))
    ])
    let after = try ExtendedAttributes.encode([
      (name: Array("user.b".utf8), value: sampleBytes(6000, seed: 2))
    ])
    for isInFile in [false, true] {
      let log = try LogUnderTest([("file", .file([1], attributes: before))])
      var head = log.next(try log.object("file").head)
      let own = log.new(.attributes)
      let pages = try log.file(own, after)
      if isInFile {
        let folder = try log.vault.folder.folder(VaultNames.attributes)
        try folder.create(RecoveredTree.newName(own.id, folder), holding: pages)
      } else {
        log.log(pages, of: own.id)
      }
      head.attributesID = own.id
      head.attributesDigest = pages[..<4096].withUnsafeBytes { ObjectHead.digest(ofPage: $0) }
      log.log(try log.file(head, [2, 3]), of: head.id)
      log.promise()
      try expectSealed(log, ["file": [2, 3]])
      #expect(try log.object("file").head.attributesID == own.id)
      #expect(try log.vault.folder.folder(VaultNames.attributes).names().count == 1)
    }
  }
}
