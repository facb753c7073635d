import ByteReading
import TestSupport
import Testing

/// `sotto key rotate`: everything is the same afterwards but every byte on the disk.
@Suite struct KeyRotateTests {
  /// Where extended attributes can be longer than a block, as they are on many file systems.
  private static let memory = "/dev/shm"

  /// The pages of the vault's files that are not all zeros.
  private func pages(_ store: StoreUnderTest) throws -> Set<[UInt8]> {
    var pages: Set<[UInt8]> = []
    for file in try store.vaultFiles() {
      let bytes = try contents(file)
      for start in stride(from: 0, to: bytes.count - 4095, by: 4096) {
        let page = Array(bytes[start..<start + 4096])
        if page.contains(where: { $0 != 0 }) { pages.insert(page) }
      }
    }
    return pages
  }

  private func rotate(_ store: StoreUnderTest) throws {
    let result = try store.key("rotate", store.secret + ["--yes"])
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text == "~/diary.sotto is under a new key\n")
  }

  @Test("a rotated vault gives back what was locked, attributes, links, holes and times with it")
  func wholeTree() throws {
    let canBeLong = try run(
      "python3",
      [
        "-c",
        "import os, tempfile; f = tempfile.NamedTemporaryFile(dir='\(Self.memory)'); "
          + "os.setxattr(f.name, 'user.x', bytes(20000))",
      ])
    if canBeLong.status != 0 {
      announce(
        "!!!!  NOT TESTED: attributes longer than a block, which \(Self.memory) does not hold")
    }
    let store =
      canBeLong.status == 0
      ? try StoreUnderTest(rich: 20480, in: Self.memory) : try StoreUnderTest(rich: 2048)
    let before = try store.everything()
    #expect(before.count == 12)
    #expect(try store.lock().status == 0)
    let old = try pages(store)
    #expect(old.count > 40)
    let names = try run("ls", [store.vault + "/tree.1"]).text
    try rotate(store)
    #expect(try store.verify(store.secret) == 0)
    // Under another number, and not one page or name is what it was.
    #expect(try !store.exists(store.vault + "/tree.1"))
    #expect(try store.exists(store.vault + "/tree.2"))
    for gone in ["new", "erasing", "journal", "header.new"] {
      #expect(try !store.exists(store.vault + "/" + gone), "\(gone)")
    }
    #expect(try pages(store).isDisjoint(with: old))
    let newNames = try run("ls", [store.vault + "/tree.2"]).text
    #expect(
      Set(names.split(separator: "\n")).intersection(newNames.split(separator: "\n")) == ["folder"])
    // Holes stay holes: 40 MiB of them take no space.
    let used = try run("du", ["-sk", store.vault]).text.split(separator: "\t").first
    #expect(used.flatMap { Int($0) } ?? .max < 4096)
    try rotate(store)
    #expect(try store.exists(store.vault + "/tree.3"))
    let restored = try store.restore()
    #expect(restored.status == 0, "\(restored.errorText)")
    #expect(try store.everything() == before)
    let blocks = try run("stat", ["-c", "%b", store.path + "/sparse"]).text.filter { $0 != "\n" }
    #expect(Int(blocks) ?? .max < 2048, "the holes were filled")
  }

  @Test("a file's time of last access is that from before the lock, after a rotation too")
  func accessTimes() throws {
    let store = try StoreUnderTest(rich: 2048)
    func accessed() throws -> String {
      try run("stat", ["-c", "%x", store.path + "/empty"]).text
    }
    let before = try accessed()
    #expect(before.hasPrefix("2001-09-09"))
    #expect(try store.lock().status == 0)
    try rotate(store)
    #expect(try store.restore().status == 0)
    #expect(try accessed() == before)
  }

  @Test("every slot opens after a rotation, and slots are as they were listed")
  func slots() throws {
    let store = try StoreUnderTest()
    #expect(try store.lock().status == 0)
    let keyFile = try store.file("key", "key")
    let owner = try store.recipient("owner")
    let second = try store.file("second", "second")
    for new in [
      ["--new-key-file", keyFile], ["--recipient", owner.publicKey],
      ["--new-passphrase-file", second, "--kdf", "interactive"],
    ] {
      #expect(try store.key("add", store.secret + new).status == 0)
    }
    let words = try store.file("words", try store.key("recovery", store.secret).text)
    let before = try store.slots()
    #expect(before.count == 5)
    let rotated = try store.key("rotate", ["--recovery-file", words, "--yes"])
    #expect(rotated.status == 0, "\(rotated.errorText)")
    #expect(try store.slots() == before)
    for secret in [
      store.secret, ["--key-file", keyFile], owner.secret, ["--passphrase-file", second],
      ["--recovery-file", words],
    ] {
      #expect(try store.verify(secret) == 0, "\(secret)")
    }
    // What a rotation has written anew can be changed, and rotated by another secret.
    #expect(try store.key("rotate", owner.secret + ["--yes"]).status == 0)
    #expect(try store.restore().status == 0)
  }

  @Test("an old copy of the header does not open the new tree")
  func oldHeader() throws {
    let store = try StoreUnderTest()
    #expect(try store.lock().status == 0)
    let old = try contents(store.vault + "/header.1")
    let manifest = try contents(store.vault + "/manifest.1")
    try rotate(store)
    let header = try contents(store.vault + "/header.1")
    for name in ["header.1", "header.2"] { try write(old, to: store.vault + "/" + name) }
    let refused = try run(
      Repository.program, ["verify", store.vault, "--format", "json"] + store.secret,
      environment: store.environment)
    #expect(refused.status == 13, "\(refused.errorText)")
    #expect(try parse(refused.output)["ok"] == .boolean(false))
    // Where nothing is remembered, and with the old manifest put back too.
    try write(manifest, to: store.vault + "/manifest.1")
    let elsewhere = store.environment.merging(
      ["XDG_STATE_HOME": store.folder.path + "/other state"]) { $1 }
    let stranger = try run(
      Repository.program, ["verify", store.vault] + store.secret, environment: elsewhere)
    #expect(stranger.status == 13, "\(stranger.errorText)")
    let out = store.folder.path + "/out"
    let copy = store.folder.path + "/copy.sotto"
    #expect(try run("cp", ["-a", store.vault, copy]).status == 0)
    let restored = try run(
      Repository.program, ["restore", copy, "--accept", "--yes"] + store.secret,
      environment: elsewhere)
    #expect(restored.status != 0, "\(restored.text)")
    for folder in [out, store.folder.path + "/copy", store.path] {
      #expect(try !run("grep", ["-rs", "Dear diary", folder]).text.contains("diary"), "\(folder)")
    }
    for name in ["header.1", "header.2"] { try write(header, to: store.vault + "/" + name) }
    try #require(try run("rm", [store.vault + "/manifest.1"]).status == 0)
    #expect(try store.verify(store.secret) == 0)
    #expect(try store.restore().status == 0)
  }

  @Test("another program, written from the format alone, reads a rotated vault")
  func otherReader() throws {
    guard try run("python3", ["-c", "import nacl"]).status == 0 else {
      announce("!!!!  NOT TESTED: scripts/rescue.py on a rotated vault, which needs PyNaCl")
      return
    }
    let store = try StoreUnderTest(rich: 2048)
    let before = try store.fingerprint(store.path).filter { !$0.contains("letters") }
    #expect(try store.lock().status == 0)
    try rotate(store)
    let out = store.folder.path + "/out"
    for wanted in [[store.vault, out], [store.vault, "--manifest"]] {
      let rescued = try run(
        "python3", [Repository.path + "/scripts/rescue.py"] + wanted + store.secret)
      #expect(rescued.status == 0, "\(rescued.errorText)")
    }
    #expect(try store.fingerprint(out).filter { !$0.contains("letters") } == before)
    #expect(try contents(out + "/letters/a long one.md").count == 100_000)
    #expect(try contents(out + "/letters/second name") == Array("Dear diary\n".utf8))
  }

  @Test("a rotation is asked for, and needs a vault")
  func confirmation() throws {
    let store = try StoreUnderTest()
    let plain = try store.sotto(
      "key", "rotate", store.path, "--passphrase-file", store.passphraseFile)
    #expect(plain.status == 11)
    #expect(try store.lock().status == 0)
    let before = try store.fingerprint(store.vault)
    let refused = try store.key("rotate", store.secret)
    #expect(refused.status == 64)
    #expect(refused.errorText.contains("sotto: hint: say --yes\n"))
    #expect(try store.fingerprint(store.vault) == before)
  }
}
