internal import CLinux
internal import Glibc
internal import Secrets
internal import SystemPackage
internal import VaultFormat

/// The log of an open vault, being written (docs/vault-format.md, "Log").
///
/// Guarded by the commit lock.
///
/// Its room on the medium is taken when the vault is opened and used again after each manifest, so that a
/// promise changes no metadata of the file system below and costs one `fdatasync`.
final class RedoLog {
  /// Room that is taken at once, in bytes: what the kernel has accepted from programs, 64 MiB at most, finds
  /// a place here when the medium is full, behind the 32 MiB that may be there already.
  static let reserve: UInt64 = 104 << 20
  /// Of that, what is written with zeros at once: the system does not need to note that it is in use.
  private static let zeroed: UInt64 = 36 << 20

  private let file: FileHandle
  private let folder: FolderHandle
  private let keys: EpochKeys
  private var header: LogHeader
  private var chain: LogChain
  /// Records that are not in the file yet.
  private let buffer = PageBuffer(pages: 512)
  private var filled = 0
  /// Where the buffer's records go.
  private var end = UInt64(LogHeader.count)
  /// The file's length.
  private var length: UInt64
  /// Whether promises need not be on the medium yet.
  private var isUnsynced = false

  /// How many bytes of records there are.
  var size: UInt64 { end + UInt64(filled) - UInt64(LogHeader.count) }

  /// Makes the log of a vault that has none.
  /// - Throws: `VaultError`.
  init(
    _ vault: FolderHandle, _ keys: EpochKeys, vaultID: ObjectID, counter: UInt64,
    manifest: Digest
  ) throws(VaultError) {
    folder = vault
    self.keys = keys
    header = LogHeader(
      epoch: keys.number, vaultID: vaultID, logID: .random(), counter: counter,
      manifest: manifest)
    chain = LogChain(header, keys)
    let new = try vault.folder(makingIfMissing: VaultNames.new)
    guard let name = FileName(ObjectID.random().hex) else {
      throw VaultError(.refused, vault.path, "cannot name the log")
    }
    file = try new.create(name)
    length = Self.zeroed
    // Where the file system cannot, or has no room, the log grows as it is needed.
    if posix_fallocate(file.descriptor.rawValue, 0, off_t(Self.reserve)) == 0 {
      length = Self.reserve
    }
    unsafe buffer.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    var offset: UInt64 = 0
    while offset < Self.zeroed {
      try unsafe file.write(at: offset, UnsafeRawBufferPointer(buffer.bytes))
      offset += unsafe UInt64(buffer.bytes.count)
    }
    try file.write(at: 0, header.bytes(with: keys))
    try file.sync()
    try new.rename(name, to: vault, as: VaultNames.log)
    try new.sync()
    try vault.sync()
  }

  /// Makes sure of room for as many bytes of records more.
  /// - Throws: `VaultError`; `full`.
  func makeRoom(for count: UInt64) throws(VaultError) {
    let needed = end + UInt64(filled) + count
    guard needed > length else { return }
    let result = posix_fallocate(file.descriptor.rawValue, off_t(length), off_t(needed - length))
    switch result {
    case 0: length = needed
    case EOPNOTSUPP, EINVAL, ENOSYS: break
    default: throw VaultError(Errno(rawValue: result), file.path, "lengthen")
    }
  }

  // MARK: - Records

  /// The bytes of a record's payload take, with all that goes with them.
  static func space(forPages count: Int) -> UInt64 {
    UInt64(LogChain.space(of: LogRecord.pagesPlace + count * ObjectLayout.pageSize))
  }

  /// Adds pages of an object's file that lie together in it.
  /// - Throws: `VaultError`.
  func add(
    _ object: ObjectID, first: UInt64, _ pages: ArraySlice<Page>
  ) throws(VaultError) {
    var first = first
    var pages = pages
    while !pages.isEmpty {
      let part = pages.prefix(Self.pagesAtOnce)
      let count = LogRecord.pagesPlace + part.count * ObjectLayout.pageSize
      let record = try unsafe place(count)
      unsafe record.storeBytes(
        of: first.littleEndian, toByteOffset: LogChain.headLength, as: UInt64.self)
      var offset = LogRecord.pagesPlace
      for page in part {
        unsafe UnsafeMutableRawBufferPointer(
          rebasing: record[offset..<offset + ObjectLayout.pageSize]
        ).copyMemory(from: page.contents)
        offset += ObjectLayout.pageSize
      }
      unsafe chain.seal(.pages, object, record)
      first += UInt64(part.count)
      pages = pages.dropFirst(part.count)
    }
  }

  private static let pagesAtOnce = 255

  /// Adds that a name was given or taken away.
  /// - Throws: `VaultError`.
  func add(
    _ kind: LogRecordKind, _ object: ObjectID, folder: ObjectID, name: [UInt8]
  ) throws(VaultError) {
    let record = try unsafe place(LogRecord.namePlace + name.count)
    unsafe folder.withBytes { folder in
      unsafe UnsafeMutableRawBufferPointer(
        rebasing: record[LogChain.headLength..<LogRecord.namePlace]
      ).copyMemory(from: folder)
    }
    unsafe UnsafeMutableRawBufferPointer(rebasing: record[LogRecord.namePlace...])
      .copyBytes(from: name)
    unsafe chain.seal(kind, object, record)
  }

  /// Promises all records so far: they count from now on.
  /// - Parameter syncing: Whether they are on the medium when this returns; else they survive the end of
  ///   this process, but no power cut.
  /// - Throws: `VaultError`; nothing of the log is to be relied on then.
  func promise(syncing: Bool) throws(VaultError) {
    let record = try unsafe place(LogChain.headLength)
    unsafe chain.seal(.promise, .none, record)
    try flush()
    isUnsynced = true
    if syncing { try sync() }
  }

  /// Waits until all promises are on the medium.
  /// - Throws: `VaultError`; nothing of the log is to be relied on then.
  func sync() throws(VaultError) {
    guard isUnsynced else { return }
    try file.syncContents()
    isUnsynced = false
  }

  /// Room for a record in the buffer.
  private func place(_ count: Int) throws(VaultError) -> UnsafeMutableRawBufferPointer {
    let space = LogChain.space(of: count)
    if unsafe filled + space > buffer.bytes.count { try flush() }
    let record = unsafe buffer.part(filled, count)
    unsafe buffer.part(filled + count, space - count)
      .initializeMemory(as: UInt8.self, repeating: 0)
    filled += space
    return unsafe record
  }

  private func flush() throws(VaultError) {
    guard filled > 0 else { return }
    try unsafe file.write(at: end, UnsafeRawBufferPointer(buffer.part(0, filled)))
    end += UInt64(filled)
    length = max(length, end)
    filled = 0
  }

  // MARK: - The next manifest

  /// Begins anew after a manifest that holds all that was promised.
  /// - Throws: `VaultError`.
  func restart(counter: UInt64, manifest: Digest) throws(VaultError) {
    header.logID = .random()
    header.counter = counter
    header.manifest = manifest
    chain = LogChain(header, keys)
    filled = 0
    end = UInt64(LogHeader.count)
    try file.write(at: 0, header.bytes(with: keys))
    try file.syncContents()
  }

  /// Removes the log of a vault that is sealed.
  /// - Throws: `VaultError`.
  func remove() throws(VaultError) {
    try folder.remove(VaultNames.log)
    try folder.sync()
  }
}
