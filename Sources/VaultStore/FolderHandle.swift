internal import CLinux
internal import Glibc
public import SystemPackage

/// An open folder, and every act on its entries relative to it; closed when the last owner lets go.
///
/// Names are single steps and links are never followed, so that nothing outside is reached however
/// the tree changes meanwhile.
public final class FolderHandle: Sendable {
  /// The descriptor, for calls that are not offered here; it must not be closed.
  public let descriptor: FileDescriptor
  /// The path it was opened by.
  public let path: FilePath

  init(owning descriptor: Int32, _ path: FilePath) {
    self.descriptor = FileDescriptor(rawValue: descriptor)
    self.path = path
  }

  deinit {
    Glibc.close(descriptor.rawValue)
  }

  /// Opens a folder by its path.
  /// - Throws: `VaultError` with the system's reason; `tooManySymbolicLinkLevels` or `notDirectory`
  ///   where a link stands and `followingLink` is false.
  ///
  /// Where the user may, listing it leaves the time of its last access as it was.
  public static func open(
    _ path: FilePath, followingLink: Bool = false
  ) throws(VaultError) -> FolderHandle {
    var flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (followingLink ? 0 : O_NOFOLLOW)
    flags |= sotto_O_NOATIME
    while true {
      let opened = unsafe path.withPlatformString { unsafe Glibc.open($0, flags) }
      if opened >= 0 { return FolderHandle(owning: opened, path) }
      // Somebody else's folder (open(2), O_NOATIME).
      if errno == EPERM, flags & sotto_O_NOATIME != 0 {
        flags &= ~sotto_O_NOATIME
      } else if errno != EINTR {
        throw VaultError(Errno(rawValue: errno), path, "open")
      }
    }
  }

  private func failure(_ act: String, _ name: FileName) -> VaultError {
    VaultError(Errno(rawValue: errno), path.appending(name), act)
  }

  /// Calls until the call is not interrupted; gives what it returned, never negative.
  private func call(
    _ act: String, _ name: FileName, _ body: (UnsafePointer<CChar>) -> Int32
  ) throws(VaultError) -> Int32 {
    while true {
      let result = unsafe name.withCString { unsafe body($0) }
      if result >= 0 { return result }
      if errno != EINTR { throw failure(act, name) }
    }
  }

  // MARK: - Opening

  /// Opens a folder in this one.
  public func folder(_ name: FileName) throws(VaultError) -> FolderHandle {
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW
    let opened = try unsafe call("open", name) { unsafe openat(descriptor.rawValue, $0, flags) }
    return FolderHandle(owning: opened, path.appending(name))
  }

  /// Opens a folder in this one, made first where there is none.
  public func folder(
    makingIfMissing name: FileName, mode: UInt16 = 0o700
  ) throws(VaultError) -> FolderHandle {
    do {
      return try folder(name)
    } catch  where error.code == .system(.noSuchFileOrDirectory) {
      try makeFolder(name, mode: mode)
      return try folder(name)
    }
  }

  /// Opens an entry; never waits for a pipe's other end.
  public func file(_ name: FileName, writing: Bool = false) throws(VaultError) -> FileHandle {
    let flags = (writing ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
    let opened = try unsafe call("open", name) { unsafe openat(descriptor.rawValue, $0, flags) }
    return FileHandle(owning: opened, in: path, name)
  }

  /// Makes a new file that only its owner may read, open for reading and writing.
  /// - Throws: `VaultError` with `fileExists` where the name is taken.
  public func create(_ name: FileName) throws(VaultError) -> FileHandle {
    let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
    let opened = try unsafe call("create", name) {
      unsafe openat(descriptor.rawValue, $0, flags, 0o600)
    }
    return FileHandle(owning: opened, in: path, name)
  }

  // MARK: - Changing

  /// Makes a folder.
  public func makeFolder(_ name: FileName, mode: UInt16 = 0o700) throws(VaultError) {
    _ = try unsafe call("make the folder", name) {
      unsafe mkdirat(descriptor.rawValue, $0, mode_t(mode))
    }
  }

  /// Makes a symbolic link.
  public func makeLink(_ name: FileName, to target: [UInt8]) throws(VaultError) {
    let terminated = target.map { CChar(bitPattern: $0) } + [0]
    _ = try unsafe call("make the link", name) {
      unsafe symlinkat(terminated, descriptor.rawValue, $0)
    }
  }

  /// Gives a file a second name, in this folder or another of the same file system.
  public func addName(
    _ name: FileName, in folder: FolderHandle, as newName: FileName
  ) throws(VaultError) {
    _ = try unsafe call("give a second name to", name) { old in
      unsafe newName.withCString {
        unsafe linkat(descriptor.rawValue, old, folder.descriptor.rawValue, $0, 0)
      }
    }
  }

  /// Moves an entry, replacing what has the new name.
  public func rename(
    _ name: FileName, to folder: FolderHandle, as newName: FileName
  ) throws(VaultError) {
    _ = try unsafe call("rename", name) { old in
      unsafe newName.withCString {
        unsafe renameat(descriptor.rawValue, old, folder.descriptor.rawValue, $0)
      }
    }
  }

  /// Moves an entry to a name that must be free.
  /// - Throws: `VaultError` with `fileExists` where the new name is taken.
  public func renameWithoutReplacing(
    _ name: FileName, to folder: FolderHandle, as newName: FileName
  ) throws(VaultError) {
    do {
      _ = try unsafe call("rename", name) { old in
        unsafe newName.withCString {
          unsafe sotto_renameat2(
            descriptor.rawValue, old, folder.descriptor.rawValue, $0, sotto_RENAME_NOREPLACE)
        }
      }
    } catch  where error.code == .system(.invalidArgument) {
      // A file system that cannot do both in one step.
      guard try folder.facts(of: newName) == nil else {
        throw VaultError(.fileExists, folder.path.appending(newName), "rename to")
      }
      try rename(name, to: folder, as: newName)
    }
  }

  /// Lets two entries of this folder change names in one step.
  /// - Throws: `VaultError` with `invalidArgument` where the file system cannot.
  func exchange(_ name: FileName, _ other: FileName) throws(VaultError) {
    _ = try unsafe call("exchange", name) { first in
      unsafe other.withCString {
        unsafe sotto_renameat2(
          descriptor.rawValue, first, descriptor.rawValue, $0, sotto_RENAME_EXCHANGE)
      }
    }
  }

  /// Removes a name that is no folder's.
  public func remove(_ name: FileName) throws(VaultError) {
    _ = try unsafe call("remove", name) { unsafe unlinkat(descriptor.rawValue, $0, 0) }
  }

  /// Removes an empty folder.
  public func removeFolder(_ name: FileName) throws(VaultError) {
    _ = try unsafe call("remove the folder", name) {
      unsafe unlinkat(descriptor.rawValue, $0, AT_REMOVEDIR)
    }
  }

  /// Waits until the folder's entries are on the medium.
  public func sync() throws(VaultError) {
    while fsync(descriptor.rawValue) != 0 {
      if errno != EINTR { throw VaultError(Errno(rawValue: errno), path, "sync") }
    }
  }

  /// Waits until everything of the file system that this folder is on is on the medium.
  public func syncFileSystem() throws(VaultError) {
    while sotto_syncfs(descriptor.rawValue) != 0 {
      if errno != EINTR {
        throw VaultError(Errno(rawValue: errno), path, "sync the file system of")
      }
    }
  }

  /// Sets the permission bits.
  public func setMode(_ mode: UInt16) throws(VaultError) {
    while fchmod(descriptor.rawValue, mode_t(mode)) != 0 {
      if errno != EINTR { throw VaultError(Errno(rawValue: errno), path, "set the mode of") }
    }
  }
}
