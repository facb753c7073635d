internal import Secrets

/// Sealing and opening of heads.
extension ObjectKeys {
  private static let noncePlace = 32
  private static let bodyPlace = 56
  private static let tagPlace = 4080

  /// Reads what a head says without a key: which epoch and object, hence which keys.
  /// - Throws: `damaged`, or `newer` where version or cipher are not known.
  public static func clearPrefix(
    _ page: UnsafeRawBufferPointer
  ) throws(VaultFormatError) -> ObjectPrefix {
    try unsafe ObjectPrefix(parsing: page)
  }

  /// Seals a head with a fresh nonce into a page.
  /// - Throws: `damaged` where the head is of another object or exceeds a limit; the page is then
  ///   of no use.
  public borrowing func seal(
    head: ObjectHead, into page: UnsafeMutableRawBufferPointer
  ) throws(VaultFormatError) {
    precondition(page.count == ObjectLayout.pageSize, "a head is one page")
    unsafe Sodium.fillRandom(page.part(at: Self.noncePlace, DetachedAEAD.nonceLength))
    try unsafe seal(headWithNonceSet: head, into: page)
  }

  /// Seals a head under the nonce that already stands in the page.
  borrowing func seal(
    headWithNonceSet head: ObjectHead, into page: UnsafeMutableRawBufferPointer
  ) throws(VaultFormatError) {
    guard head.id == id, head.epoch == epoch.number else {
      throw ObjectHead.damaged(16, "the head of another object or epoch")
    }
    unsafe ObjectPrefix(epoch: epoch.number, id: id).write(to: page)
    let body = unsafe page.part(at: Self.bodyPlace, ObjectHead.bodyLength)
    try unsafe head.write(to: body)
    guard let start = page.baseAddress else { return }
    unsafe withHeadKey { key in
      unsafe DetachedAEAD.seal(
        start + Self.bodyPlace, ObjectHead.bodyLength, into: start + Self.bodyPlace,
        tag: start + Self.tagPlace, nonce: start + Self.noncePlace,
        associated: UnsafeRawBufferPointer(start: start, count: ObjectPrefix.count), key: key)
    }
  }

  /// Opens a head.
  /// - Throws: `damaged` where it is not as it was sealed or of another object, `newer` where
  ///   version, cipher, kind or layout are not known.
  public borrowing func openHead(
    _ page: UnsafeRawBufferPointer
  ) throws(VaultFormatError) -> ObjectHead {
    guard page.count == ObjectLayout.pageSize, let start = page.baseAddress else {
      throw ObjectHead.damaged(page.count, "is not one page")
    }
    let prefix = try unsafe ObjectPrefix(parsing: page)
    guard prefix.id == id, prefix.epoch == epoch.number else {
      throw ObjectHead.damaged(12, "the head of another object or epoch")
    }
    return try unsafe withUnsafeTemporaryAllocation(
      byteCount: ObjectHead.bodyLength, alignment: 16
    ) { (body) throws(VaultFormatError) -> ObjectHead in
      let isSealed = unsafe withHeadKey { key in
        unsafe DetachedAEAD.open(
          start + Self.bodyPlace, ObjectHead.bodyLength, into: body.baseAddress,
          tag: start + Self.tagPlace, nonce: start + Self.noncePlace,
          associated: page.part(at: 0, ObjectPrefix.count), key: key)
      }
      guard isSealed else { throw ObjectHead.damaged(56, "is not as it was sealed") }
      return try unsafe ObjectHead(body: UnsafeRawBufferPointer(body), id: id, epoch: prefix.epoch)
    }
  }
}
