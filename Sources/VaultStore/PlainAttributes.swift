internal import CLinux
internal import Glibc
internal import SystemPackage

/// Extended attributes of an entry in the clear: every one that the system names, access lists included.
struct PlainAttributes: Equatable {
  /// One attribute, its name with the namespace, as `user.origin`.
  struct Attribute: Equatable {
    var name: [UInt8]
    var value: [UInt8]
  }

  /// What could be read, in the order of the names' bytes.
  var attributes: [Attribute] = []
  /// The names of those whose value the system did not give.
  var unreadable: [String] = []

  /// Reads those of an open file or folder.
  static func of(_ descriptor: FileDescriptor, _ path: FilePath) throws(VaultError) -> Self {
    let file = descriptor.rawValue
    return try unsafe read(
      path, list: { unsafe flistxattr(file, $0, $1) },
      value: { unsafe fgetxattr(file, $0, $1, $2) })
  }

  /// Reads those of a symbolic link, which cannot be opened.
  static func of(link name: FileName, in folder: FolderHandle) throws(VaultError) -> Self {
    let place = Self.place(name, in: folder)
    return try unsafe read(
      folder.path.appending(name), list: { unsafe llistxattr(place, $0, $1) },
      value: { unsafe lgetxattr(place, $0, $1, $2) })
  }

  /// Sets one on an open file or folder.
  /// - Returns: Why not, or nil when it is set.
  static func set(_ attribute: Attribute, of descriptor: FileDescriptor) -> Errno? {
    let name = terminated(attribute.name)
    let value = attribute.value
    let result = unsafe fsetxattr(descriptor.rawValue, name, value, value.count, 0)
    return result == 0 ? nil : Errno(rawValue: errno)
  }

  /// Sets one on a symbolic link.
  /// - Returns: Why not, or nil when it is set.
  static func set(
    _ attribute: Attribute, ofLink name: FileName, in folder: FolderHandle
  ) -> Errno? {
    let value = attribute.value
    let result = unsafe lsetxattr(
      place(name, in: folder), terminated(attribute.name), value, value.count, 0)
    return result == 0 ? nil : Errno(rawValue: errno)
  }

  // MARK: - Calling

  private typealias List = (UnsafeMutablePointer<CChar>?, Int) -> Int
  private typealias Value = (UnsafePointer<CChar>, UnsafeMutableRawPointer?, Int) -> Int

  /// There is no `flistxattrat`; the path leads through the open folder, so that it cannot be turned.
  private static func place(_ name: FileName, in folder: FolderHandle) -> [CChar] {
    "/proc/self/fd/\(folder.descriptor.rawValue)/".utf8.map { CChar(bitPattern: $0) }
      + terminated(Array(name.bytes))
  }

  private static func terminated(_ name: [UInt8]) -> [CChar] {
    name.map { CChar(bitPattern: $0) } + [0]
  }

  private static func read(
    _ path: FilePath, list: List, value: Value
  ) throws(VaultError) -> Self {
    guard let names = try unsafe names(path, list) else { return Self() }
    var found = Self()
    for name in names.split(separator: 0) {
      let terminated = Array(name) + [0]
      let bytes = name.map { UInt8(bitPattern: $0) }
      switch unsafe self.value(of: terminated, value) {
      case .success(let value): found.attributes.append(Attribute(name: bytes, value: value))
      // Gone since the names were listed.
      case .failure(.noData): continue
      case .failure: found.unreadable.append(String(decoding: bytes, as: UTF8.self))
      }
    }
    found.attributes.sort { $0.name.lexicographicallyPrecedes($1.name) }
    return found
  }

  /// The names, each with a zero after it; nil where the file system has no attributes.
  private static func names(_ path: FilePath, _ list: List) throws(VaultError) -> [CChar]? {
    var buffer = [CChar](repeating: 0, count: 1024)
    while true {
      let count = unsafe buffer.withUnsafeMutableBufferPointer {
        unsafe list($0.baseAddress, $0.count)
      }
      if count >= 0 { return Array(buffer[..<count]) }
      switch errno {
      case ERANGE: buffer = [CChar](repeating: 0, count: buffer.count * 4)
      case EOPNOTSUPP, ENOSYS: return nil
      default: throw VaultError(Errno(rawValue: errno), path, "list the attributes of")
      }
    }
  }

  private static func value(of name: [CChar], _ value: Value) -> Result<[UInt8], Errno> {
    // The kernel's limit for one value is 64 KiB; a file system with a higher one says so.
    var size = 256
    while true {
      var buffer = [UInt8](repeating: 0, count: size)
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe name.withUnsafeBufferPointer { name in
          unsafe name.baseAddress.map { unsafe value($0, bytes.baseAddress, bytes.count) } ?? -1
        }
      }
      if count >= 0 {
        buffer.removeLast(buffer.count - count)
        return .success(buffer)
      }
      let reason = Errno(rawValue: errno)
      guard reason == .outOfRange, size < 1 << 24 else { return .failure(reason) }
      size *= 8
    }
  }
}
