internal import Secrets

/// Sealing and opening of blocks.
///
/// Nothing here allocates: a store of a gibibyte has a quarter of a million blocks.
extension ObjectKeys {
  /// What a block's tag binds it to: object id ‖ number.
  @inline(__always)
  private func withAssociatedData<Result>(
    of block: UInt64, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    var data = (id, block.littleEndian)
    return unsafe withUnsafeBytes(of: &data) { unsafe body($0) }
  }

  /// Seals one block under a given nonce, which must never have been used with these keys.
  ///
  /// - Parameters:
  ///   - block: The block's number.
  ///   - plaintext: 4,096 bytes, the last block's filled up with zeros.
  ///   - page: Takes 4,096 bytes; may be where the plaintext is.
  ///   - seal: 40 bytes that begin with the nonce; takes the tag behind it.
  public borrowing func seal(
    block: UInt64, _ plaintext: UnsafeRawBufferPointer,
    into page: UnsafeMutableRawBufferPointer, seal: UnsafeMutableRawBufferPointer
  ) {
    Self.expect(1, plaintext.count, page.count, seal.count)
    guard let plaintext = plaintext.baseAddress, let page = page.baseAddress,
      let seal = seal.baseAddress
    else { return }
    unsafe withBlockKey { key in
      unsafe sealOne(block, plaintext, page, seal, key)
    }
  }

  /// Seals a run of consecutive blocks, their nonces drawn at once.
  ///
  /// - Parameters:
  ///   - first: The number of the first block.
  ///   - plaintext: 4,096 bytes for each.
  ///   - pages: Takes 4,096 bytes for each; may be where the plaintext is.
  ///   - seals: Takes 40 bytes for each.
  public borrowing func seal(
    blocksFrom first: UInt64, _ plaintext: UnsafeRawBufferPointer,
    into pages: UnsafeMutableRawBufferPointer, seals: UnsafeMutableRawBufferPointer
  ) {
    let count = seals.count / ObjectLayout.sealLength
    Self.expect(count, plaintext.count, pages.count, seals.count)
    guard let plaintext = plaintext.baseAddress, let pages = pages.baseAddress,
      let start = seals.baseAddress
    else { return }
    // The nonces are drawn to the end of the seals, which leaves room for a tag each, and moved
    // forward one by one: a tag ends before the next nonce that has not been moved.
    let tags = count &* DetachedAEAD.tagLength
    unsafe Sodium.fillRandom(seals.part(at: tags, count &* DetachedAEAD.nonceLength))
    unsafe withBlockKey { key in
      for index in 0..<count {
        let seal = unsafe start + index &* ObjectLayout.sealLength
        unsafe seal.copyMemory(
          from: start + tags + index &* DetachedAEAD.nonceLength,
          byteCount: DetachedAEAD.nonceLength)
        let place = index &* ObjectLayout.pageSize
        unsafe sealOne(first &+ UInt64(index), plaintext + place, pages + place, seal, key)
      }
    }
  }

  /// Opens one block, or only checks it.
  ///
  /// - Parameters:
  ///   - block: The block's number.
  ///   - page: 4,096 bytes of ciphertext.
  ///   - seal: 40 bytes; zeros for a hole, whose page must be zeros too.
  ///   - plaintext: Takes 4,096 bytes, and may be where the page is; nil where the tag alone is to be
  ///     checked.
  /// - Returns: Whether the block is as it was sealed. If not, the plaintext is of no use.
  public borrowing func open(
    block: UInt64, _ page: UnsafeRawBufferPointer, seal: UnsafeRawBufferPointer,
    into plaintext: UnsafeMutableRawBufferPointer?
  ) -> Bool {
    Self.expect(1, unsafe plaintext?.count ?? page.count, page.count, seal.count)
    guard let page = page.baseAddress, let seal = seal.baseAddress else { return false }
    return unsafe withBlockKey { key in
      unsafe openOne(block, page, seal, plaintext?.baseAddress, key)
    }
  }

  /// Opens a run of consecutive blocks, or only checks them.
  ///
  /// - Parameters:
  ///   - first: The number of the first block.
  ///   - pages: 4,096 bytes of ciphertext for each.
  ///   - seals: 40 bytes for each.
  ///   - plaintext: Takes 4,096 bytes for each, and may be where the pages are; nil where the tags alone
  ///     are to be checked.
  /// - Returns: The number of blocks before the first that is not as it was sealed; all of them
  ///   where there is none. Plaintext from there on is of no use.
  public borrowing func open(
    blocksFrom first: UInt64, _ pages: UnsafeRawBufferPointer, seals: UnsafeRawBufferPointer,
    into plaintext: UnsafeMutableRawBufferPointer?
  ) -> Int {
    let count = seals.count / ObjectLayout.sealLength
    Self.expect(count, unsafe plaintext?.count ?? pages.count, pages.count, seals.count)
    guard let pages = pages.baseAddress, let seals = seals.baseAddress else { return 0 }
    let start = unsafe plaintext?.baseAddress
    return unsafe withBlockKey { key in
      for index in 0..<count {
        let place = index &* ObjectLayout.pageSize
        let isSealed = unsafe openOne(
          first &+ UInt64(index), pages + place, seals + index &* ObjectLayout.sealLength,
          start.map { unsafe $0 + place }, key)
        guard isSealed else { return index }
      }
      return count
    }
  }

  @inline(__always)
  private borrowing func sealOne(
    _ block: UInt64, _ plaintext: UnsafeRawPointer, _ page: UnsafeMutableRawPointer,
    _ seal: UnsafeMutableRawPointer, _ key: UnsafeRawPointer
  ) {
    unsafe withAssociatedData(of: block) { associated in
      unsafe DetachedAEAD.seal(
        plaintext, ObjectLayout.pageSize, into: page, tag: seal + DetachedAEAD.nonceLength,
        nonce: seal, associated: associated, key: key)
    }
  }

  @inline(__always)
  private borrowing func openOne(
    _ block: UInt64, _ page: UnsafeRawPointer, _ seal: UnsafeRawPointer,
    _ plaintext: UnsafeMutableRawPointer?, _ key: UnsafeRawPointer
  ) -> Bool {
    if unsafe UnsafeRawBufferPointer(start: seal, count: ObjectLayout.sealLength).isZero {
      // Before the plaintext is written, which may be where the page is.
      let isHole = unsafe UnsafeRawBufferPointer(start: page, count: ObjectLayout.pageSize).isZero
      unsafe plaintext?.initializeMemory(
        as: UInt8.self, repeating: 0, count: ObjectLayout.pageSize)
      return isHole
    }
    return unsafe withAssociatedData(of: block) { associated in
      unsafe DetachedAEAD.open(
        page, ObjectLayout.pageSize, into: plaintext, tag: seal + DetachedAEAD.nonceLength,
        nonce: seal, associated: associated, key: key)
    }
  }

  /// Buffers of the wrong length are a mistake in this program, never in a file.
  @inline(__always)
  private static func expect(_ count: Int, _ plaintext: Int, _ pages: Int, _ seals: Int) {
    let length = count &* ObjectLayout.pageSize
    precondition(
      plaintext == length && pages == length && seals == count &* ObjectLayout.sealLength,
      "a block is 4096 bytes and its seal 40")
  }
}
