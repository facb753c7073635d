import CLinux
import Glibc
public import SystemPackage

/// One name in a folder, and what it is.
public struct FolderEntry: Equatable, Sendable {
  /// The name, whose bytes need not be UTF-8.
  public let component: FilePath.Component
  /// What it is; a link is not followed.
  public let kind: FileStatus.Kind

  /// The name for comparisons and for people: what is no UTF-8 is shown as U+FFFD.
  public var name: String { component.string }
}

/// A folder's path and names, read once.
public struct FolderListing: Sendable {
  /// The folder.
  public let path: FilePath
  /// Its entries in the order of their bytes, `.` and `..` left out.
  public let entries: [FolderEntry]
  /// Whether listing may have set the folder's access time.
  public let mayChangeAccessTime: Bool

  /// Lists the folder at `path`, following no link at its end and, where the system allows, leaving
  /// its access time alone.
  /// - Throws: `EvidenceError` with the error number of `open` or `readdir`.
  public init(_ path: FilePath) throws(EvidenceError) {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
    var opened = unsafe path.withPlatformString { unsafe open($0, flags | sotto_O_NOATIME) }
    var withoutPrivilege = false
    if opened < 0, errno == EPERM {
      withoutPrivilege = true
      opened = unsafe path.withPlatformString { unsafe open($0, flags) }
    }
    guard opened >= 0 else { throw EvidenceError(Errno(rawValue: errno), path) }
    guard let stream = unsafe fdopendir(opened) else {
      let reason = Errno(rawValue: errno)
      close(opened)
      throw EvidenceError(reason, path)
    }
    defer { unsafe closedir(stream) }
    var found: [FolderEntry] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else {
        if errno != 0 { throw EvidenceError(Errno(rawValue: errno), path) }
        break
      }
      let type = unsafe entry.pointee.d_type
      let component = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { bytes in
          unsafe FilePath.Component(platformString: bytes)
        }
      }
      // `.` and `..` are no ordinary components.
      guard let component, component.kind == .regular else { continue }
      let kind: FileStatus.Kind
      switch Int32(type) {
      case Int32(DT_REG): kind = .file
      case Int32(DT_DIR): kind = .folder
      case Int32(DT_LNK): kind = .link
      case Int32(DT_UNKNOWN): kind = (try? FileStatus.of(path.appending(component)).kind) ?? .other
      default: kind = .other
      }
      found.append(FolderEntry(component: component, kind: kind))
    }
    found.sort { $0.component.string.utf8.lexicographicallyPrecedes($1.component.string.utf8) }
    self.path = path
    self.entries = found
    self.mayChangeAccessTime = withoutPrivilege
  }

  /// The entry of that name, or nil.
  public func entry(_ name: String, ignoringCase: Bool = false) -> FolderEntry? {
    if let exact = entries.first(where: { $0.name == name }) { return exact }
    guard ignoringCase else { return nil }
    let folded = name.lowercased()
    return entries.first { $0.name.lowercased() == folded }
  }

  /// Whether there is an entry of that name and kind.
  public func has(_ name: String, _ kind: FileStatus.Kind) -> Bool {
    entries.contains { $0.kind == kind && $0.name == name }
  }

  /// The path of an entry.
  public func path(of entry: FolderEntry) -> FilePath {
    path.appending(entry.component)
  }
}
