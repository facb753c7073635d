/// The bytes libFuzzer made, with decisions taken from their end.
///
/// From the end, because a decoder's own bytes are at the beginning then: seeds are real files with a
/// few bytes behind them, and a mutation of the file does not change the decisions.
struct FuzzInput {
  private(set) var bytes: [UInt8]

  init(_ data: UnsafePointer<UInt8>?, _ count: Int) {
    bytes = Array(UnsafeBufferPointer(start: data, count: data == nil ? 0 : count))
  }

  /// The last byte, taken off; 0 when there is none.
  mutating func takeByte() -> UInt8 {
    bytes.popLast() ?? 0
  }

  /// The last four bytes, least significant first, taken off.
  mutating func takeNumber() -> Int {
    var number = 0
    for _ in 0..<4 { number = number << 8 | Int(takeByte()) }
    return number
  }

  /// The last `count` bytes, or as many as there are, taken off.
  mutating func takeBytes(_ count: Int) -> [UInt8] {
    let taken = Array(bytes.suffix(count))
    bytes.removeLast(taken.count)
    return taken
  }
}
