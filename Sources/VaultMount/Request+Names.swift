internal import CFuse
internal import CLinux
internal import Glibc
internal import SystemPackage
internal import VaultStore

// What is done to names: looking them up, making, removing and changing them.
extension Request {
  func lookUp(_ parent: fuse_ino_t, _ name: UnsafePointer<CChar>?) {
    answer { () throws(Errno) in
      let name = unsafe try bytes(name)
      let found: LiveNode
      do throws(Errno) {
        found = try vault.lookup(name, in: node(parent))
      } catch .noSuchFileOrDirectory {
        return answerAbsent()
      }
      try answerEntry(found)
    }
  }

  func forget(_ number: fuse_ino_t, _ count: UInt64) {
    vault.release(node(number), count)
    unsafe fuse_reply_none(raw)
  }

  func forget(_ all: UnsafeBufferPointer<fuse_forget_data>) {
    for index in all.indices {
      let one = unsafe all[index]
      vault.release(node(one.ino), one.nlookup)
    }
    unsafe fuse_reply_none(raw)
  }

  func makeNode(
    _ parent: fuse_ino_t, _ name: UnsafePointer<CChar>?, _ mode: mode_t, _ device: dev_t
  ) {
    answer { () throws(Errno) in
      guard let kind = NodeKind(mode: mode), kind != .folder, kind != .link else {
        throw .invalidArgument
      }
      try answerEntry(unsafe make(kind, parent, name, mode, device))
    }
  }

  func makeFolder(_ parent: fuse_ino_t, _ name: UnsafePointer<CChar>?, _ mode: mode_t) {
    answer { () throws(Errno) in try answerEntry(unsafe make(.folder, parent, name, mode)) }
  }

  func makeLink(
    _ target: UnsafePointer<CChar>?, _ parent: fuse_ino_t, _ name: UnsafePointer<CChar>?
  ) {
    answer { () throws(Errno) in
      guard let target = unsafe target else { throw .invalidArgument }
      let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: target, count: strlen(target)))
      try answerEntry(unsafe make(.link, parent, name, 0o777, target: bytes))
    }
  }

  /// Makes something new, owned by who asks for it.
  ///
  /// The kernel has taken the mask off the mode.
  func make(
    _ kind: NodeKind, _ parent: fuse_ino_t, _ name: UnsafePointer<CChar>?, _ mode: mode_t,
    _ device: dev_t = 0, target: [UInt8] = [], isOpened: Bool = false
  ) throws(Errno) -> LiveNode {
    let caller = caller
    let name = unsafe try bytes(name)
    let folder = node(parent)
    let made = try vault.make(
      kind, name, in: folder, mode: UInt16(mode & 0o7777), owner: caller.uid, group: caller.gid,
      device: UInt32(truncatingIfNeeded: device), target: target)
    observe(isOpened ? .create : .make, made, in: folder, name)
    return made
  }

  func remove(_ parent: fuse_ino_t, _ name: UnsafePointer<CChar>?, isFolder: Bool) {
    answer { () throws(Errno) in
      let name = unsafe try bytes(name)
      let folder = node(parent)
      try vault.remove(name, from: folder, isFolder: isFolder)
      observe(.remove, in: folder, name)
      answerDone()
    }
  }

  func rename(
    _ parent: fuse_ino_t, _ name: UnsafePointer<CChar>?, _ newParent: fuse_ino_t,
    _ newName: UnsafePointer<CChar>?, _ flags: UInt32
  ) {
    answer { () throws(Errno) in
      let mode: RenameMode
      switch flags {
      case 0: mode = .replace
      case sotto_RENAME_NOREPLACE: mode = .noReplace
      case sotto_RENAME_EXCHANGE: mode = .exchange
      default: throw .invalidArgument
      }
      let name = unsafe try bytes(name)
      let newName = unsafe try bytes(newName)
      let folder = node(parent)
      let newFolder = node(newParent)
      try vault.rename(name, in: folder, to: newName, in: newFolder, mode)
      observe(.rename(to: newName, in: newFolder), in: folder, name)
      answerDone()
    }
  }

  func link(_ number: fuse_ino_t, _ newParent: fuse_ino_t, _ newName: UnsafePointer<CChar>?) {
    answer { () throws(Errno) in
      let name = unsafe try bytes(newName)
      let folder = node(newParent)
      let linked = node(number)
      try vault.link(linked, name, in: folder)
      observe(.make, linked, in: folder, name)
      try answerEntry(linked)
    }
  }

  func readLink(_ number: fuse_ino_t) {
    answer { () throws(Errno) in
      let target = try vault.target(of: node(number))
      unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: target.count + 1) { text in
        for index in target.indices { unsafe text[index] = CChar(bitPattern: target[index]) }
        unsafe text[target.count] = 0
        unsafe fuse_reply_readlink(raw, text.baseAddress)
      }
    }
  }
}
