internal import VaultFormat

/// Opening objects.
extension ObjectWorkspace {
  /// Opens an object's file: its head, and its length.
  /// - Throws: `VaultError`; `damaged` where it is not as it was sealed.
  public func open(_ file: FileHandle) throws(VaultError) -> ObjectFile {
    do {
      return try openObject(file, readingAhead: false)
    } catch {
      throw error.error(file.path)
    }
  }

  /// Opens an object's file.
  ///
  /// `readingAhead` reads the head's blocks in the same call, for whoever wants the contents next.
  func openObject(_ file: FileHandle, readingAhead: Bool) throws(ObjectFault) -> ObjectFile {
    fileRead = nil
    let facts = try attempt { () throws(VaultError) in try file.facts() }
    let page = UInt64(ObjectLayout.pageSize)
    guard facts.kind == .file else { throw .notAFile }
    guard facts.size >= page else { throw .length(found: facts.size, expected: page) }
    let wanted = readingAhead ? 1 + ObjectLayout.firstBlocks : 1
    let there = Int(min(facts.size / page, UInt64(wanted)))
    try unsafe fill(group.pages(0, there), from: file, at: 0)
    let object = try openHead(file, facts)
    fileRead = file
    pagesRead = there
    return object
  }

  /// Opens the head that stands in the buffer, and compares the file's length with it.
  private func openHead(
    _ file: FileHandle, _ facts: FileFacts
  ) throws(ObjectFault) -> ObjectFile {
    let page = unsafe UnsafeRawBufferPointer(group.pages(0, 1))
    let head: ObjectHead
    let epoch: EpochKeys
    do throws(VaultFormatError) {
      let prefix = try unsafe ObjectKeys.clearPrefix(page)
      guard let known = volume[prefix.epoch] else {
        throw VaultFormatError(
          .damaged, "head", at: 12, "epoch \(prefix.epoch), which the header does not name")
      }
      epoch = known
      try turn(to: epoch, prefix.id)
      head = try unsafe keys.openHead(page)
    } catch {
      throw .head(error)
    }
    var shape: ObjectShape?
    var expected = UInt64(ObjectLayout.pageSize)
    if head.layout == .blocks {
      shape = ObjectShape(size: head.size)
      guard let shape else { throw .length(found: facts.size, expected: .max) }
      expected = shape.fileLength
    }
    guard facts.size == expected || isTakingLonger && facts.size > expected else {
      throw .length(found: facts.size, expected: expected)
    }
    return ObjectFile(
      file, facts, head, unsafe ObjectHead.digest(ofPage: page), epoch, shape)
  }

  /// Reads exactly a buffer's length.
  func fill(
    _ buffer: UnsafeMutableRawBufferPointer, from file: FileHandle, at offset: UInt64
  ) throws(ObjectFault) {
    let count = try attempt { () throws(VaultError) in
      try unsafe file.read(at: offset, into: buffer)
    }
    guard count == buffer.count else {
      throw .length(found: offset + UInt64(count), expected: offset + UInt64(buffer.count))
    }
  }

  /// Calls the system; its refusal is a fault.
  func attempt<Result>(
    _ call: () throws(VaultError) -> Result
  ) throws(ObjectFault) -> Result {
    do {
      return try call()
    } catch {
      throw .failed(error)
    }
  }
}
