internal import CLinux
internal import Glibc
internal import SystemPackage
internal import VaultStore

/// A Unix socket, closed when the last owner lets go.
final class UnixSocket: Sendable {
  let descriptor: Int32

  init(owning descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// Who is at the other end.
  var peer: (process: Int32, user: UInt32)? {
    var process: pid_t = 0
    var user: uid_t = 0
    guard unsafe sotto_peer(descriptor, &process, &user) == 0 else { return nil }
    return (process, user)
  }

  /// Whether whoever is at the other end may ask or be believed: the same user, or root.
  var isTrusted: Bool {
    guard let peer else { return false }
    return peer.user == geteuid() || peer.user == 0
  }

  // MARK: - Making

  /// Listens at a path where nothing is.
  static func listen(at path: FilePath) throws(VaultError) -> UnixSocket {
    let socket = try make(path)
    // Who has gone again before it was accepted must not hold us up.
    _ = fcntl(socket.descriptor, F_SETFL, O_NONBLOCK)
    let bound = try unsafe withAddress(of: path) { unsafe bind(socket.descriptor, $0, $1) }
    guard bound == 0, Glibc.listen(socket.descriptor, 16) == 0 else {
      throw VaultError(Errno(rawValue: errno), path, "listen at")
    }
    return socket
  }

  /// Connects to who listens at a path; nil where nobody does.
  static func connect(to path: FilePath) throws(VaultError) -> UnixSocket? {
    let socket = try make(path)
    // A process that does not accept must not hold us up for long.
    var limit = timeval(tv_sec: 2, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    _ = unsafe setsockopt(socket.descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    let result = try unsafe withAddress(of: path) {
      unsafe Glibc.connect(socket.descriptor, $0, $1)
    }
    if result == 0 { return socket }
    switch errno {
    case ENOENT, ECONNREFUSED, ENOTDIR, EACCES, EAGAIN, EINTR: return nil
    default: throw VaultError(Errno(rawValue: errno), path, "connect to")
    }
  }

  private static func make(_ path: FilePath) throws(VaultError) -> UnixSocket {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_UNIX, kind, 0)
    guard descriptor >= 0 else {
      throw VaultError(Errno(rawValue: errno), path, "make a socket for")
    }
    return UnixSocket(owning: descriptor)
  }

  /// Accepts who has connected; nil where nobody waits any more.
  func accept() -> UnixSocket? {
    let accepted = Glibc.accept(descriptor, nil, nil)
    guard accepted >= 0 else { return nil }
    let flags = fcntl(accepted, F_GETFL)
    _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
    // What a client does not read must not hold up the process.
    _ = fcntl(accepted, F_SETFL, flags | O_NONBLOCK)
    return UnixSocket(owning: accepted)
  }

  private static func withAddress(
    of path: FilePath, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws(VaultError) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let length = unsafe path.withPlatformString { unsafe strlen($0) }
    let isShort = unsafe withUnsafeMutableBytes(of: &address.sun_path) { place -> Bool in
      guard length < place.count else { return false }
      unsafe path.withPlatformString {
        unsafe place.copyMemory(from: UnsafeRawBufferPointer(start: $0, count: length))
      }
      return true
    }
    guard isShort else {
      throw VaultError(
        .refused, path, "is too long for the path of a socket",
        hint: "let XDG_RUNTIME_DIR name a folder with a short path")
    }
    return unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  // MARK: - Lines

  /// Sends a line; what cannot be sent is lost.
  func send(line: String) {
    var line = line + "\n"
    line.withUTF8 { bytes in
      // A client that has gone away is no reason for a signal.
      _ = unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
    }
  }

  /// Takes what there is to be read without waiting; nil at the end or where nobody is there any more.
  func receive() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe recv(
      descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    if count > 0 { return Array(buffer[..<count]) }
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? [] : nil
  }
}
