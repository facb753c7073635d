internal import CFuse
internal import CLinux
internal import Glibc
internal import SystemPackage
internal import VaultStore

// Extended attributes: those of programs and users. Others, which mean something to a system, stay in the vault
// as they are and come back when the store is restored.
extension Request {
  private static let served = Array("user.".utf8)

  func getExtendedAttribute(_ number: fuse_ino_t, _ name: UnsafePointer<CChar>?, _ size: Int) {
    answer { () throws(Errno) in
      let name = unsafe try attributeName(name)
      try answer(vault.extendedAttribute(name, of: node(number)), size)
    }
  }

  func listExtendedAttributes(_ number: fuse_ino_t, _ size: Int) {
    answer { () throws(Errno) in
      var list: [UInt8] = []
      for name in try vault.extendedAttributeNames(of: node(number))
      where name.starts(with: Self.served) {
        list += name
        list.append(0)
      }
      try answer(list, size)
    }
  }

  func setExtendedAttribute(
    _ number: fuse_ino_t, _ name: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?,
    _ count: Int, _ flags: Int32
  ) {
    answer { () throws(Errno) in
      let name = unsafe try attributeName(name)
      let mode: AttributeMode
      switch flags {
      case 0: mode = .set
      case Int32(XATTR_CREATE): mode = .create
      case Int32(XATTR_REPLACE): mode = .replace
      default: throw .invalidArgument
      }
      let value = unsafe [UInt8](UnsafeRawBufferPointer(start: value, count: count))
      try vault.setExtendedAttribute(name, value, of: node(number), mode)
      answerDone()
    }
  }

  func removeExtendedAttribute(_ number: fuse_ino_t, _ name: UnsafePointer<CChar>?) {
    answer { () throws(Errno) in
      let name = unsafe try attributeName(name)
      try vault.removeExtendedAttribute(name, of: node(number))
      answerDone()
    }
  }

  private func attributeName(_ name: UnsafePointer<CChar>?) throws(Errno) -> [UInt8] {
    let name = unsafe try bytes(name)
    guard name.starts(with: Self.served), name.count > Self.served.count else {
      throw .notSupported
    }
    return name
  }

  /// Answers with a value, or how long it is where no room was offered.
  private func answer(_ value: [UInt8], _ room: Int) throws(Errno) {
    guard room > 0 else {
      unsafe fuse_reply_xattr(raw, value.count)
      return
    }
    guard value.count <= room else { throw .outOfRange }
    _ = unsafe value.withUnsafeBytes { bytes in
      unsafe fuse_reply_buf(
        raw, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }
  }
}
