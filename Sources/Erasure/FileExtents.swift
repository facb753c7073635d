import CLinux
import Glibc
import SystemPackage

/// One run of a file's bytes that is stored, and what speaks against writing over it in place.
struct FileExtent {
  var range: Range<Int64>
  var obstacle: Obstacle?
}

/// Walks the runs of a file that are stored, as the file system tells them, in the order of the file.
///
/// The file system's own map (FIEMAP) says of each run whether it is shared, compressed or not placed
/// yet. File systems without such a map tell only where there is data.
struct FileExtents {
  private let file: FileDescriptor
  private let end: Int64
  private var position: Int64 = 0
  private var pending: [FileExtent] = []
  private var hasMap = true
  private var isFinished = false

  /// A walk over the bytes of `file` before `end`.
  init(_ file: FileDescriptor, end: Int64) {
    self.file = file
    self.end = end
    isFinished = end <= 0
  }

  /// The next run, clipped to the file's end; nil behind the last.
  /// - Throws: the system's reason.
  mutating func next() throws(Errno) -> FileExtent? {
    while pending.isEmpty, !isFinished {
      if hasMap { try readMap() } else { try seek() }
    }
    return pending.popLast()
  }

  private mutating func readMap() throws(Errno) {
    let capacity = 128
    var reason: Errno?
    let raw = unsafe [sotto_extent](unsafeUninitializedCapacity: capacity) { buffer, count in
      // FIEMAP_FLAG_SYNC: what is only in memory yet gets its place first.
      let found = unsafe sotto_extents(
        file.rawValue, UInt64(position), UInt32(FIEMAP_FLAG_SYNC), buffer.baseAddress,
        UInt32(capacity))
      if found < 0 { reason = Errno(rawValue: errno) }
      count = max(0, Int(found))
    }
    if let reason {
      guard
        reason == .notSupported || reason == .inappropriateIOCTLForDevice
          || reason == .invalidArgument
      else { throw reason }
      hasMap = false
      return
    }
    isFinished = raw.count < capacity
    for extent in raw {
      let start = Int64(clamping: extent.logical)
      let (stop, overflows) = start.addingReportingOverflow(Int64(clamping: extent.length))
      let range = max(start, position)..<max(start, position, overflows ? end : min(stop, end))
      position = range.upperBound
      if extent.flags & UInt32(FIEMAP_EXTENT_LAST) != 0 || position >= end { isFinished = true }
      // A run that was reserved and never written holds nothing of the file.
      if extent.flags & UInt32(FIEMAP_EXTENT_UNWRITTEN) != 0 || range.isEmpty { continue }
      pending.append(FileExtent(range: range, obstacle: Obstacle(extentFlags: extent.flags)))
    }
    pending.reverse()
  }

  private mutating func seek() throws(Errno) {
    let start: Int64
    do {
      start = try seek(from: position, sotto_SEEK_DATA)
    } catch .noSuchAddressOrDevice {
      isFinished = true
      return
    } catch .invalidArgument {
      // No word on holes: all of it is data.
      isFinished = true
      pending.append(FileExtent(range: position..<end))
      return
    }
    let stop = min(end, try seek(from: start, sotto_SEEK_HOLE))
    guard start < stop else {
      isFinished = true
      return
    }
    // The hole that ends every file begins at its length, in front of the rest of the last block.
    pending.append(FileExtent(range: start..<stop))
    position = stop
    isFinished = position >= end
  }

  private func seek(from: Int64, _ whence: Int32) throws(Errno) -> Int64 {
    let found = lseek(file.rawValue, off_t(from), whence)
    guard found >= 0 else { throw Errno(rawValue: errno) }
    return Int64(found)
  }
}
