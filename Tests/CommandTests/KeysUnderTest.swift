import ByteReading
import TestSupport
import Testing

/// Vaults whose keys are changed, and what is on the disk of them.
extension StoreUnderTest {
  /// The secret that `lock` gave the vault.
  var secret: [String] { ["--passphrase-file", passphraseFile] }

  /// Runs `sotto key VERB` on the vault.
  func key(_ verb: String, _ arguments: [String]) throws -> ProgramResult {
    try run(
      Repository.program, ["key", verb, vault] + arguments, environment: environment)
  }

  /// Writes a file beside the home.
  func file(_ name: String, _ text: String) throws -> String {
    try write(text.utf8, to: "\(folder.path)/\(name)")
    return "\(folder.path)/\(name)"
  }

  /// The key slots, as `sotto key list` has them for programs.
  func slots() throws -> [JSONValue] {
    let result = try key("list", ["--format", "json"])
    #expect(result.status == 0, "\(result.errorText)")
    return try parse(result.output)["slots"]?.elements ?? []
  }

  /// The types of the key slots, in their order.
  func slotTypes() throws -> [String] { try slots().map { $0["type"]?.string ?? "?" } }

  /// The status of `sotto verify` with a secret: 0 where it opens the vault and all is well.
  func verify(_ secret: [String]) throws -> Int32 {
    try run(Repository.program, ["verify", vault] + secret, environment: environment).status
  }

  /// Makes a recipient.
  /// - Returns: The public key, and the option that opens by the private one.
  func recipient(_ name: String) throws -> (publicKey: String, secret: [String]) {
    let file = "\(folder.path)/\(name)"
    let made = try sotto("key", "identity", file)
    #expect(made.status == 0, "\(made.errorText)")
    return (made.text.filter { $0 != "\n" }, ["--identity", file])
  }

  /// All files of the vault's folder.
  func vaultFiles() throws -> [String] {
    try run("find", [vault, "-type", "f"]).text.split(separator: "\n").map(String.init)
  }

  /// The files of the vault's folder that hold some bytes.
  func vaultFiles(holding bytes: [UInt8]) throws -> [String] {
    try vaultFiles().filter { try contents($0).firstRange(of: bytes) != nil }
  }

  /// The bytes of a key slot in a header: its id, and what it seals.
  func slotBytes(_ place: Int) throws -> (id: [UInt8], sealed: [UInt8]) {
    let header = try contents(vault + "/header.1")
    let start = 48 + 224 * place
    return (Array(header[start..<start + 16]), Array(header[start + 80..<start + 200]))
  }
}
