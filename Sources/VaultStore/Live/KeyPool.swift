internal import Secrets
internal import Synchronization
internal import SystemPackage
internal import VaultFormat

/// What one request needs for the cryptography of one object, and buffers for what passes through it.
///
/// `@unchecked Sendable`: it is handed from thread to thread, but only one works with it at a time.
final class KeyContext: @unchecked Sendable {
  /// The keys of the object at hand.
  var keys: ObjectKeys
  /// Blocks that are sealed before they have a place: one write of the kernel.
  let pages: PageBuffer
  /// Their seals.
  let seals: PageBuffer
  /// One block that is changed in part.
  let block = PageBuffer(pages: 1)
  /// The seal of one block.
  let seal = PageBuffer(pages: 1)

  /// The most blocks that are sealed at once; the kernel writes no more than 1 MiB.
  static let blocks = 256

  fileprivate init(_ epoch: EpochKeys) throws(VaultFormatError) {
    keys = try ObjectKeys(epoch, .none)
    pages = PageBuffer(pages: Self.blocks)
    seals = PageBuffer(
      pages: Self.blocks * ObjectLayout.sealLength / ObjectLayout.pageSize + 1)
  }

  /// Turns to an object.
  func turn(to id: ObjectID) {
    if keys.id != id { keys.derive(for: id) }
  }
}

/// Contexts for as many requests as are served at a time.
///
/// Each costs locked memory, of which an ordinary user has little, so they are shared.
final class KeyPool: Sendable {
  private struct State {
    /// What contexts are made from; nil when the keys are wiped.
    var epoch: EpochKeys?
    var free: [KeyContext]
  }

  private let state: Mutex<State>

  init(_ epoch: EpochKeys) throws(VaultError) {
    do throws(VaultFormatError) {
      let free = [try KeyContext(epoch), try KeyContext(epoch)]
      state = Mutex(State(epoch: epoch, free: free))
    } catch {
      throw VaultError(error, "memory")
    }
  }

  /// Lends a context, turned to an object.
  /// - Throws: What `body` throws; `noMemory` where the system locks no more, and when the keys are wiped.
  func with<Result, Failure: Error>(
    _ id: ObjectID, _ body: (KeyContext) throws(Failure) -> Result,
    noMemory: () -> Failure
  ) throws(Failure) -> Result {
    let (taken, epoch) = state.withLock { ($0.free.popLast(), $0.epoch) }
    guard let context = taken ?? epoch.flatMap({ try? KeyContext($0) }) else { throw noMemory() }
    defer {
      // One that comes back after the keys are wiped is the last to have them.
      state.withLock { if $0.epoch != nil { $0.free.append(context) } }
    }
    context.turn(to: id)
    return try body(context)
  }

  /// Lends a context for a request.
  func lend<Result>(
    _ id: ObjectID, _ body: (KeyContext) throws(Errno) -> Result
  ) throws(Errno) -> Result {
    try with(id, body) { .noMemory }
  }

  /// Lets go of the keys and of all contexts; none is lent any more.
  func wipe() {
    state.withLock { $0 = State(epoch: nil, free: []) }
  }
}
