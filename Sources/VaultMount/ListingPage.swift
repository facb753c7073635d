internal import CFuse
internal import Glibc
internal import SystemPackage
internal import VaultStore

/// The part of a folder's listing that goes into one answer.
@safe struct ListingPage {
  let request: Request
  let buffer: UnsafeMutableRawBufferPointer
  let withAttributes: Bool
  private(set) var used = 0
  /// What the kernel knows once it has the answer.
  private(set) var known: [LiveNode] = []

  init(request: Request, buffer: UnsafeMutableRawBufferPointer, withAttributes: Bool) {
    self.request = request
    unsafe self.buffer = unsafe buffer
    self.withAttributes = withAttributes
  }

  var start: UnsafePointer<CChar>? {
    unsafe UnsafePointer(buffer.baseAddress?.assumingMemoryBound(to: CChar.self))
  }

  /// Adds what is behind a position, while there is room.
  mutating func add(_ listing: FolderListing, from position: UInt64) throws(Errno) {
    let folder = listing.folder
    if position < FolderListing.own {
      guard add([UInt8(ascii: ".")], folder.inode, .folder, FolderListing.own) else { return }
    }
    if position < FolderListing.parent {
      let parent = request.vault.parent(of: folder)
      guard add(Array("..".utf8), parent.inode, .folder, FolderListing.parent) else { return }
    }
    for entry in try listing.entries(behind: position, request.vault) {
      guard try add(entry, in: folder) else { return }
    }
  }

  /// Adds what the kernel learns nothing of but number and kind.
  private mutating func add(
    _ name: [UInt8], _ number: UInt64, _ kind: NodeKind, _ position: UInt64
  ) -> Bool {
    var entry = fuse_entry_param()
    entry.attr.st_ino = ino_t(number)
    entry.attr.st_mode = kind.format
    return add(name, &entry, position)
  }

  /// Adds an entry; one that is gone meanwhile is left out.
  private mutating func add(
    _ listed: FolderListing.Entry, in folder: LiveNode
  ) throws(Errno) -> Bool {
    let name = listed.entry.name
    guard withAttributes else {
      return add(name, listed.entry.inode, listed.entry.kind, listed.position)
    }
    // The kernel makes names of these: they must be true now, not when the folder was opened.
    let node: LiveNode
    do throws(Errno) {
      node = try request.vault.lookup(name, in: folder)
    } catch .noSuchFileOrDirectory {
      return true
    }
    var entry: fuse_entry_param
    do throws(Errno) {
      entry = try request.entry(node)
    } catch .ioError {
      // One that is damaged keeps nobody from seeing the others; who asks for it is told.
      return add(name, node.inode, node.kind, listed.position)
    }
    guard add(name, &entry, listed.position) else { return false }
    request.vault.retain(node)
    known.append(node)
    return true
  }

  /// - Returns: Whether there was room.
  private mutating func add(
    _ name: [UInt8], _ entry: inout fuse_entry_param, _ position: UInt64
  ) -> Bool {
    guard let address = unsafe buffer.baseAddress else { return false }
    let place = unsafe (address + used).assumingMemoryBound(to: CChar.self)
    let room = unsafe buffer.count - used
    let needed = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: name.count + 1) {
      text in
      for index in name.indices { unsafe text[index] = CChar(bitPattern: name[index]) }
      unsafe text[name.count] = 0
      guard withAttributes else {
        return unsafe fuse_add_direntry(
          request.raw, place, room, text.baseAddress, &entry.attr, off_t(position))
      }
      return unsafe fuse_add_direntry_plus(
        request.raw, place, room, text.baseAddress, &entry, off_t(position))
    }
    guard needed <= room else { return false }
    used += needed
    return true
  }
}
