internal import CLinux
internal import Glibc
internal import SystemPackage

/// Attributes of what lies in the clear.
extension BulkNode {
  /// What it says of itself.
  func attributes() throws(Errno) -> NodeAttributes {
    let status = try anchored { (anchor) throws(Errno) in try anchor.status() }
    let facts = FileFacts(status)
    return NodeAttributes(
      inode: facts.inode, kind: kind, mode: facts.mode,
      links: UInt32(clamping: facts.names), owner: facts.owner, group: facts.group,
      device: device, size: facts.size, allocated: facts.allocated, accessed: facts.accessed,
      modified: facts.modified, changed: facts.changed)
  }

  /// Changes attributes.
  func change(_ change: AttributeChange) throws(Errno) {
    if let size = change.size { try resize(to: size) }
    if change.owner != nil || change.group != nil {
      // The largest number leaves one as it is.
      try setOwner(change.owner ?? .max, group: change.group ?? .max)
    }
    // Behind the owner, whose change takes set-id bits away.
    if let mode = change.mode { try setMode(mode) }
    if change.accessed != nil || change.modified != nil {
      try setTimes(change.accessed, change.modified)
    }
  }

  /// Sets owner and group.
  func setOwner(_ owner: UInt32, group: UInt32) throws(Errno) {
    try anchored { (anchor) throws(Errno) in
      try BulkDescriptor.check {
        unsafe fchownat(anchor.raw, "", owner, group, sotto_AT_EMPTY_PATH)
      }
    }
  }

  /// Sets the permission bits.
  func setMode(_ mode: UInt16) throws(Errno) {
    guard kind != .link else { throw .notSupported }
    try withPath { (path) throws(Errno) in
      try BulkDescriptor.check { unsafe chmod(path, mode_t(mode & 0o7777)) }
    }
  }

  private func setTimes(
    _ accessed: FileFacts.Time?, _ modified: FileFacts.Time?
  ) throws(Errno) {
    // `UTIME_OMIT` of utimensat(2).
    let same = timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2)
    let times = [accessed?.raw ?? same, modified?.raw ?? same]
    try withPath { (path) throws(Errno) in
      // The path ends at a link that is the descriptor's own: what is behind it is not followed.
      try BulkDescriptor.check { unsafe utimensat(AT_FDCWD, path, times, 0) }
    }
  }

  /// Lends a path that means what it names, as long as `body` runs.
  private func withPath<Result>(
    _ body: (String) throws(Errno) -> Result
  ) throws(Errno) -> Result {
    try anchored { (anchor) throws(Errno) in try body(anchor.path) }
  }

  // MARK: - Extended attributes

  /// The value of an extended attribute.
  func extendedAttribute(_ name: [UInt8]) throws(Errno) -> [UInt8] {
    let name = Self.terminated(name)
    return try withPath { (path) throws(Errno) in
      try unsafe Self.grow { unsafe getxattr(path, name, $0, $1) }
    }
  }

  /// The names of all extended attributes.
  func extendedAttributeNames() throws(Errno) -> [[UInt8]] {
    try withPath { (path) throws(Errno) in
      try unsafe Self.grow { start, count in
        unsafe listxattr(path, start?.assumingMemoryBound(to: CChar.self), count)
      }
    }.split(separator: 0).map { Array($0) }
  }

  /// Sets an extended attribute.
  func setExtendedAttribute(
    _ name: [UInt8], _ value: [UInt8], _ mode: AttributeMode
  ) throws(Errno) {
    let flags: Int32 =
      switch mode {
      case .set: 0
      case .create: Int32(XATTR_CREATE)
      case .replace: Int32(XATTR_REPLACE)
      }
    let name = Self.terminated(name)
    try withPath { (path) throws(Errno) in
      try BulkDescriptor.check { unsafe setxattr(path, name, value, value.count, flags) }
    }
  }

  /// Removes an extended attribute.
  func removeExtendedAttribute(_ name: [UInt8]) throws(Errno) {
    let name = Self.terminated(name)
    try withPath { (path) throws(Errno) in
      try BulkDescriptor.check { unsafe removexattr(path, name) }
    }
  }

  private static func terminated(_ name: [UInt8]) -> [CChar] {
    name.map { CChar(bitPattern: $0) } + [0]
  }

  /// What a call gives that says how much room it needs when it is offered none.
  private static func grow(
    _ call: (UnsafeMutableRawPointer?, Int) -> Int
  ) throws(Errno) -> [UInt8] {
    while true {
      let needed = call(nil, 0)
      guard needed >= 0 else { throw Errno(rawValue: errno) }
      if needed == 0 { return [] }
      var bytes = [UInt8](repeating: 0, count: needed)
      let count = unsafe bytes.withUnsafeMutableBytes { unsafe call($0.baseAddress, $0.count) }
      if count >= 0 { return Array(bytes[..<count]) }
      // Longer by now.
      if errno != ERANGE { throw Errno(rawValue: errno) }
    }
  }
}
