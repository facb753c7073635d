internal import CLinux
internal import Glibc
internal import SystemPackage

/// A lease on a file that is open here: the kernel makes whoever opens it wait until the lease is given
/// back, and says so here (fcntl(2), "Leases").
///
/// It ends when the file is closed.
enum Lease {
  /// How asking for one ended.
  enum Answer: Equatable {
    /// It is held: no other descriptor or mapping of the file exists.
    case held
    /// Another descriptor or mapping exists.
    case inUse
    /// The file system has none, or the file is another's.
    case unsupported
  }

  /// Makes the signal that tells of a break harmless; breaks are asked for instead.
  static let signalIsIgnored: Bool = {
    signal(SIGIO, SIG_IGN)
    return true
  }()

  /// Asks for a lease against every other use.
  static func take(_ file: FileHandle) throws(VaultError) -> Answer {
    _ = signalIsIgnored
    while sotto_set_lease(file.descriptor.rawValue, F_WRLCK) != 0 {
      switch errno {
      case EINTR: continue
      case EAGAIN: return .inUse
      default: return .unsupported
      }
    }
    return .held
  }

  /// Whether nobody has asked for the file since the lease was taken.
  static func isWhole(_ file: FileHandle) -> Bool {
    // While somebody waits the kernel answers with what they will be given.
    sotto_get_lease(file.descriptor.rawValue) == F_WRLCK
  }
}
