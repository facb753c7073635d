internal import Secrets

/// Fields at known places of a structure whose length was compared before.
extension UnsafeRawBufferPointer {
  /// An integer that is stored least significant byte first.
  func stored<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) -> T {
    T(littleEndian: unsafe loadUnaligned(fromByteOffset: offset, as: T.self))
  }

  /// The 16 bytes of an id.
  func storedID(at offset: Int) -> ObjectID {
    var id = ObjectID.none
    unsafe withUnsafeMutableBytes(of: &id) {
      unsafe $0.copyMemory(from: part(at: offset, ObjectID.count))
    }
    return id
  }

  /// The 32 bytes of a digest.
  func storedDigest(at offset: Int) -> Digest {
    unsafe Digest(part(at: offset, Digest.count)) ?? .zero
  }

  /// The seconds and nanoseconds of a time.
  func storedTime(at offset: Int) -> ObjectTime {
    unsafe ObjectTime(
      seconds: stored(Int64.self, at: offset), nanoseconds: stored(UInt32.self, at: offset + 8))
  }

  /// A copy of some bytes.
  func storedBytes(at offset: Int, _ count: Int) -> [UInt8] {
    unsafe Array(part(at: offset, count))
  }

  /// Some of the bytes, where they are.
  func part(at offset: Int, _ count: Int) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(rebasing: self[offset..<offset + count])
  }

  /// Whether the bytes begin with a text.
  func begins(with magic: StaticString) -> Bool {
    guard count >= magic.utf8CodeUnitCount else { return false }
    let wanted = unsafe UnsafeBufferPointer(
      start: magic.utf8Start, count: magic.utf8CodeUnitCount)
    return unsafe wanted.elementsEqual(part(at: 0, wanted.count))
  }

  /// Whether all bytes are zero.
  var isZero: Bool {
    var offset = 0
    while offset &+ 64 <= count {
      let words = unsafe loadUnaligned(fromByteOffset: offset, as: SIMD8<UInt64>.self)
      guard words == .zero else { return false }
      offset &+= 64
    }
    while offset < count {
      guard unsafe self[offset] == 0 else { return false }
      offset &+= 1
    }
    return true
  }
}

/// Fields written to known places of a structure.
extension UnsafeMutableRawBufferPointer {
  /// Stores an integer least significant byte first.
  func store<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, at offset: Int) {
    unsafe storeBytes(of: value.littleEndian, toByteOffset: offset, as: T.self)
  }

  /// Stores the bytes of an id.
  func store(_ id: ObjectID, at offset: Int) {
    unsafe id.withBytes { unsafe part(at: offset, ObjectID.count).copyMemory(from: $0) }
  }

  /// Stores the bytes of a digest.
  func store(_ digest: Digest, at offset: Int) {
    unsafe digest.withBytes { unsafe part(at: offset, Digest.count).copyMemory(from: $0) }
  }

  /// Stores seconds and nanoseconds.
  func store(_ time: ObjectTime, at offset: Int) {
    unsafe store(time.seconds, at: offset)
    unsafe store(time.nanoseconds, at: offset + 8)
  }

  /// Stores bytes.
  func store(_ bytes: [UInt8], at offset: Int) {
    unsafe part(at: offset, bytes.count).copyBytes(from: bytes)
  }

  /// Stores a text's bytes.
  func store(_ text: StaticString, at offset: Int) {
    unsafe part(at: offset, text.utf8CodeUnitCount).copyMemory(
      from: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Some of the bytes, where they are.
  func part(at offset: Int, _ count: Int) -> UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(rebasing: self[offset..<offset + count])
  }
}
