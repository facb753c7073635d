internal import CLinux
internal import Glibc
internal import SystemPackage

/// A folder held against other processes of Sotto, until the last owner lets go or the process ends.
final class FolderClaim: Sendable {
  private let descriptor: Int32

  fileprivate init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    // Closing alone would leave the claim to a child that another thread is about to start, for as long
    // as that has a copy of the descriptor (flock(2)).
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}

extension FolderHandle {
  /// Claims the folder, for looking or for changing; many may look at once.
  ///
  /// A file system without such locks grants every claim.
  /// - Throws: `VaultError` with `inUse` where another process has it.
  func claim(shared: Bool = false) throws(VaultError) -> FolderClaim {
    let own = unsafe openat(descriptor.rawValue, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard own >= 0 else { throw VaultError(Errno(rawValue: errno), path, "open") }
    let claim = FolderClaim(own)
    while flock(own, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 {
      if errno == EWOULDBLOCK {
        throw VaultError(
          .inUse, path, "another process of sotto has this vault",
          hint: "lock the store if it is open, or wait until the other command has ended")
      }
      if errno != EINTR { break }
    }
    return claim
  }
}
