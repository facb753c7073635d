internal import CLinux
internal import Glibc
internal import SystemPackage

/// Contents in the clear, passed through as they are; no lock is held meanwhile.
extension BulkNode {
  /// Reads contents; fewer bytes than asked for only at the end.
  func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(Errno) -> Int {
    try unsafe file(writing: false).read(at: offset, into: buffer)
  }

  /// Writes contents.
  func write(at offset: UInt64, _ bytes: UnsafeRawBufferPointer) throws(Errno) {
    try unsafe file(writing: true).write(at: offset, bytes)
  }

  /// Cuts the file, or lengthens it by a hole.
  func resize(to size: UInt64) throws(Errno) {
    let file = try file(writing: true)
    guard let size = off_t(exactly: size) else { throw .fileTooLarge }
    try BulkDescriptor.check { ftruncate(file.raw, size) }
  }

  /// Changes how much room a stretch takes.
  func allocate(
    at offset: UInt64, count: UInt64, _ mode: AllocationMode
  ) throws(Errno) {
    guard kind == .file else { throw Errno(rawValue: ENODEV) }
    let file = try file(writing: true)
    guard let offset = off_t(exactly: offset), let count = off_t(exactly: count) else {
      throw .fileTooLarge
    }
    let flags: Int32 =
      switch mode {
      case .extend: 0
      case .keepSize: sotto_FALLOC_KEEP_SIZE
      case .punchHole: sotto_FALLOC_PUNCH_HOLE | sotto_FALLOC_KEEP_SIZE
      case .zeroRange: sotto_FALLOC_ZERO_RANGE
      }
    try BulkDescriptor.check { sotto_fallocate(file.raw, flags, offset, count) }
  }

  /// Waits until it is on the medium.
  func sync() throws(Errno) {
    let file: BulkDescriptor
    switch kind {
    case .file: file = try self.file(writing: false)
    case .folder: file = try anchored { (anchor) throws(Errno) in try anchor.reopenFolder() }
    default: return
    }
    try BulkDescriptor.check { fsync(file.raw) }
  }

  /// Where a link points.
  func target() throws(Errno) -> [UInt8] {
    guard kind == .link else { throw .invalidArgument }
    let anchor = try anchor()
    return try unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) {
      (room) throws(Errno) -> [UInt8] in
      guard let start = room.baseAddress else { return [] }
      let count = unsafe readlinkat(anchor.raw, "", start, room.count)
      guard count >= 0 else { throw Errno(rawValue: errno) }
      return unsafe room[..<count].map { UInt8(bitPattern: $0) }
    }
  }
}
