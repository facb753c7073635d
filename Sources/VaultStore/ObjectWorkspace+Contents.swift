internal import SystemPackage
internal import VaultFormat

/// What can be done with the contents of an object that is open.
///
/// `others` work side by side with this one where the contents are long.
extension ObjectWorkspace {
  /// Compares the contents, every block opened, with a file of plaintext.
  ///
  /// Reads whatever the system has in memory; a read-back of the medium asks `dropPages` of the file
  /// that was written, before it is opened here.
  /// - Returns: Whether length and bytes are the same.
  /// - Throws: `VaultError`; `damaged` where the object is not as it was sealed.
  public func matches(
    _ object: ObjectFile, _ plaintext: FileHandle, with others: [ObjectWorkspace] = []
  ) throws(VaultError) -> Bool {
    guard try plaintext.facts().size == object.head.size else { return false }
    if object.shape == nil {
      return try plaintext.readAll(limit: ObjectLayout.pageSize) == object.head.contents
    }
    do throws(ObjectFault) {
      try readBlocks(of: object, into: ComparingSink(plaintext: plaintext), with: others)
      return true
    } catch {
      if case .differs = error { return false }
      throw error.error(object.file.path)
    }
  }

  /// Checks every page: seals, seal pages, the root.
  /// - Throws: `VaultError`; `damaged` where the object is not as it was sealed.
  public func verify(
    _ object: ObjectFile, with others: [ObjectWorkspace] = []
  ) throws(VaultError) {
    do throws(ObjectFault) {
      try readBlocks(of: object, into: CheckingSink(), with: others)
    } catch {
      throw error.error(object.file.path)
    }
  }

  /// Writes the contents in the clear into an empty file; holes stay holes.
  /// - Throws: `VaultError`; `damaged` where the object is not as it was sealed, and the file is then
  ///   of no use.
  public func extract(
    _ object: ObjectFile, to plaintext: FileHandle, with others: [ObjectWorkspace] = []
  ) throws(VaultError) {
    guard object.shape != nil else { return try plaintext.write(at: 0, object.head.contents) }
    try plaintext.truncate(to: object.head.size)
    do throws(ObjectFault) {
      try readBlocks(of: object, into: ExtractingSink(plaintext: plaintext), with: others)
    } catch {
      throw error.error(object.file.path)
    }
  }

  /// The contents in memory, for those that are short: a link's target, attributes.
  /// - Throws: `VaultError`; `damaged` where there are more than `limit` bytes, or the object is not
  ///   as it was sealed.
  public func contents(
    of object: ObjectFile, limit: Int = 1 << 26
  ) throws(VaultError) -> [UInt8] {
    do throws(ObjectFault) {
      return try collect(object, limit: limit)
    } catch {
      throw error.error(object.file.path)
    }
  }

  /// The contents in memory.
  func collect(
    _ object: ObjectFile, limit: Int, with others: [ObjectWorkspace] = []
  ) throws(ObjectFault) -> [UInt8] {
    guard object.shape != nil else { return object.head.contents }
    guard object.head.size <= UInt64(limit) else {
      throw .length(found: object.head.size, expected: UInt64(limit))
    }
    let sink = CollectingSink(count: Int(object.head.size))
    try readBlocks(of: object, into: sink, with: others)
    return sink.collected
  }
}
