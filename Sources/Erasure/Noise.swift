import CLinux
import Glibc

/// Bytes to write over others: no two blocks alike and none that compresses, so that a drive or file
/// system that folds equal or empty blocks together has to write each of them.
///
/// They hide nothing, so they come from a fast generator (xoshiro256++, Blackman and Vigna) which the
/// system's random source starts; the source itself makes a third of a gigabyte a second.
struct Noise {
  private var a: UInt64
  private var b: UInt64
  private var c: UInt64
  private var d: UInt64

  /// Starts from the system's random source.
  init() {
    var seed: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    unsafe withUnsafeMutableBytes(of: &seed) { bytes in
      // Up to 256 bytes come whole once the source is ready, and the call waits for that.
      _ = unsafe getrandom(bytes.baseAddress, bytes.count, 0)
    }
    // All zeros would stay zeros: the one state the generator cannot begin with.
    (a, b, c, d) = (seed.0 | 1, seed.1, seed.2, seed.3)
  }

  /// Fills a buffer; what is left of the last 8 bytes stays as it was.
  mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) {
    let words = unsafe buffer.bindMemory(to: UInt64.self)
    for index in words.indices {
      let sum = a &+ d
      unsafe words[index] = ((sum &<< 23) | (sum &>> 41)) &+ a
      let shifted = b &<< 17
      c ^= a
      d ^= b
      b ^= c
      a ^= d
      c ^= shifted
      d = (d &<< 45) | (d &>> 19)
    }
  }
}
