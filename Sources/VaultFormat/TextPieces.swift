internal import Secrets

extension SecureBytes {
  /// Where the pieces of a text are that stand between separators.
  borrowing func pieces(separatedBy isSeparator: (UInt8) -> Bool) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var start = 0
    for place in 0..<count where isSeparator(self[place]) {
      if start < place { pieces.append(start..<place) }
      start = place + 1
    }
    if start < count { pieces.append(start..<count) }
    return pieces
  }
}

extension UInt8 {
  /// Whether the byte is a space, a tab or ends a line.
  var isWhiteSpace: Bool { self == 0x20 || (0x09...0x0d).contains(self) }

  /// A capital of ASCII as its small letter; every other byte as it is.
  var lowered: UInt8 { isCapital ? self | 0x20 : self }

  /// Whether the byte is a capital of ASCII.
  var isCapital: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }

  /// Whether the byte is a small letter of ASCII.
  var isSmall: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
}
