import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import VaultStore

/// An open vault with what of its store lies in the clear, without a mount.
@Suite("Bulk in the open view") struct BulkViewTests {
  private static let rule = ["*.gguf", "models", "a/*/*.gguf"]

  /// A vault, and beside it the store's folder with what a lock leaves.
  private final class View {
    let sample: SampleVault
    let clear: String
    let closed: ClosedStoreFolder
    let bulk: BulkTree
    let live: LiveVault

    init(
      _ sample: SampleVault? = nil, readOnly: Bool = false, anchors: Int? = nil,
      _ script: String = ""
    ) throws {
      let sample =
        try sample
        ?? SampleVault([
          ("chat", .file(Array("secret words".utf8))),
          ("a", .folder([("b", .folder([("note", .file(Array("inner".utf8)))]))])),
          ("other", .folder([("c", .folder([("x.gguf", .file(Array("mine".utf8)))]))])),
        ])
      self.sample = sample
      clear = sample.store.string
      let made = try run(
        "sh",
        [
          "-c",
          """
          set -e; mkdir -p '\(clear)'; cd '\(clear)'
          [ -e top.gguf ] || {
            mkdir -p models/deep a/b; printf weights > models/deep/w; printf top > top.gguf
            printf inside > a/b/x.gguf; }
          \(script)
          """,
        ])
      try #require(made.status == 0, "\(made.errorText)")
      closed = try ClosedStoreFolder(try LockPlace(store: sample.store))
      bulk = try BulkTree(closed, try #require(BulkRule(BulkViewTests.rule)), anchors: anchors)
      live = try LiveVault.open(
        try sample.open(), bulk, records: sample.records, readOnly: readOnly)
    }

    deinit { try? StoreFolder.open(closed.folder) }

    func node(_ path: String) throws -> LiveNode {
      var node = live.root
      for part in path.split(separator: "/") { node = try live.lookup(Array(part.utf8), in: node) }
      return node
    }

    func names(_ path: String) throws -> [String] {
      try live.entries(of: node(path)).map { String(decoding: $0.name, as: UTF8.self) }.sorted()
    }

    func text(_ path: String) throws -> String {
      var bytes = [UInt8](repeating: 0, count: 1000)
      let node = try node(path)
      let count = try bytes.withUnsafeMutableBytes { try live.read(node, at: 0, into: $0) }
      return String(decoding: bytes[..<count], as: UTF8.self)
    }

    @discardableResult
    func make(_ kind: NodeKind, _ path: String, mode: UInt16 = 0o640) throws -> LiveNode {
      let (folder, name) = split(path)
      return try live.make(
        kind, name, in: node(folder), mode: mode, owner: geteuid(), group: getegid(),
        target: kind == .link ? Array("/etc".utf8) : [])
    }

    func write(_ path: String, _ text: String) throws {
      let node = try make(.file, path)
      try live.open(node, writing: true)
      defer { live.close(node, writing: true) }
      try Array(text.utf8).withUnsafeBytes { try live.write(node, at: 0, $0) }
    }

    func rename(_ path: String, _ newPath: String, _ mode: RenameMode = .replace) throws {
      let ((folder, name), (newFolder, newName)) = (split(path), split(newPath))
      try live.rename(name, in: node(folder), to: newName, in: node(newFolder), mode)
    }

    func remove(_ path: String, isFolder: Bool = false) throws {
      let (folder, name) = split(path)
      try live.remove(name, from: node(folder), isFolder: isFolder)
    }

    func link(_ path: String, _ newPath: String) throws {
      let (folder, name) = split(newPath)
      try live.link(node(path), name, in: node(folder))
    }

    private func split(_ path: String) -> (folder: String, name: [UInt8]) {
      let parts = path.split(separator: "/")
      return (parts.dropLast().joined(separator: "/"), Array((parts.last ?? "").utf8))
    }

    func shell(_ script: String) throws -> String {
      try run("sh", ["-c", "cd '\(clear)' && \(script)"]).text
    }
  }

  @Test("shows both sides side by side")
  func union() throws {
    let view = try View()
    #expect(try view.names("") == ["a", "chat", "models", "other", "top.gguf"])
    #expect(try view.names("a") == ["b"])
    #expect(try view.names("a/b") == ["note", "x.gguf"])
    #expect(try view.names("models/deep") == ["w"])
    #expect(try view.text("top.gguf") == "top")
    #expect(try view.text("a/b/x.gguf") == "inside")
    #expect(try view.text("a/b/note") == "inner")
    #expect(try view.text("models/deep/w") == "weights")
    // A file of the vault that the rule would match somewhere else.
    #expect(try view.text("other/c/x.gguf") == "mine")
    let number = try view.shell("stat -c %i models/deep/w")
    #expect(number == "\(try view.live.attributes(of: view.node("models/deep/w")).inode)\n")
    #expect(try view.live.parent(of: view.node("models/deep")) === view.node("models"))
    #expect(try view.live.parent(of: view.node("models")) === view.live.root)
    #expect(try view.live.attributes(of: view.node("a/b")).links == 1)
    #expect(try view.live.attributes(of: view.node("other")).links == 3)
  }

  @Test("makes what the rule matches in the clear, everything else in the vault")
  func making() throws {
    let view = try View()
    try view.write("new.gguf", "new weights")
    try view.write("talk", "new words")
    try view.make(.folder, "a/q", mode: 0o755)
    try view.write("a/q/y.gguf", "far down")
    try view.write("a/q/talk", "more words")
    try view.make(.folder, "models/m", mode: 0o2750)
    try view.write("models/m/talk", "in the clear too")
    try view.make(.link, "models/link")
    try view.make(.pipe, "models/pipe", mode: 0o600)
    #expect(throws: Errno.fileExists) { try view.make(.file, "new.gguf") }
    #expect(throws: Errno.fileExists) { try view.make(.folder, "top.gguf") }
    #expect(throws: Errno.notPermitted) { try view.make(.blockDevice, "models/sda") }
    #expect(
      try view.shell("find . -type f | LC_ALL=C sort; cat new.gguf a/q/y.gguf models/m/talk")
        == """
        ./a/b/x.gguf
        ./a/q/y.gguf
        ./models/deep/w
        ./models/m/talk
        ./new.gguf
        ./top.gguf
        new weightsfar downin the clear too
        """)
    #expect(
      try view.shell("stat -c %a new.gguf models/m; readlink models/link") == "640\n2750\n/etc\n")
    // Closed but for the moment of a change.
    #expect(try view.shell("stat -c %a .") == "500\n")
    #expect(try view.text("a/q/y.gguf") == "far down")
    try view.live.seal()
    view.bulk.removeEmptyWays()
    #expect(try view.sample.verify().lines.isEmpty)
    #expect(try view.sample.verify().files.files == 5)
    #expect(try view.shell("ls") == "a\nmodels\nnew.gguf\ntop.gguf\n")
  }

  @Test("nothing crosses the line by a new name")
  func crossing() throws {
    let view = try View()
    try view.make(.folder, "a/free")
    for (path, newPath) in [
      ("chat", "chat.gguf"), ("chat", "models/chat"), ("top.gguf", "top"), ("a/b/x.gguf", "x"),
      ("models", "things"), ("models/deep", "deep"), ("chat", "a/b/x.gguf"), ("a/b/x.gguf", "chat"),
      // Folders of the vault that would take along what is in the clear, or what would be.
      ("a", "b"), ("a/b", "b"), ("a/b", "a/c"), ("other/c", "a/c"), ("other", "models"),
    ] {
      #expect(throws: Errno.improperLink, "\(path) \(newPath)") { try view.rename(path, newPath) }
    }
    #expect(throws: Errno.improperLink) { try view.rename("chat", "top.gguf", .exchange) }
    #expect(throws: Errno.improperLink) { try view.link("chat", "models/chat") }
    #expect(throws: Errno.improperLink) { try view.link("top.gguf", "top") }
    #expect(throws: Errno.noSuchFileOrDirectory) { try view.rename("none", "none.gguf") }
    #expect(throws: Errno.noSuchFileOrDirectory) { try view.rename("none.gguf", "none") }
    // What stays on its side does move.
    try view.rename("top.gguf", "models/top")
    try view.rename("models/top", "a/b/top.gguf")
    try view.rename("a/b/top.gguf", "a/b/x.gguf")
    #expect(throws: Errno.fileExists) { try view.rename("a/b/x.gguf", "models/deep/w", .noReplace) }
    try view.rename("a/b/x.gguf", "models/deep/w", .exchange)
    #expect(try view.text("models/deep/w") == "top")
    #expect(try view.text("a/b/x.gguf") == "weights")
    try view.rename("models/deep", "models/low")
    #expect(try view.live.parent(of: view.node("models/low")) === view.node("models"))
    try view.rename("a/free", "free")
    try view.rename("other/c/x.gguf", "words")
    try view.rename("other/c", "a/free")
    try view.write("a/free/z.gguf", "after")
    #expect(try view.shell("cat a/free/z.gguf") == "after")
    try view.live.seal()
    #expect(try view.sample.verify().lines.isEmpty)
  }

  @Test("passes everything through that can be done to a file")
  func passing() throws {
    let view = try View()
    let (live, node) = (view.live, try view.node("models/deep/w"))
    try live.open(node, writing: true)
    try Array("WEI".utf8).withUnsafeBytes { try live.write(node, at: 0, $0) }
    try live.sync(node)
    var change = AttributeChange()
    change.size = 10
    change.mode = 0o604
    change.modified = FileFacts.Time(seconds: 1_700_000_000, nanoseconds: 7)
    let after = try live.change(node, change)
    #expect(after.size == 10 && after.mode == 0o604)
    #expect(
      try view.shell("stat -c '%s %a %Y' models/deep/w; od -An -c models/deep/w")
        == "10 604 1700000000\n   W   E   I   g   h   t   s  \\0  \\0  \\0\n")
    try live.allocate(node, at: 8, count: 8192, .extend)
    #expect(try live.attributes(of: node).size == 8200)
    try live.allocate(node, at: 0, count: 1 << 20, .keepSize)
    try live.allocate(node, at: 0, count: 4096, .punchHole)
    #expect(try view.shell("head -c 3 models/deep/w | od -An -c") == "  \\0  \\0  \\0\n")
    try live.setExtendedAttribute(Array("user.origin".utf8), Array("here".utf8), of: node, .create)
    #expect(throws: Errno.fileExists) {
      try live.setExtendedAttribute(Array("user.origin".utf8), [], of: node, .create)
    }
    #expect(try live.extendedAttributeNames(of: node).contains(Array("user.origin".utf8)))
    #expect(try live.extendedAttribute(Array("user.origin".utf8), of: node) == Array("here".utf8))
    try live.removeExtendedAttribute(Array("user.origin".utf8), of: node)
    #expect(throws: Errno.noData) {
      try live.extendedAttribute(Array("user.origin".utf8), of: node)
    }
    // A second name is the same node, and stays what it is when the first is gone.
    try view.link("models/deep/w", "second.gguf")
    #expect(try view.node("second.gguf") === node)
    #expect(try live.attributes(of: node).links == 2)
    try view.remove("models/deep/w")
    try view.remove("second.gguf")
    #expect(try live.attributes(of: node).links == 0)
    #expect(try live.attributes(of: node).size == 8200)
    live.close(node, writing: true)
    #expect(throws: Errno.noSuchFileOrDirectory) { try view.node("second.gguf") }
    try live.sync(live.root)
    #expect(live.openHandles == 0)
  }

  @Test("a file that its maker may not write is written through the handle it was made with")
  func madeReadOnly() throws {
    let view = try View()
    let node = try view.make(.file, "models/fixed", mode: 0o400)
    try view.live.open(node, writing: true)
    try Array("once".utf8).withUnsafeBytes { try view.live.write(node, at: 0, $0) }
    view.live.close(node, writing: true)
    #expect(try view.text("models/fixed") == "once")
  }

  @Test("a folder with something in the clear below is not empty, and leaves nothing when it goes")
  func removing() throws {
    let view = try View()
    try view.remove("a/b/note")
    for path in ["a/b", "a", "models"] {
      #expect(throws: Errno.directoryNotEmpty) { try view.remove(path, isFolder: true) }
    }
    #expect(throws: Errno.isDirectory) { try view.remove("models") }
    #expect(throws: Errno.notDirectory) { try view.remove("top.gguf", isFolder: true) }
    try view.remove("a/b/x.gguf")
    try view.remove("a/b", isFolder: true)
    try view.remove("a", isFolder: true)
    #expect(try view.shell("ls") == "models\ntop.gguf\n")
    #expect(try view.names("") == ["chat", "models", "other", "top.gguf"])
  }

  @Test("nothing is kept of what nobody has in hand")
  func forgetting() throws {
    let view = try View()
    do {
      let node = try view.node("models/deep/w")
      view.live.retain(node)
      view.live.retain(node)
    }
    // The file and the folders above it, from which it was found.
    #expect(view.bulk.table.count == 3)
    do {
      let node = try view.node("models/deep/w")
      view.live.release(node, 2)
    }
    #expect(view.bulk.table.count == 0)
  }

  @Test("few descriptors are enough for many files, whatever becomes of their names")
  func fewDescriptors() throws {
    let view = try View(anchors: 8)
    try view.make(.folder, "models/many")
    var nodes: [LiveNode] = []
    for number in 0..<100 {
      try view.write("models/many/\(number)", "number \(number)")
      nodes.append(try view.node("models/many/\(number)"))
    }
    #expect(view.bulk.table.anchorCount <= 8)
    try view.link("models/many/3", "models/third")
    try view.remove("models/many/3")
    try view.remove("models/many/4")
    try view.rename("models/many/6", "models/many/5")
    try view.rename("models/many", "models/lots")
    try view.rename("models/lots/7", "seven.gguf")
    #expect(throws: Errno.directoryNotEmpty) { try view.remove("models/lots", isFolder: true) }
    func text(_ node: LiveNode) throws -> String {
      var bytes = [UInt8](repeating: 0, count: 20)
      let count = try bytes.withUnsafeMutableBytes { try view.live.read(node, at: 0, into: $0) }
      return String(decoding: bytes[..<count], as: UTF8.self)
    }
    for (number, node) in nodes.enumerated() {
      #expect(try text(node) == "number \(number)")
      let links: UInt32 = number == 4 || number == 5 ? 0 : 1
      #expect(try view.live.attributes(of: node).links == links, "\(number)")
    }
    #expect(try view.text("models/lots/5") == "number 6")
    #expect(try view.node("models/third") === nodes[3])
    #expect(try view.node("seven.gguf") === nodes[7])
    // Those without a name that is known are kept besides.
    #expect(view.bulk.table.anchorCount <= 12)
    nodes = []
    #expect(view.bulk.table.count == 0)
    #expect(view.bulk.table.anchorCount == 0)
  }

  @Test("nothing is changed where nothing may be")
  func readOnly() throws {
    let view = try View(readOnly: true)
    #expect(try view.text("models/deep/w") == "weights")
    let node = try view.node("models/deep/w")
    let name = Array("user.origin".utf8)
    var change = AttributeChange()
    change.mode = 0
    #expect(throws: Errno.readOnlyFileSystem) { try view.live.open(node, writing: true) }
    #expect(throws: Errno.readOnlyFileSystem) {
      try [UInt8(1)].withUnsafeBytes { try view.live.write(node, at: 0, $0) }
    }
    #expect(throws: Errno.readOnlyFileSystem) { _ = try view.live.change(node, change) }
    #expect(throws: Errno.readOnlyFileSystem) {
      try view.live.setExtendedAttribute(name, [], of: node, .set)
    }
    #expect(throws: Errno.readOnlyFileSystem) {
      try view.live.removeExtendedAttribute(name, of: node)
    }
    #expect(throws: Errno.readOnlyFileSystem) {
      try view.live.allocate(node, at: 0, count: 1, .extend)
    }
    #expect(throws: Errno.readOnlyFileSystem) { try view.make(.file, "models/new") }
    #expect(throws: Errno.readOnlyFileSystem) { try view.remove("top.gguf") }
    #expect(throws: Errno.readOnlyFileSystem) { try view.rename("top.gguf", "b.gguf") }
    #expect(throws: Errno.readOnlyFileSystem) { try view.link("top.gguf", "b.gguf") }
  }

  @Test("folders on the way to what came while the vault was locked are made")
  func ways() throws {
    let view = try View(nil, "mkdir a/late a/empty && echo late > a/late/z.gguf")
    #expect(try view.names("a") == ["b", "late"])
    #expect(try view.text("a/late/z.gguf") == "late\n")
    try view.live.seal()
    view.bulk.removeEmptyWays()
    #expect(try view.shell("ls a") == "b\nlate\n")
    #expect(try view.sample.verify().lines.isEmpty)
  }

  @Test("links in the place of folders are not followed")
  func links() throws {
    let view = try View(
      nil,
      "mkdir ../elsewhere; echo theirs > ../elsewhere/x.gguf; rm -r models a/b; "
        + "ln -s ../elsewhere models; ln -s ../../elsewhere a/b")
    let planted = try view.node("models")
    #expect(planted.kind == .link)
    #expect(try view.live.target(of: planted) == Array("../elsewhere".utf8))
    for path in ["models/x.gguf", "models/new"] {
      #expect(throws: Errno.notDirectory) { try view.node(path) }
      #expect(throws: Errno.notDirectory) { try view.make(.file, path) }
    }
    #expect(throws: Errno.notDirectory) { try view.live.entries(of: planted) }
    // The vault's own folder is served, and nothing beside it.
    #expect(try view.names("a/b") == ["note"])
    #expect(throws: Errno.noSuchFileOrDirectory) { try view.node("a/b/x.gguf") }
    #expect(throws: (any Error).self) { try view.make(.file, "a/b/new.gguf") }
    #expect(throws: (any Error).self) {
      try [UInt8(1)].withUnsafeBytes { try view.live.write(planted, at: 0, $0) }
    }
    #expect(try view.shell("ls ../elsewhere") == "x.gguf\n")
  }

  @Test("what is mounted in the place of a folder is not entered")
  func mounts() throws {
    guard geteuid() == 0 else {
      announce("SKIPPED: only root may mount in the place of a folder")
      return
    }
    let scratch = try TemporaryFolder()
    try write("theirs".utf8, to: scratch.path + "/theirs/x.gguf")
    let view = try View()
    for place in ["models", "a/b"] {
      try #require(
        try run("mount", ["--bind", scratch.path + "/theirs", view.clear + "/" + place]).status
          == 0)
    }
    defer { for place in ["models", "a/b"] { _ = try? run("umount", [view.clear + "/" + place]) } }
    #expect(throws: Errno.noSuchFileOrDirectory) { try view.node("models") }
    #expect(throws: Errno.noSuchFileOrDirectory) { try view.node("a/b/x.gguf") }
    #expect(try view.names("a/b") == ["note"])
    #expect(throws: Errno.fileExists) { try view.make(.folder, "models") }
    #expect(throws: (any Error).self) { try view.make(.file, "a/b/new.gguf") }
    #expect(try run("ls", [scratch.path + "/theirs"]).text == "x.gguf\n")
  }
}
