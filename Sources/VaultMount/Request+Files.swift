internal import CFuse
internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import VaultStore

// Files, open. There is one state a file, whoever has it open: the write-back cache reads through handles
// that were opened for writing only, and writes through whichever it finds.
extension Request {
  func create(
    _ parent: fuse_ino_t, _ name: UnsafePointer<CChar>?, _ mode: mode_t,
    _ handle: UnsafeMutablePointer<fuse_file_info>?
  ) {
    answer { () throws(Errno) in
      guard let handle = unsafe handle else { throw .invalidArgument }
      try checkOpens()
      let flags = unsafe handle.pointee.flags
      let node: LiveNode
      do throws(Errno) {
        node = try unsafe make(.file, parent, name, mode, isOpened: true)
      } catch .fileExists where flags & O_EXCL == 0 {
        // The kernel did not know of it yet.
        node = try vault.lookup(unsafe bytes(name), in: self.node(parent))
      }
      unsafe try open(node, handle)
      do throws(Errno) {
        var entry = try self.entry(node)
        vault.retain(node)
        guard unsafe fuse_reply_create(raw, &entry, handle) != 0 else { return }
        vault.release(node, 1)
      } catch {
        unsafe close(node, handle)
        throw error
      }
      unsafe close(node, handle)
    }
  }

  func open(_ number: fuse_ino_t, _ handle: UnsafeMutablePointer<fuse_file_info>?) {
    answer { () throws(Errno) in
      guard let handle = unsafe handle else { throw .invalidArgument }
      try checkOpens()
      let node = node(number)
      unsafe try open(node, handle)
      observe(.open(isWriting: unsafe handle.pointee.fh != 0), node)
      if unsafe fuse_reply_open(raw, handle) != 0 { unsafe close(node, handle) }
    }
  }

  func release(_ number: fuse_ino_t, _ handle: UnsafeMutablePointer<fuse_file_info>?) {
    if let handle = unsafe handle { unsafe close(node(number), handle) }
    answerDone()
  }

  func read(_ number: fuse_ino_t, _ count: Int, _ offset: off_t) {
    answer { () throws(Errno) in
      let node = node(number)
      try unsafe served.readBuffers.withBuffer(count) { (buffer) throws(Errno) in
        let read = try unsafe vault.read(node, at: UInt64(clamping: offset), into: buffer)
        unsafe fuse_reply_buf(raw, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), read)
      }
    }
  }

  func write(
    _ number: fuse_ino_t, _ bytes: UnsafePointer<CChar>?, _ count: Int, _ offset: off_t,
    _ handle: UnsafeMutablePointer<fuse_file_info>?
  ) {
    answer { () throws(Errno) in
      let node = node(number)
      try unsafe vault.write(
        node, at: UInt64(clamping: offset), UnsafeRawBufferPointer(start: bytes, count: count))
      // Files with set-id bits are written through the cache at once, just so that these can be dropped.
      if unsafe handle?.pointee.writepage == 0 { try dropPrivilege(of: node) }
      unsafe fuse_reply_write(raw, count)
    }
  }

  func synchronise(_ number: fuse_ino_t) {
    answer { () throws(Errno) in
      try vault.sync(node(number))
      answerDone()
    }
  }

  func allocate(_ number: fuse_ino_t, _ flags: Int32, _ offset: off_t, _ count: off_t) {
    answer { () throws(Errno) in
      guard offset >= 0, count > 0 else { throw .invalidArgument }
      let node = node(number)
      let (at, count) = (UInt64(offset), UInt64(count))
      let keepsSize = flags & FALLOC_FL_KEEP_SIZE != 0
      switch flags & ~FALLOC_FL_KEEP_SIZE {
      case 0: try vault.allocate(node, at: at, count: count, keepsSize ? .keepSize : .extend)
      case FALLOC_FL_PUNCH_HOLE where keepsSize:
        try vault.allocate(node, at: at, count: count, .punchHole)
      case FALLOC_FL_ZERO_RANGE:
        try vault.allocate(node, at: at, count: count, .zeroRange)
        if !keepsSize { try vault.allocate(node, at: at, count: count, .extend) }
      default: throw .notSupported
      }
      try dropPrivilege(of: node)
      answerDone()
    }
  }

  // MARK: - Handles

  private func checkOpens() throws(Errno) {
    if served.refusesOpens.load(ordering: .relaxed) { throw .permissionDenied }
  }

  /// Opens a file; the handle says whether for writing.
  private func open(
    _ node: LiveNode, _ handle: UnsafeMutablePointer<fuse_file_info>
  ) throws(Errno) {
    let flags = unsafe handle.pointee.flags
    let isWriting = flags & O_ACCMODE != O_RDONLY
    try vault.open(node, writing: isWriting)
    if flags & O_TRUNC != 0 {
      do throws(Errno) {
        var change = AttributeChange()
        change.size = 0
        _ = try vault.change(node, change)
        try dropPrivilege(of: node)
      } catch {
        vault.close(node, writing: isWriting)
        throw error
      }
    }
    unsafe handle.pointee.fh = isWriting ? 1 : 0
    // Nobody else changes what the kernel has in memory.
    unsafe handle.pointee.keep_cache = 1
    served.openHandles.add(1, ordering: .relaxed)
  }

  private func close(_ node: LiveNode, _ handle: UnsafeMutablePointer<fuse_file_info>) {
    vault.close(node, writing: unsafe handle.pointee.fh != 0)
    served.openHandles.subtract(1, ordering: .relaxed)
  }
}
