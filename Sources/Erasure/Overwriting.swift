import CLinux
import Glibc
public import SystemPackage

/// What came of overwriting a file.
public enum OverwriteResult: Equatable, Sendable {
  /// Every byte that is stored was written over in place.
  case overwritten(bytes: Int64)
  /// Some of it, `left` bytes, could not be, for the first reason met.
  case notInPlace(Obstacle, left: Int64)
}

/// Writing random bytes over a file's own, where they lie.
public enum Overwriting {
  /// Writes random bytes over every stored byte of a file, to the end of its last block.
  ///
  /// Holes stay holes. Where the bytes would only be written to new blocks, nothing is written and the
  /// result says why. Nothing is synced: the caller does that for many files at once, before they are
  /// unlinked.
  /// - Parameters:
  ///   - file: a descriptor open for writing; its position is of no account and may change.
  ///   - path: the file's name, for errors.
  /// - Throws: `ErasureError` with the system's reason; part of the file may have been overwritten.
  public static func overwrite(
    _ file: FileDescriptor, at path: FilePath
  ) throws(ErasureError) -> OverwriteResult {
    do {
      return try overwrite(file)
    } catch {
      throw ErasureError("overwrite", path, error)
    }
  }

  /// The bytes of one write: below the size from which the allocator maps pages anew each time.
  private static let chunk = 1 << 16

  private static func overwrite(_ file: FileDescriptor) throws(Errno) -> OverwriteResult {
    var status = stat()
    var system = statfs()
    guard unsafe fstat(file.rawValue, &status) == 0, unsafe fstatfs(file.rawValue, &system) == 0
    else { throw Errno(rawValue: errno) }
    let size = Int64(status.st_size)
    if FileSystemKind.writesElsewhere(magic: UInt32(truncatingIfNeeded: system.f_type)),
      !refusesCopyOnWrite(file)
    {
      return size == 0 ? .overwritten(bytes: 0) : .notInPlace(.copyOnWrite, left: size)
    }
    let end = lastBlockEnd(size: size, block: Int64(system.f_bsize))
    var extents = FileExtents(file, end: end)
    var (written, left): (Int64, Int64) = (0, 0)
    var first: Obstacle?
    var noise = Noise()
    let room = Int(min(Int64(chunk), (end | 7) + 1))
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 4096)
    defer { unsafe buffer.deallocate() }
    while let extent = try extents.next() {
      if let obstacle = extent.obstacle {
        first = first ?? obstacle
        left += extent.range.upperBound - extent.range.lowerBound
        if !obstacle.yieldsToWriting { continue }
      }
      var position = extent.range.lowerBound
      while position < extent.range.upperBound {
        let count = Int(min(extent.range.upperBound - position, Int64(room)))
        unsafe noise.fill(UnsafeMutableRawBufferPointer(rebasing: buffer[..<((count + 7) & ~7)]))
        let part = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<count])
        position += Int64(try unsafe write(part, to: file, at: position))
      }
      written += extent.range.upperBound - extent.range.lowerBound
    }
    if let first { return .notInPlace(first, left: left) }
    return .overwritten(bytes: written)
  }

  /// Where the block ends that holds the file's last byte: writing to there needs no reading first,
  /// and no room that the file does not have already.
  private static func lastBlockEnd(size: Int64, block: Int64) -> Int64 {
    guard block > 0, block <= 1 << 16, size > 0, size % block != 0 else { return size }
    let (end, overflows) = size.addingReportingOverflow(block - size % block)
    return overflows ? size : end
  }

  /// Whether the file is marked to be written in place on a file system that otherwise is not.
  private static func refusesCopyOnWrite(_ file: FileDescriptor) -> Bool {
    var flags: UInt32 = 0
    return unsafe sotto_get_flags(file.rawValue, &flags) == 0
      && flags & sotto_FS_NO_COPY_ON_WRITE != 0
  }

  private static func write(
    _ bytes: UnsafeRawBufferPointer, to file: FileDescriptor, at position: Int64
  ) throws(Errno) -> Int {
    while true {
      let count = unsafe pwrite(file.rawValue, bytes.baseAddress, bytes.count, off_t(position))
      if count > 0 { return count }
      let reason = count == 0 ? Errno.noSpace : Errno(rawValue: errno)
      if reason != .interrupted { throw reason }
    }
  }
}
