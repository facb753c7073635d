internal import Secrets

/// The body of a head, 4,024 bytes: what is encrypted of it.
extension ObjectHead {
  static let bodyLength = 4024
  private static let attributesPlace = 160
  private static let sealsPlace = 1464

  /// Reads an opened body.
  /// - Throws: `damaged`, or `newer` where kind or layout are not known.
  init(
    body: UnsafeRawBufferPointer, id: ObjectID, epoch: UInt32
  ) throws(VaultFormatError) {
    guard body.count == Self.bodyLength else {
      throw Self.damaged(0, "a body of \(body.count) bytes")
    }
    guard let kind = unsafe ObjectKind(rawValue: body[0]) else {
      throw unsafe VaultFormatError(.newer, "head", at: 0, "kind \(body[0])")
    }
    guard let layout = unsafe ContentsLayout(rawValue: body[1]) else {
      throw unsafe VaultFormatError(.newer, "head", at: 1, "layout \(body[1])")
    }
    self.init(kind, id: id, epoch: epoch)
    self.layout = layout
    mode = unsafe body.stored(UInt16.self, at: 2)
    owner = unsafe body.stored(UInt32.self, at: 4)
    group = unsafe body.stored(UInt32.self, at: 8)
    generation = unsafe body.stored(UInt64.self, at: 16)
    size = unsafe body.stored(UInt64.self, at: 24)
    modified = unsafe body.storedTime(at: 32)
    accessed = unsafe body.storedTime(at: 44)
    born = unsafe body.storedTime(at: 56)
    root = unsafe body.storedDigest(at: 72)
    attributesID = unsafe body.storedID(at: 104)
    attributesDigest = unsafe body.storedDigest(at: 120)
    let attributesLength = unsafe Int(body.stored(UInt16.self, at: 152))
    try unsafe Self.expectZero(body, 12..<16)
    try unsafe Self.expectZero(body, 68..<72)
    try unsafe Self.expectZero(body, 154..<160)

    let limit =
      layout == .inside ? Int(ObjectLayout.insideLimit) : ObjectLayout.attributesLimit
    guard attributesLength <= limit else {
      throw Self.damaged(152, "\(attributesLength) bytes of attributes do not fit")
    }
    attributes = unsafe body.storedBytes(at: Self.attributesPlace, attributesLength)
    let end = Self.attributesPlace + attributesLength
    switch layout {
    case .inside:
      guard size <= UInt64(limit - attributesLength) else {
        throw Self.damaged(24, "\(size) bytes of contents do not fit")
      }
      contents = unsafe body.storedBytes(at: end, Int(size))
      try unsafe Self.expectZero(body, end + Int(size)..<Self.bodyLength)
    case .blocks:
      try unsafe Self.expectZero(body, end..<Self.sealsPlace)
      firstSeals = unsafe body.storedBytes(at: Self.sealsPlace, ObjectLayout.firstSealsLength)
    }
    try check()
  }

  /// Writes the body.
  /// - Throws: `damaged` where the fields do not fit together or exceed a limit.
  func write(to body: UnsafeMutableRawBufferPointer) throws(VaultFormatError) {
    try check()
    _ = unsafe body.initializeMemory(as: UInt8.self, repeating: 0)
    unsafe body[0] = kind.rawValue
    unsafe body[1] = layout.rawValue
    unsafe body.store(mode, at: 2)
    unsafe body.store(owner, at: 4)
    unsafe body.store(group, at: 8)
    unsafe body.store(generation, at: 16)
    unsafe body.store(size, at: 24)
    unsafe body.store(modified, at: 32)
    unsafe body.store(accessed, at: 44)
    unsafe body.store(born, at: 56)
    unsafe body.store(root, at: 72)
    unsafe body.store(attributesID, at: 104)
    unsafe body.store(attributesDigest, at: 120)
    unsafe body.store(UInt16(attributes.count), at: 152)
    unsafe body.store(attributes, at: Self.attributesPlace)
    switch layout {
    case .inside: unsafe body.store(contents, at: Self.attributesPlace + attributes.count)
    case .blocks: unsafe body.store(firstSeals, at: Self.sealsPlace)
    }
  }

  private static func expectZero(
    _ body: UnsafeRawBufferPointer, _ range: Range<Int>
  ) throws(VaultFormatError) {
    guard unsafe body.part(at: range.lowerBound, range.count).isZero else {
      throw damaged(range.lowerBound, "bytes that must be zero are not")
    }
  }
}
