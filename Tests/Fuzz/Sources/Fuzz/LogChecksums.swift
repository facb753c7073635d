/// Gives a write-ahead log the checksums of its present bytes (SQLite file format section 4.2).
///
/// The running sum would stop nearly every mutation at the frame it is in, and nothing behind the sum
/// would ever be tried.
enum LogChecksums {
  static func repair(_ log: inout [UInt8]) {
    guard log.count >= 32 else { return }
    let isBigEndian = log[3] & 1 == 1
    let pageSize = Int(word(log, 8, true) & 0xFFFF)
    guard pageSize >= 512 else { return }
    let salts = Array(log[16..<24])
    var sum: (UInt32, UInt32) = (0, 0)
    add(log, 0..<24, isBigEndian, &sum)
    put(sum, &log, 24)
    var frame = 32
    while frame + 24 + pageSize <= log.count {
      log.replaceSubrange((frame + 8)..<(frame + 16), with: salts)
      add(log, frame..<(frame + 8), isBigEndian, &sum)
      add(log, (frame + 24)..<(frame + 24 + pageSize), isBigEndian, &sum)
      put(sum, &log, frame + 16)
      frame += 24 + pageSize
    }
  }

  private static func word(_ bytes: [UInt8], _ at: Int, _ isBigEndian: Bool) -> UInt32 {
    (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[at + (isBigEndian ? $1 : 3 - $1)]) }
  }

  private static func add(
    _ bytes: [UInt8], _ range: Range<Int>, _ isBigEndian: Bool, _ sum: inout (UInt32, UInt32)
  ) {
    for at in stride(from: range.lowerBound, to: range.upperBound - 7, by: 8) {
      sum.0 = sum.0 &+ word(bytes, at, isBigEndian) &+ sum.1
      sum.1 = sum.1 &+ word(bytes, at + 4, isBigEndian) &+ sum.0
    }
  }

  private static func put(_ sum: (UInt32, UInt32), _ bytes: inout [UInt8], _ at: Int) {
    for index in 0..<4 {
      bytes[at + index] = UInt8(truncatingIfNeeded: sum.0 >> UInt32(24 - 8 * index))
      bytes[at + 4 + index] = UInt8(truncatingIfNeeded: sum.1 >> UInt32(24 - 8 * index))
    }
  }
}
