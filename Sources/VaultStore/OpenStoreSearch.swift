internal import CLinux
internal import Glibc
internal import SystemPackage

/// Which processes have files of the store's file system open or mapped, from `/proc` (proc(5)).
///
/// Only root sees every process. Files are known by their inode, since a container sees the store under
/// another path.
struct OpenStoreSearch: Sendable {
  /// A process that has a file open.
  struct Holder: Sendable, CustomStringConvertible {
    /// The process's number.
    var process: Int32
    /// The program's name.
    var name: String

    var description: String { "\(name) (process \(process))" }
  }

  private var holders: [UInt64: Holder] = [:]

  /// Looks at every process but this one.
  /// - Parameters:
  ///   - device: The device of the file system.
  ///   - store: The store's path, for mappings whose device number says nothing (btrfs).
  init(device: UInt64, store: FilePath) {
    guard let folder = try? FolderHandle.open("/proc"), let names = try? folder.names() else {
      return
    }
    let own = getpid()
    for name in names {
      guard let process = Int32(name.text), process != own,
        let folder = try? folder.folder(name)
      else { continue }
      var inodes = Self.descriptors(of: folder, device: device)
      inodes.formUnion(Self.mappings(of: folder, device: device, below: store.string + "/"))
      if inodes.isEmpty { continue }
      let comm = (try? folder.file("comm").readToEnd(limit: 64)) ?? []
      let program = String(decoding: comm.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
      let holder = Holder(process: process, name: program)
      for inode in inodes where holders[inode] == nil { holders[inode] = holder }
    }
  }

  /// Who has a file open.
  func holder(of facts: FileFacts) -> Holder? {
    holders[facts.inode]
  }

  private static func descriptors(of process: FolderHandle, device: UInt64) -> Set<UInt64> {
    guard let folder = try? process.folder("fd"), let names = try? folder.names() else { return [] }
    var inodes: Set<UInt64> = []
    for name in names {
      // Sockets and pipes have no path, and a file on a server that is gone would hold us up.
      guard let target = try? folder.target(of: name), target.first == UInt8(ascii: "/") else {
        continue
      }
      var raw = stat()
      let result = unsafe name.withCString {
        unsafe fstatat(folder.descriptor.rawValue, $0, &raw, 0)
      }
      guard result == 0, UInt64(raw.st_dev) == device else { continue }
      let type = raw.st_mode & S_IFMT
      if type == S_IFREG { inodes.insert(UInt64(raw.st_ino)) }
    }
    return inodes
  }

  /// What `maps` names: `from-to rights offset major:minor inode path`, a line a mapping.
  private static func mappings(
    of process: FolderHandle, device: UInt64, below store: String
  ) -> Set<UInt64> {
    guard let maps = try? process.file("maps").readToEnd(limit: 1 << 24) else { return [] }
    var inodes: Set<UInt64> = []
    for line in maps.split(separator: UInt8(ascii: "\n")) {
      let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
      guard parts.count == 6, let inode = UInt64(String(decoding: parts[4], as: UTF8.self)),
        inode != 0
      else { continue }
      let numbers = parts[3].split(separator: UInt8(ascii: ":"))
        .compactMap { UInt32(String(decoding: $0, as: UTF8.self), radix: 16) }
      let isOnDevice =
        numbers.count == 2 && FileFacts.device(numbers[0], numbers[1]) == device
      let path = parts[5].drop { $0 == UInt8(ascii: " ") }
      if isOnDevice || path.starts(with: store.utf8) { inodes.insert(inode) }
    }
    return inodes
  }
}

extension FileHandle {
  /// Reads a file of which the system does not tell the size, as those below `/proc`, up to about
  /// `limit` bytes.
  func readToEnd(limit: Int) throws(VaultError) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while bytes.count < limit {
      let offset = UInt64(bytes.count)
      let count = try unsafe buffer.withUnsafeMutableBufferPointer { (buffer) throws(VaultError) in
        try unsafe read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
      }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return bytes
  }
}
