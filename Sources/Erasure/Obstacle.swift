import CLinux

/// Why bytes of a file cannot be written over where they lie.
public enum Obstacle: String, Equatable, Sendable {
  /// The file system writes changed bytes to new blocks.
  case copyOnWrite
  /// Another file or a snapshot has the same blocks.
  case shared
  /// They are compressed.
  case compressed
  /// They lie inside the file system's own structures, of which its journal has copies.
  case inline
  /// The file system does not say where they lie.
  case unplaced

  init?(extentFlags flags: UInt32) {
    func has(_ flag: Int32) -> Bool { flags & UInt32(bitPattern: flag) != 0 }
    if has(FIEMAP_EXTENT_SHARED) {
      self = .shared
    } else if has(FIEMAP_EXTENT_DATA_INLINE) || has(FIEMAP_EXTENT_DATA_TAIL) {
      self = .inline
    } else if has(FIEMAP_EXTENT_ENCODED), !has(FIEMAP_EXTENT_DATA_ENCRYPTED) {
      self = .compressed
    } else if has(FIEMAP_EXTENT_UNKNOWN) || has(FIEMAP_EXTENT_DELALLOC) {
      self = .unplaced
    } else {
      return nil
    }
  }

  /// The kind of remains that it leaves.
  public var what: NotCovered.What {
    switch self {
    case .copyOnWrite: .copyOnWrite
    case .shared: .reflinks
    case .compressed: .compression
    case .inline: .journals
    case .unplaced: .unknown
    }
  }

  /// One plain sentence, lower case, without a full stop.
  public var why: String {
    switch self {
    case .copyOnWrite:
      "the file system writes changed bytes to new blocks, so the old ones were left as they are"
    case .shared:
      "another file or a snapshot has the same blocks, so they were left as they are"
    case .compressed:
      "it is stored compressed and would be written elsewhere, so it was left as it is"
    case .inline:
      "it is so short that it lies among the file system's own records, which its journal copies"
    case .unplaced:
      "the file system does not say where it lies, so it was left as it is"
    }
  }

  /// Whether writing over the bytes changes them on the device all the same.
  var yieldsToWriting: Bool { self == .inline }
}
