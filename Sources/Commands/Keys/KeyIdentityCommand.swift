import ArgumentParser
import Glibc
import Secrets
import SystemPackage
import VaultFormat

/// `sotto key identity`: makes a recipient's pair of keys.
struct KeyIdentityCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identity",
    abstract: "Make a recipient: write the private key to a file, print the public one.",
    discussion: """
      With the public key, sotto1…, anyone can lock a store that only the file opens. The file is \
      new and readable by nobody else; keep it where the vaults are not.
      """)

  @Argument(help: ArgumentHelp("The file to write, which must not exist.", valueName: "file"))
  var file: String

  func run() async throws {
    try Secrecy.begin()
    let pair = try Self.pair()
    let recipient: String
    do throws(VaultFormatError) {
      recipient = try Recipient.encode(publicKey: pair.publicKey)
    } catch {
      throw Failure(error, FilePath(file))
    }
    try write(pair.privateKey)
    let output = StandardOutput()
    try output.write(line: recipient)
    try output.flush()
  }

  private static func pair() throws(Failure) -> KeyPair {
    do { return try .random() } catch { throw Failure(error) }
  }

  private func write(_ key: borrowing SecureBytes) throws(Failure) {
    let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw Failure("\(file) cannot be made: \(String(cString: strerror(errno)))")
    }
    var isWritten = false
    if let text = try? Identity.encode(privateKey: key) {
      isWritten = SecretOutput.write(text, to: descriptor) && fsync(descriptor) == 0
    }
    guard close(descriptor) == 0, isWritten else {
      unlink(file)
      throw Failure("\(file) cannot be written: \(String(cString: strerror(errno)))")
    }
  }
}
