internal import CLinux
internal import Glibc
internal import SystemPackage

/// Looking at a folder and its entries.
extension FolderHandle {
  /// What the system says of the folder itself.
  public func facts() throws(VaultError) -> FileFacts {
    var raw = stat()
    guard unsafe fstat(descriptor.rawValue, &raw) == 0 else {
      throw VaultError(Errno(rawValue: errno), path, "look at")
    }
    return FileFacts(raw)
  }

  /// What the system says of an entry, of a link itself and not of what it points to.
  /// - Returns: nil where there is no such entry.
  public func facts(of name: FileName) throws(VaultError) -> FileFacts? {
    var raw = stat()
    let result = unsafe name.withCString {
      unsafe fstatat(descriptor.rawValue, $0, &raw, AT_SYMLINK_NOFOLLOW)
    }
    if result == 0 { return FileFacts(raw) }
    if errno == ENOENT { return nil }
    throw VaultError(Errno(rawValue: errno), path.appending(name), "look at")
  }

  /// Where a symbolic link points.
  public func target(of name: FileName) throws(VaultError) -> [UInt8] {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    while true {
      let count = unsafe name.withCString {
        unsafe readlinkat(descriptor.rawValue, $0, &buffer, buffer.count)
      }
      guard count >= 0 else {
        throw VaultError(Errno(rawValue: errno), path.appending(name), "read the link")
      }
      if count < buffer.count { return buffer[..<count].map { UInt8(bitPattern: $0) } }
      // Longer than any path on Linux may be; a file system of another kind may hold it all the same.
      buffer = [CChar](repeating: 0, count: buffer.count * 2)
    }
  }

  /// The names of all entries, in no order, `.` and `..` left out.
  public func names() throws(VaultError) -> [FileName] {
    // A description of its own: reading moves its position.
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
    var own = unsafe openat(descriptor.rawValue, ".", flags | sotto_O_NOATIME)
    // Somebody else's folder (open(2), O_NOATIME).
    if own < 0, errno == EPERM { own = unsafe openat(descriptor.rawValue, ".", flags) }
    guard own >= 0 else { throw VaultError(Errno(rawValue: errno), path, "open") }
    guard let stream = unsafe fdopendir(own) else {
      let reason = Errno(rawValue: errno)
      close(own)
      throw VaultError(reason, path, "list")
    }
    defer { unsafe closedir(stream) }
    var names: [FileName] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else {
        if errno == 0 { return names }
        throw VaultError(Errno(rawValue: errno), path, "list")
      }
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe FileName(bytes.prefix { $0 != 0 })
      }
      if let name { names.append(name) }
    }
  }

  /// Bytes that this user may still write to the file system.
  public func freeBytes() throws(VaultError) -> UInt64 {
    var raw = statvfs()
    guard unsafe fstatvfs(descriptor.rawValue, &raw) == 0 else {
      throw VaultError(Errno(rawValue: errno), path, "look at the file system of")
    }
    let (bytes, isMore) = UInt64(raw.f_bavail).multipliedReportingOverflow(by: UInt64(raw.f_frsize))
    return isMore ? .max : bytes
  }
}
