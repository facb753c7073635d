internal import CFuse
internal import Glibc
internal import SystemPackage
internal import VaultStore

// Modes, owners, sizes and times.
//
// With the write-back cache on, the size and times of a regular file are the kernel's: it takes from our
// answers what it does not know better, and sends what it knows when it writes the file back.
extension Request {
  func getAttributes(_ number: fuse_ino_t) {
    answer { () throws(Errno) in try answerAttributes(vault.attributes(of: node(number))) }
  }

  func setAttributes(_ number: fuse_ino_t, _ values: UnsafePointer<stat>?, _ which: Int32) {
    answer { () throws(Errno) in
      guard let values = unsafe values?.pointee else { throw .invalidArgument }
      let node = node(number)
      var change = AttributeChange(values, which)
      // The kernel asks so where the owner changes, or where the size does on behalf of one who may not
      // keep such bits.
      if which & FUSE_SET_ATTR_KILL_SUID != 0, change.mode == nil {
        change.mode = try vault.attributes(of: node).modeWithoutPrivilege
      }
      try answerAttributes(vault.change(node, change))
    }
  }

  /// Takes the set-id bits off a file that somebody other than root has changed.
  ///
  /// The kernel leaves that to whoever serves (`FUSE_HANDLE_KILLPRIV_V2`); it says who may keep them in a
  /// flag that the library does not pass on, and root is who may.
  func dropPrivilege(of node: LiveNode) throws(Errno) {
    guard caller.uid != 0, let mode = try vault.attributes(of: node).modeWithoutPrivilege else {
      return
    }
    var change = AttributeChange()
    change.mode = mode
    _ = try vault.change(node, change)
  }

  private func answerAttributes(_ attributes: NodeAttributes) {
    var status = stat(attributes)
    unsafe fuse_reply_attr(raw, &status, Self.forever)
  }
}

extension NodeAttributes {
  /// The mode without set-id bits; nil where there is none to take away.
  ///
  /// A set-group bit without the right to execute marks mandatory locks and stays.
  var modeWithoutPrivilege: UInt16? {
    guard kind != .folder else { return nil }
    var plain = mode & ~UInt16(0o4000)
    if mode & 0o010 != 0 { plain &= ~0o2000 }
    return plain == mode ? nil : plain
  }
}

extension AttributeChange {
  /// What a request to change attributes asks for.
  ///
  /// Times that are to be now come as times, too.
  init(_ values: stat, _ which: Int32) {
    self.init()
    if which & FUSE_SET_ATTR_MODE != 0 { mode = UInt16(values.st_mode & 0o7777) }
    if which & FUSE_SET_ATTR_UID != 0 { owner = values.st_uid }
    if which & FUSE_SET_ATTR_GID != 0 { group = values.st_gid }
    if which & FUSE_SET_ATTR_SIZE != 0 { size = UInt64(clamping: values.st_size) }
    if which & FUSE_SET_ATTR_ATIME != 0 { accessed = FileFacts.Time(values.st_atim) }
    if which & FUSE_SET_ATTR_MTIME != 0 { modified = FileFacts.Time(values.st_mtim) }
    if which & FUSE_SET_ATTR_CTIME != 0 { changed = FileFacts.Time(values.st_ctim) }
  }
}
