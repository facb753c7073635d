internal import Glibc
internal import SystemPackage
internal import VaultFormat
internal import VaultStore

/// The control socket of a vault that is open, and those who have connected and not yet said what they
/// want.
final class ControlListener {
  /// Somebody who has connected.
  private struct Client {
    var socket: UnixSocket
    var said: [UInt8] = []
    var deadline: ContinuousClock.Instant
  }

  /// How long somebody may take to say what is wanted.
  private static let patience = Duration.seconds(2)
  /// How many may wait at a time.
  private static let mostClients = 16

  private let path: FilePath
  private let listener: UnixSocket
  private var clients: [Client] = []

  /// Listens for those who want something of the vault; what another process has left there is removed.
  /// - Throws: `VaultError`; `inUse` where another copy of the vault is open.
  init(_ vaultID: ObjectID, of vault: FilePath) throws(VaultError) {
    path = try ControlFolder.make().appending(vaultID.hex)
    if let other = try UnixSocket.connect(to: path) {
      let process = other.peer.map { " (process \($0.process))" } ?? ""
      throw VaultError(
        .inUse, vault, "another copy of this vault is open\(process)", hint: "lock that first")
    }
    _ = unsafe path.withPlatformString { unsafe unlink($0) }
    listener = try UnixSocket.listen(at: path)
  }

  deinit {
    _ = unsafe path.withPlatformString { unsafe unlink($0) }
  }

  /// Waits for somebody to say what is wanted.
  /// - Parameters:
  ///   - wakening: Ends the wait.
  ///   - limit: How long to wait, in milliseconds; nil for ever.
  /// - Returns: What is wanted, and the socket for the answer.
  func next(
    _ wakening: Wakening, limit: Int32?
  ) -> (request: ControlRequest, socket: UnixSocket)? {
    var waiting = [wakening.descriptor, listener.descriptor].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    for client in clients {
      waiting.append(pollfd(fd: client.socket.descriptor, events: Int16(POLLIN), revents: 0))
    }
    let patience = Int32(Self.patience.components.seconds) * 1000
    let most = clients.isEmpty ? limit : min(limit ?? patience, patience)
    guard unsafe poll(&waiting, nfds_t(waiting.count), most ?? -1) >= 0 else { return nil }
    if waiting[0].revents != 0 { wakening.clear() }
    let request = read(waiting.dropFirst(2).map { $0.revents != 0 })
    if waiting[1].revents != 0 { accept() }
    let now = ContinuousClock.now
    clients.removeAll { $0.deadline < now }
    return request
  }

  private func accept() {
    guard let socket = listener.accept(), socket.isTrusted, clients.count < Self.mostClients else {
      return
    }
    clients.append(Client(socket: socket, deadline: ContinuousClock.now + Self.patience))
  }

  /// Takes what clients have said, up to the first that has said all of it.
  private func read(
    _ isReady: [Bool]
  ) -> (request: ControlRequest, socket: UnixSocket)? {
    for index in isReady.indices.reversed() where isReady[index] {
      guard let bytes = clients[index].socket.receive() else {
        clients.remove(at: index)
        continue
      }
      clients[index].said += bytes
      guard let end = clients[index].said.firstIndex(of: UInt8(ascii: "\n")) else {
        if clients[index].said.count > ControlRequest.longest { clients.remove(at: index) }
        continue
      }
      let client = clients.remove(at: index)
      let line = String(decoding: client.said[..<end], as: UTF8.self)
      if let request = ControlRequest(line: line) { return (request, client.socket) }
      client.socket.send(line: ControlAnswer.unknown.line)
    }
    return nil
  }
}
