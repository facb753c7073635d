internal import ByteReading
internal import Synchronization

/// A text stored as UTF-16, delivered as UTF-8.
final class TranscodedSource: ByteSource {
  private struct State {
    var decoder: UTF16Decoder
    /// How many of the stored bytes were taken.
    var taken: UInt64 = 0
    /// UTF-8 that was made and not yet asked for, and its offset.
    var ready: [UInt8] = []
    var readyStart: UInt64 = 0
    var input = [UInt8](repeating: 0, count: 64 << 10)
    var isEnded = false

    mutating func takeInput(
      from source: any ByteSource, for offset: UInt64
    ) throws(ReadingError) -> Int {
      do throws(ReadingError) {
        let position = taken
        let count = try unsafe input.withRawBytes { buffer throws(ReadingError) in
          try unsafe source.read(at: position, into: buffer)
        }
        taken = taken &+ UInt64(count)
        return count
      } catch {
        throw ReadingError(error.code, at: offset, error.text)
      }
    }
  }

  private let source: any ByteSource
  private let bigEndian: Bool
  private let state: Mutex<State>

  init(_ source: any ByteSource, bigEndian: Bool) {
    self.source = source
    self.bigEndian = bigEndian
    state = Mutex(State(decoder: UTF16Decoder(bigEndian: bigEndian)))
  }

  /// Unknown before all was decoded.
  var length: UInt64? { nil }

  func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(ReadingError) -> Int {
    try state.withLock { state throws(ReadingError) -> Int in
      if offset < state.readyStart {
        state = State(decoder: UTF16Decoder(bigEndian: bigEndian))
      }
      while offset >= state.readyStart &+ UInt64(state.ready.count) {
        if state.isEnded { return 0 }
        state.readyStart = state.readyStart &+ UInt64(state.ready.count)
        state.ready.removeAll(keepingCapacity: true)
        let count = try state.takeInput(from: source, for: offset)
        if count > 0 {
          state.decoder.decode(state.input[..<count], into: &state.ready)
        } else {
          state.isEnded = true
          state.decoder.finish(into: &state.ready)
        }
      }
      let start = Int(offset - state.readyStart)
      let count = min(buffer.count, state.ready.count - start)
      unsafe state.ready.withUnsafeBytes { bytes in
        unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + count)]))
      }
      return count
    }
  }
}

/// Turns UTF-16 into UTF-8 piece by piece; half a surrogate pair becomes its three-byte form.
struct UTF16Decoder {
  let bigEndian: Bool
  private var firstByte: UInt8?
  private var high: UInt32?

  init(bigEndian: Bool) {
    self.bigEndian = bigEndian
  }

  mutating func decode(_ bytes: ArraySlice<UInt8>, into output: inout [UInt8]) {
    for byte in bytes {
      guard let first = firstByte else {
        firstByte = byte
        continue
      }
      firstByte = nil
      let unit = bigEndian ? UInt32(first) << 8 | UInt32(byte) : UInt32(byte) << 8 | UInt32(first)
      if let high {
        self.high = nil
        if unit & 0xFC00 == 0xDC00 {
          Self.append(0x10000 + ((high & 0x3FF) << 10 | unit & 0x3FF), to: &output)
          continue
        }
        Self.append(high, to: &output)
      }
      if unit & 0xFC00 == 0xD800 { high = unit } else { Self.append(unit, to: &output) }
    }
  }

  /// Ends the text; a last odd byte is no character, as SQLite has it.
  mutating func finish(into output: inout [UInt8]) {
    if let high { Self.append(high, to: &output) }
    high = nil
  }

  private static func append(_ scalar: UInt32, to output: inout [UInt8]) {
    func trailing(_ shift: UInt32) -> UInt8 {
      0x80 | UInt8(truncatingIfNeeded: scalar >> shift & 0x3F)
    }
    switch scalar {
    case ..<0x80:
      output.append(UInt8(truncatingIfNeeded: scalar))
    case ..<0x800:
      output.append(0xC0 | UInt8(truncatingIfNeeded: scalar >> 6))
      output.append(trailing(0))
    case ..<0x10000:
      output.append(0xE0 | UInt8(truncatingIfNeeded: scalar >> 12))
      output.append(trailing(6))
      output.append(trailing(0))
    default:
      output.append(0xF0 | UInt8(truncatingIfNeeded: scalar >> 18))
      output.append(trailing(12))
      output.append(trailing(6))
      output.append(trailing(0))
    }
  }
}
