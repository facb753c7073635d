/// Tells which stretches of a file are holes, asked from its beginning to its end.
struct HoleScan {
  private let file: FileHandle?
  /// Whether there may be holes at all.
  let isSparse: Bool
  /// The stretch of data that was found last; between the place asked about and it is only a hole.
  private var data: UInt64 = 0
  private var dataEnd: UInt64 = 0

  /// Makes a scan; a file that takes as much of the medium as it is long is not asked.
  init(_ file: FileHandle, _ facts: FileFacts) {
    self.file = file
    isSparse = facts.allocated < facts.size
  }

  /// A scan of what is no file.
  static let none = HoleScan()

  private init() {
    file = nil
    isSparse = false
  }

  /// Whether nothing but a hole is in the stretch.
  mutating func isHole(_ stretch: Range<UInt64>) throws(VaultError) -> Bool {
    guard isSparse, let file else { return false }
    if dataEnd <= stretch.lowerBound {
      data = try file.nextData(from: stretch.lowerBound) ?? .max
      dataEnd = data == .max ? .max : max(try file.nextHole(from: data), data)
    }
    return data >= stretch.upperBound
  }
}
