internal import CLinux
internal import Glibc
public import SystemPackage
public import VaultFormat
public import VaultStore

/// The process that serves a vault, as seen by another one.
public final class ServingProcess: Sendable {
  /// What a process says that was asked to lock its vault.
  public enum Answer: Sendable, Equatable {
    /// It is locked, and the process has ended.
    case locked
    /// So many files are open.
    case busy(Int)
  }

  /// The process's number.
  public let process: Int32
  private let path: FilePath
  private let place: LockPlace
  /// The vault.
  public var vault: FilePath { place.vault }

  private init(_ process: Int32, _ path: FilePath, _ place: LockPlace) {
    self.process = process
    self.path = path
    self.place = place
  }

  /// Finds the process that serves a vault; nil where none answers.
  /// - Parameters:
  ///   - vaultID: The vault's id.
  ///   - place: Where store and vault are.
  public static func find(_ vaultID: ObjectID, _ place: LockPlace) -> ServingProcess? {
    let owner = MountedStore.at(place.store)?.owner
    for path in ControlFolder.sockets(of: vaultID, owner: owner) {
      guard let socket = try? UnixSocket.connect(to: path), let peer = socket.peer,
        // Root asks whom it likes; others believe themselves and root.
        geteuid() == 0 || socket.isTrusted
      else { continue }
      return ServingProcess(peer.process, path, place)
    }
    return nil
  }

  /// How the vault is served; nil where the process does not say, as while it locks the vault.
  public func status() -> ServingStatus? {
    guard let socket = try? UnixSocket.connect(to: path) else { return nil }
    socket.send(line: ControlRequest.status.line)
    var lines = AnswerLines(socket)
    let deadline = ContinuousClock.now + .seconds(2)
    while ContinuousClock.now < deadline {
      switch lines.next(milliseconds: 200) {
      case .line(.status(let status)): return status
      case .line, .nothing: continue
      case .end: return nil
      }
    }
    return nil
  }

  /// Lets the process lock the vault, and waits until it has ended.
  /// - Parameters:
  ///   - isForced: Whether what is open is cut off.
  ///   - check: Is asked now and then whether to go on waiting; what it throws ends the wait, not the
  ///     lock.
  /// - Throws: `VaultError`; what `check` throws.
  public func lock(
    isForced: Bool, _ check: () throws(VaultError) -> Void
  ) throws(VaultError) -> Answer {
    let end = sotto_pidfd_open(process)
    defer { if end >= 0 { close(end) } }
    guard let socket = try UnixSocket.connect(to: path) else {
      // It has ended since it was found.
      return .locked
    }
    socket.send(line: ControlRequest.lock(isForced: isForced).line)
    var lines = AnswerLines(socket)
    var isLocked = false
    reading: while true {
      try check()
      switch lines.next(milliseconds: 200) {
      case .line(.busy(let files)): return .busy(files)
      case .line(.failed(let text)):
        try waitForEnd(end, check)
        throw VaultError(
          .refused, vault, "was not sealed: \(text)",
          hint: "nothing that was written is lost; unlock it, then lock it again")
      case .line(.unknown):
        throw VaultError(
          .newer, vault, "is served by a process (\(process)) that does not know what is asked",
          hint: "end it with kill, which locks the vault")
      case .line(.locked):
        isLocked = true
        break reading
      case .line, .nothing: continue
      case .end: break reading
      }
    }
    try waitForEnd(end, check)
    // Somebody else may have asked for the same just before.
    guard isLocked || MountedStore.at(place.store) == nil else {
      throw VaultError(
        .refused, vault, "the process that served it has ended before it had sealed it",
        hint: "nothing that was written is lost; give the same command again")
    }
    return .locked
  }

  /// Waits until the process has ended: its keys are gone then.
  private func waitForEnd(
    _ descriptor: Int32, _ check: () throws(VaultError) -> Void
  ) throws(VaultError) {
    while true {
      try check()
      if descriptor >= 0 {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        if unsafe poll(&waiting, 1, 200) > 0 { return }
      } else {
        // A kernel before 5.3.
        if kill(process, 0) != 0, errno == ESRCH { return }
        usleep(50_000)
      }
    }
  }
}

/// The answers that come from a socket, line by line.
private struct AnswerLines {
  enum Next {
    case line(ControlAnswer)
    case nothing
    case end
  }

  private let socket: UnixSocket
  private var bytes: [UInt8] = []

  init(_ socket: UnixSocket) {
    self.socket = socket
  }

  /// The next line that this version knows, `nothing` where none comes in so many milliseconds.
  mutating func next(milliseconds: Int32) -> Next {
    if let answer = take() { return .line(answer) }
    var waiting = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&waiting, 1, milliseconds) > 0 else { return .nothing }
    guard let more = socket.receive() else { return .end }
    bytes += more
    return take().map { .line($0) } ?? .nothing
  }

  private mutating func take() -> ControlAnswer? {
    while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
      let line = String(decoding: bytes[..<end], as: UTF8.self)
      bytes.removeFirst(end + 1)
      if let answer = ControlAnswer(line: line) { return answer }
    }
    return nil
  }
}
