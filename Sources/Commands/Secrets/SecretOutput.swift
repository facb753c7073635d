import Glibc
import Secrets

/// Writes secrets out of locked memory, without a copy of them.
enum SecretOutput {
  /// Writes a secret and a line feed.
  /// - Returns: Whether all of it was written.
  static func write(_ text: borrowing SecureBytes, to descriptor: Int32) -> Bool {
    let isWritten = text.withBytes { bytes in
      var done = 0
      while done < bytes.count {
        let written = Glibc.write(
          descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
        if written < 0, errno == EINTR { continue }
        if written <= 0 { return false }
        done += written
      }
      return true
    }
    return isWritten && Glibc.write(descriptor, "\n", 1) == 1
  }
}
