import ByteReading

extension LMStudio {
  /// What stands between `<think>` and `</think>`, or behind a `<think>` that has no end: so a model's
  /// reasoning is stored where the application was not told to take it apart.
  static func thoughts(in text: StoredText) -> [StoredText] {
    let open = Array("<think>".utf8)
    let close = Array("</think>".utf8)
    let bytes = text.bytes
    var found: [StoredText] = []
    var begin: Int?
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "<") else {
        index += 1
        continue
      }
      if let from = begin, bytes[index...].starts(with: close) {
        found.append(StoredText(bytes: Array(bytes[from..<index])))
        begin = nil
        index += close.count
      } else if begin == nil, bytes[index...].starts(with: open) {
        index += open.count
        begin = index
      } else {
        index += 1
      }
    }
    if let begin { found.append(StoredText(bytes: Array(bytes[begin...]))) }
    return found
  }
}
