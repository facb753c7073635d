import Glibc
import TestSupport
import Testing

/// Locking and restoring without the powers of root.
@Suite("An ordinary user") struct OrdinaryUserTests {
  /// Runs the command as the user 65534, to whom the store's home belongs.
  private func asUser(
    _ store: StoreUnderTest, _ arguments: String...
  ) throws -> ProgramResult {
    let program = store.folder.path + "/sotto"
    if try !store.exists(program) {
      // The program may lie where only root can go.
      try #require(try run("install", ["-m", "755", Repository.program, program]).status == 0)
      try #require(try run("chmod", ["a+rx", store.folder.path]).status == 0)
      try #require(try run("chmod", ["a+r", store.passphraseFile]).status == 0)
      try makeFolders(store.folder.path + "/state")
    }
    try #require(
      try run("chown", ["-R", "-h", "65534:65534", store.home, store.folder.path + "/state"])
        .status == 0)
    return try run(
      "setpriv",
      ["--reuid=65534", "--regid=65534", "--clear-groups", program] + arguments
        + ["--passphrase-file", store.passphraseFile, "--yes"],
      environment: store.environment)
  }

  private func isRoot(_ what: String) -> Bool {
    if geteuid() == 0 { return true }
    announce("!!!!  NOT TESTED: \(what), which needs root to become somebody else")
    return false
  }

  @Test("locks and restores, and every byte, mode and time is as it was")
  func roundTrip() throws {
    guard isRoot("locking as an ordinary user") else { return }
    let store = try StoreUnderTest(rich: 2048)
    try #require(try run("chown", ["-R", "-h", "65534:65534", store.home]).status == 0)
    let before = try store.everything()
    let locked = try asUser(store, "lock", store.path, "--kdf", "interactive")
    #expect(locked.status == 0, "\(locked.errorText)")
    #expect(try !run("grep", ["-rs", "Dear diary", store.home]).text.contains("diary"))
    let restored = try asUser(store, "restore", store.path)
    #expect(restored.status == 0, "\(restored.errorText)")
    #expect(try store.everything() == before)
  }

  @Test("who may not give a file its owner and attributes loses neither")
  func refusedAttributes() throws {
    guard isRoot("restoring what the system refuses (EPERM)") else { return }
    let store = try StoreUnderTest()
    let file = store.path + "/empty"
    try #require(
      try run(
        "python3", ["-c", "import os, sys; os.setxattr(sys.argv[1], 'trusted.mine', b'yes')", file]
      ).status == 0)
    let before = try store.everything()
    #expect(try store.lock().status == 0)
    // Root has marked the empty folder; the user's chown would not come through.
    _ = try run("chattr", ["-i", store.path])
    let refused = try asUser(store, "restore", store.path)
    #expect(refused.status == 2, "\(refused.text)")
    #expect(refused.errorText.contains("owner 0:0"))
    #expect(refused.errorText.contains("--accept"))

    // What was begun by one goes on by another.
    try #require(try run("chown", ["-R", "0:0", store.home]).status == 0)
    let whole = try store.restore()
    #expect(whole.status == 0, "\(whole.errorText)")
    #expect(try store.everything() == before)
    #expect(try !store.exists(store.vault))

    #expect(try store.lock().status == 0)
    _ = try run("chattr", ["-i", store.path])
    let accepted = try asUser(store, "restore", store.path, "--accept")
    #expect(accepted.status == 0, "\(accepted.errorText)")
    #expect(accepted.text.contains("attribute trusted.mine"))
    #expect(try !store.exists(store.vault))
    // Contents, names, modes and times come back; only owner and attribute do not.
    func kept(_ line: String) -> [Substring] {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      return fields.count == 9 ? Array(fields[0...1] + fields[4...7]) : fields
    }
    #expect(try store.everything().map(kept) == before.map(kept))
  }
}
