import Glibc
import Secrets
import VaultFormat

/// The keys that come from the process that has opened a vault.
enum HandedKeys {
  /// Reads them from standard input, which is empty from then on.
  /// - Throws: `Failure` where there are none.
  static func read() throws(Failure) -> SecureBytes {
    defer { StandardDescriptors.close([STDIN_FILENO]) }
    do throws(SecretsError) {
      var bytes = try SecureBytes(count: UnlockedHeader.longestHandedOver)
      var filled = 0
      while filled < bytes.count {
        let start = filled
        let count = bytes.withMutableBytes {
          Glibc.read(STDIN_FILENO, $0.baseAddress.map { $0 + start }, $0.count - start)
        }
        if count < 0, errno == EINTR { continue }
        if count <= 0 { break }
        filled += count
      }
      return try bytes.part(0..<filled)
    } catch {
      throw Failure(error)
    }
  }
}

/// The first three descriptors of a process that goes on when whoever has started it is gone.
enum StandardDescriptors {
  /// Lets them lead nowhere.
  static func close(_ numbers: [Int32]) {
    let nowhere = open("/dev/null", O_RDWR | O_CLOEXEC)
    guard nowhere >= 0 else { return }
    for number in numbers { dup2(nowhere, number) }
    Glibc.close(nowhere)
  }
}
