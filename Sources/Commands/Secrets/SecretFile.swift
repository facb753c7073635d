import Glibc
import Secrets

/// Secrets that lie in files.
enum SecretFile {
  /// A passphrase or the words of a recovery: the contents without a line feed at their end.
  /// - Throws: `Failure` where the file cannot be read or is empty.
  static func text(_ path: String) throws(Failure) -> HeldSecret {
    try opened(path) { (descriptor) throws(Failure) in
      HeldSecret(try SecretInput.all(from: descriptor, named: path))
    }
  }

  /// A key file: the hash of the contents, whatever they are.
  /// - Throws: `Failure` where the file cannot be read or is empty.
  static func key(_ path: String) throws(Failure) -> HeldSecret {
    try opened(path) { (descriptor) throws(Failure) in
      HeldSecret(try SecretInput.digest(from: descriptor, named: path))
    }
  }

  private static func opened(
    _ path: String, _ read: (Int32) throws(Failure) -> HeldSecret
  ) throws(Failure) -> HeldSecret {
    // `/dev/stdin` and the shell's `<(…)` name a descriptor that is open already. The way to it leads
    // through `/proc`, which is closed to all but root once dumps are forbidden.
    if let number = descriptor(in: path) { return try read(number) }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else {
      throw Failure("\(path) cannot be opened: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    return try read(descriptor)
  }

  private static func descriptor(in path: String) -> Int32? {
    if path == "/dev/stdin" { return STDIN_FILENO }
    for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
      return Int32(path.dropFirst(folder.utf8.count))
    }
    return nil
  }
}
