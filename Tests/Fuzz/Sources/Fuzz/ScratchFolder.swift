import Glibc
import SystemPackage

/// A folder in memory for the files a decoder opens by name, made and removed by `scripts/fuzz`.
enum ScratchFolder {
  /// The folder of this process.
  static let path: FilePath = {
    guard let named = getenv("SOTTO_FUZZ_FOLDER") else {
      preconditionFailure("SOTTO_FUZZ_FOLDER must name a folder, best one in memory")
    }
    let path = FilePath(String(cString: named)).appending("\(getpid())")
    mkdir(path.string, 0o700)
    return path
  }()

  /// Writes a file below the folder, with the folders above it; an existing one is replaced.
  static func write(_ bytes: [UInt8], _ name: String) {
    let file = path.appending(name)
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
    var descriptor = open(file.string, flags, 0o600)
    if descriptor < 0 {
      var folder = path
      for component in FilePath(name).removingLastComponent().components {
        folder.append(component)
        mkdir(folder.string, 0o700)
      }
      descriptor = open(file.string, flags, 0o600)
    }
    precondition(descriptor >= 0, "cannot write \(file)")
    var done = 0
    while done < bytes.count {
      let rest = bytes[done...]
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      precondition(count > 0, "cannot write \(file)")
      done += count
    }
    // Long ago, always the same: a file just written may be read again as one that changes.
    let time = timespec(tv_sec: 1_718_900_000, tv_nsec: 0)
    futimens(descriptor, [time, time])
    close(descriptor)
  }

  /// Whether a file or folder is there.
  static func holds(_ name: String) -> Bool {
    access(path.appending(name).string, F_OK) == 0
  }

  /// Makes a link, in a folder that is there.
  static func link(_ name: String, to target: String) {
    symlink(target, path.appending(name).string)
  }

  /// Removes a file; nothing where there is none.
  static func remove(_ name: String) {
    unlink(path.appending(name).string)
  }
}
