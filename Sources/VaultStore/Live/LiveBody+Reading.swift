internal import Secrets
internal import SystemPackage
internal import VaultFormat

/// What a read found with the node's lock held.
enum ReadStep {
  /// So many bytes were copied or opened.
  case done(Int)
  /// So many whole blocks are in the file, under the seals that were copied.
  case inFile(FileHandle, page: UInt64, blocks: Int)
}

/// Reading contents.
extension LiveBody {
  private static let page = UInt64(ObjectLayout.pageSize)

  /// Reads one block, wherever it is.
  ///
  /// - Parameter plaintext: Takes 4,096 bytes.
  /// - Throws: `EIO` where it is not as it was sealed.
  func readBlock(
    _ block: UInt64, into plaintext: UnsafeMutableRawBufferPointer, _ context: KeyContext
  ) throws(Errno) {
    guard let place = ObjectLayout.page(ofBlock: block) else { throw .fileTooLarge }
    let seal = unsafe context.seal.part(0, ObjectLayout.sealLength)
    try unsafe withSeals(from: block, count: 1, context) { unsafe seal.copyMemory(from: $0) }
    if UnsafeRawBufferPointer(seal).isAllZero {
      unsafe plaintext.initializeMemory(as: UInt8.self, repeating: 0)
      return
    }
    if let page = pending(place) {
      guard
        unsafe context.keys.open(
          block: block, page.contents, seal: UnsafeRawBufferPointer(seal), into: plaintext)
      else { throw .ioError }
      return
    }
    guard let file,
      let got = try? unsafe file.read(at: place * Self.page, into: plaintext),
      got == plaintext.count,
      unsafe context.keys.open(
        block: block, UnsafeRawBufferPointer(plaintext), seal: UnsafeRawBufferPointer(seal),
        into: plaintext)
    else { throw .ioError }
  }

  /// Does the next part of a read of whole blocks.
  ///
  /// Blocks that are in the file are left to the caller, who reads and opens them without the lock; their
  /// seals are copied to the context.
  func readStep(
    from block: UInt64, into plaintext: UnsafeMutableRawBufferPointer, _ context: KeyContext
  ) throws(Errno) -> ReadStep {
    let count = min(
      Self.run(from: block, count: plaintext.count / ObjectLayout.pageSize), KeyContext.blocks)
    guard let first = ObjectLayout.page(ofBlock: block) else { throw .fileTooLarge }
    let seals = unsafe context.seals.part(0, count * ObjectLayout.sealLength)
    try unsafe withSeals(from: block, count: count, context) {
      unsafe seals.copyMemory(from: $0)
    }
    // The first blocks that are alike: holes, pending, or in the file.
    let kind = unsafe kind(of: first, seals, at: 0)
    var alike = 1
    while alike < count, unsafe self.kind(of: first + UInt64(alike), seals, at: alike) == kind {
      alike += 1
    }
    let bytes = unsafe UnsafeMutableRawBufferPointer(
      rebasing: plaintext[..<(alike * ObjectLayout.pageSize)])
    switch kind {
    case .hole:
      unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
    case .pending:
      for index in 0..<alike {
        guard let page = pending(first + UInt64(index)) else { throw .ioError }
        let isOpened = unsafe context.keys.open(
          block: block + UInt64(index), page.contents,
          seal: UnsafeRawBufferPointer(Self.seal(index, of: seals)),
          into: UnsafeMutableRawBufferPointer(
            rebasing: bytes[
              (index * ObjectLayout.pageSize)..<((index + 1) * ObjectLayout.pageSize)]))
        guard isOpened else { throw .ioError }
      }
    case .inFile:
      guard let file else { throw .ioError }
      return .inFile(file, page: first, blocks: alike)
    }
    return .done(bytes.count)
  }

  private enum Kind { case hole, pending, inFile }

  private func kind(
    of page: UInt64, _ seals: UnsafeMutableRawBufferPointer, at index: Int
  ) -> Kind {
    if unsafe UnsafeRawBufferPointer(Self.seal(index, of: seals)).isAllZero { return .hole }
    return pending(page) == nil ? .inFile : .pending
  }

  private static func seal(
    _ index: Int, of seals: UnsafeMutableRawBufferPointer
  ) -> UnsafeMutableRawBufferPointer {
    let start = index * ObjectLayout.sealLength
    return unsafe UnsafeMutableRawBufferPointer(
      rebasing: seals[start..<start + ObjectLayout.sealLength])
  }
}

extension UnsafeRawBufferPointer {
  /// Whether all bytes are zero; for few of them.
  @inline(__always)
  var isAllZero: Bool {
    var offset = 0
    while offset &+ 8 <= count {
      guard unsafe loadUnaligned(fromByteOffset: offset, as: UInt64.self) == 0 else { return false }
      offset &+= 8
    }
    while offset < count {
      guard unsafe self[offset] == 0 else { return false }
      offset &+= 1
    }
    return true
  }
}
