internal import ByteReading
internal import Synchronization

/// The bytes of one text or blob, streamed from the page they begin in and the chain of pages
/// behind.
final class ValueSource: ByteSource {
  private struct State {
    /// The part of the value that is in the row's own page.
    var local: [UInt8] = []
    var length = 0
    /// Where in the chain the rest of the value begins.
    var chainStart = 0
    var chain: OverflowReader
  }

  private let state: Mutex<State>

  init(_ snapshot: DatabaseSnapshot) {
    state = Mutex(State(chain: OverflowReader(snapshot)))
  }

  /// Turns to the `length` bytes at `offset` of the row `payload` on `page`.
  func begin(_ page: TreePage, _ payload: CellPayload, offset: Int, length: Int) {
    state.withLock { state in
      let end = min(offset + length, payload.local)
      state.local.removeAll(keepingCapacity: true)
      if offset < end {
        state.local.append(contentsOf: page.bytes[(payload.start + offset)..<(payload.start + end)])
      }
      state.length = length
      state.chainStart = max(0, offset - payload.local)
      state.chain.begin(payload.overflow, length: payload.total - payload.local)
    }
  }

  /// Turns to `bytes`, which are no row's.
  func begin(_ bytes: [UInt8]) {
    state.withLock { state in
      state.local = bytes
      state.length = bytes.count
    }
  }

  var length: UInt64? { UInt64(state.withLock { $0.length }) }

  func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(ReadingError) -> Int {
    try state.withLock { state throws(ReadingError) -> Int in
      guard offset < UInt64(state.length) else { return 0 }
      let start = Int(offset)
      let wanted = min(buffer.count, state.length - start)
      var done = 0
      if start < state.local.count {
        done = min(wanted, state.local.count - start)
        unsafe state.local.withUnsafeBytes { bytes in
          unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<done])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + done)]))
        }
        if done == wanted { return done }
      }
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done..<wanted])
      let position = state.chainStart + start + done - state.local.count
      do throws(ReadingError) {
        return done + (try unsafe state.chain.read(at: position, into: rest))
      } catch {
        if done > 0 { return done }
        throw ReadingError(error.code, at: offset, error.text)
      }
    }
  }
}
