import TestSupport
import Testing

/// Vaults made by another program from docs/vault-format.md, frozen: every later version opens them.
@Suite struct FrozenVaultTests {
  private static let folder = Repository.path + "/Tests/VaultCompatibilityTests"

  /// What was restored, compared by Python with what the writer of the vault wrote down.
  private static let comparison = #"""
    import hashlib, json, os, stat, sys
    root, expected = os.fsencode(sys.argv[1]), json.load(open(sys.argv[2]))["entries"]
    seen, wrong = set(), []
    for entry in expected:
        name = bytes.fromhex(entry["path hex"])
        path = os.path.join(root, name) if name else root
        seen.add(path)
        try:
            status = os.lstat(path)
        except OSError as error:
            wrong.append(f"{name}: {error}")
            continue
        kind = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}[stat.S_IFMT(status.st_mode)]
        is_link = kind == "link"
        if entry["kind"].split()[-1] != kind:
            wrong.append(f"{name}: a {kind}")
        if not is_link and stat.S_IMODE(status.st_mode) != int(entry["mode"], 8):
            wrong.append(f"{name}: mode {stat.S_IMODE(status.st_mode):o}")
        seconds, nanoseconds = entry["modified"]
        if status.st_mtime_ns != seconds * 10**9 + nanoseconds:
            wrong.append(f"{name}: modified {status.st_mtime_ns}")
        for attribute, value in entry["attributes"].items():
            if attribute.startswith("user.") and not is_link:
                stored = os.getxattr(path, attribute)
                if stored.hex() != value:
                    wrong.append(f"{name}: {attribute}")
        if kind == "file":
            data = open(path, "rb").read()
            if len(data) != entry["size"] or hashlib.sha256(data).hexdigest() != entry["sha256"]:
                wrong.append(f"{name}: contents")
        if is_link and entry.get("target hex", os.readlink(path).hex()) != os.readlink(path).hex():
            wrong.append(f"{name}: target")
    for folder, folders, files in os.walk(root):
        wrong += [f"{n}: was not in the vault" for n in folders + files if os.path.join(folder, n) not in seen]
    print("\n".join(map(str, wrong)) or f"{len(expected)} as expected")
    sys.exit(1 if wrong else 0)
    """#

  @Test(
    "open, and give back every byte and attribute that was put in",
    arguments: ["everything", "long-names"])
  func restored(name: String) throws {
    let work = try TemporaryFolder()
    let frozen = Self.folder + "/Frozen/v1/" + name
    #expect(try run("cp", ["-r", frozen + "/vault.sotto", work.path + "/vault.sotto"]).status == 0)
    try write("correct horse".utf8, to: work.path + "/passphrase")
    let environment = ["XDG_STATE_HOME": work.path + "/state"]
    let secret = ["--passphrase-file", work.path + "/passphrase"]
    let verified = try run(
      Repository.program, ["verify", work.path + "/vault.sotto"] + secret, environment: environment)
    #expect(verified.status == 0, "\(verified.text)\(verified.errorText)")
    let restored = try run(
      Repository.program, ["restore", work.path + "/vault.sotto", "--yes"] + secret,
      environment: environment)
    #expect(restored.status == 0, "\(restored.errorText)")
    let compared = try run(
      "python3", ["-c", Self.comparison, work.path + "/vault", frozen + "/expected.json"])
    #expect(compared.status == 0, "\(compared.text)\(compared.errorText)")
    withExtendedLifetime(work) {}
  }

  @Test(
    "one that was open and not closed gives back what was promised last",
    arguments: ["open", "open-in-place"])
  func open(name: String) throws {
    let work = try TemporaryFolder()
    let frozen = Self.folder + "/Frozen/v1/" + name
    #expect(try run("cp", ["-r", frozen + "/vault.sotto", work.path + "/vault.sotto"]).status == 0)
    try write("correct horse".utf8, to: work.path + "/passphrase")
    let environment = ["XDG_STATE_HOME": work.path + "/state"]
    let secret = ["--passphrase-file", work.path + "/passphrase"]
    let vault = work.path + "/vault.sotto"
    #expect(try run("mkdir", [work.path + "/vault"]).status == 0)
    let verified = try run(
      Repository.program, ["verify", vault, "--format", "json"] + secret, environment: environment)
    #expect(verified.status == 13)
    #expect(verified.text.contains(#""interrupted": "serving""#), "\(verified.text)")
    #expect(verified.text.split(separator: #""kind""#).count == 2, "\(verified.text)")
    let state = try run(Repository.program, ["status", vault], environment: environment)
    #expect(state.text.contains("was open and not closed"), "\(state.text)\(state.errorText)")
    let restored = try run(
      Repository.program, ["restore", vault, "--yes"] + secret, environment: environment)
    #expect(restored.status == 0, "\(restored.errorText)")
    #expect(restored.errorText.contains("open and not closed"), "\(restored.errorText)")
    let compared = try run(
      "python3", ["-c", Self.comparison, work.path + "/vault", frozen + "/expected.json"])
    #expect(compared.status == 0, "\(compared.text)\(compared.errorText)")
    withExtendedLifetime(work) {}
  }

  @Test("one that was open and not closed is locked again")
  func closing() throws {
    let work = try TemporaryFolder()
    let frozen = Self.folder + "/Frozen/v1/open"
    #expect(try run("cp", ["-r", frozen + "/vault.sotto", work.path + "/store.sotto"]).status == 0)
    #expect(try run("mkdir", [work.path + "/store"]).status == 0)
    try write("correct horse".utf8, to: work.path + "/passphrase")
    let environment = ["XDG_STATE_HOME": work.path + "/state"]
    let secret = ["--passphrase-file", work.path + "/passphrase"]
    let locked = try run(
      Repository.program, ["lock", work.path + "/store"] + secret, environment: environment)
    #expect(locked.status == 0, "\(locked.text)\(locked.errorText)")
    #expect(locked.errorText.contains("open and not closed"), "\(locked.errorText)")
    let verified = try run(
      Repository.program, ["verify", work.path + "/store.sotto"] + secret, environment: environment)
    #expect(verified.status == 0, "\(verified.text)\(verified.errorText)")
    withExtendedLifetime(work) {}
  }

  @Test("another passphrase is told from damage")
  func wrongPassphrase() throws {
    let work = try TemporaryFolder()
    try write("correct house".utf8, to: work.path + "/passphrase")
    let verified = try run(
      Repository.program,
      [
        "verify", Self.folder + "/Frozen/v1/long-names/vault.sotto", "--passphrase-file",
        work.path + "/passphrase",
      ], environment: ["XDG_STATE_HOME": work.path + "/state"])
    #expect(verified.status == 10, "\(verified.errorText)")
    withExtendedLifetime(work) {}
  }
}
