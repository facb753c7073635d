import CLinux
import Glibc
public import SystemPackage

/// What a path lies on, found by looking: file system, disks, swap, and what keeps copies.
public struct Medium: Equatable, Sendable {
  /// The path it is about, links followed.
  public var path: FilePath
  /// Where its file system is mounted; the path itself where that is not known.
  public var mountPoint: FilePath
  /// The file system's name, as `ext4`; empty where it is not known.
  public var fileSystem: String
  /// Where the file system puts bytes that are written over others.
  public var habit: WritingHabit
  /// Whether its journal holds contents, for the whole of it or for files made in this folder.
  public var journalsData: Bool
  /// The option or mark that has contents compressed, as `compress=zstd`; nil where none has.
  public var compression: String?
  /// Whether freed blocks are given up to the disk at once (`discard`).
  public var discardsFreed: Bool
  /// The disks at the bottom; none where they cannot be seen.
  public var disks: [BlockDevice]
  /// What the files lie on that serve as disks.
  public var beneath: [Medium]
  /// Every swap space of this machine.
  public var swap: [SwapSpace]
  /// Services and programs that keep copies of what is here.
  public var copies: [KeptCopies]

  /// Looks at where a file or folder lies.
  ///
  /// What cannot be seen stays unknown.
  public static func of(_ path: FilePath) -> Medium {
    of(path, .machine, depth: 0)
  }

  static func of(_ path: FilePath, _ system: SystemFolders, depth: Int = 0) -> Medium {
    let real = resolved(path)
    let mount = Mount.holding(real, system)
    let disks = mount?.disks(system) ?? []
    var medium = Medium(
      path: real, mountPoint: mount?.point ?? real, fileSystem: mount?.type ?? "",
      habit: mount.map { FileSystemKind.habit(named: $0.type) } ?? .unknown,
      journalsData: mount?.option("data") == "journal",
      compression: mount.flatMap(compression), discardsFreed: mount?.option("discard") != nil,
      disks: disks, beneath: [], swap: SwapSpace.all(system), copies: KeptCopies.around(real))
    medium.readMarks()
    // A disk in a file on a disk in a file: nobody stacks eight.
    if depth < 8 {
      for case .file(let image) in disks.map(\.kind) {
        medium.beneath.append(of(image, system, depth: depth + 1))
      }
    }
    return medium
  }

  private static func compression(_ mount: Mount) -> String? {
    for name in ["compress", "compress-force", "compression", "compress_algorithm"] {
      guard let value = mount.option(name), value != "no", value != "none", value != "off" else {
        continue
      }
      return value.isEmpty ? name : "\(name)=\(value)"
    }
    return nil
  }

  /// What `chattr` has marked the folder with, which files made in it inherit.
  private mutating func readMarks() {
    let flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC
    let opened = unsafe path.withPlatformString { unsafe open($0, flags) }
    guard opened >= 0 else { return }
    defer { close(opened) }
    var marks: UInt32 = 0
    guard unsafe sotto_get_flags(opened, &marks) == 0 else { return }
    if marks & sotto_FS_JOURNAL_DATA != 0, fileSystem.hasPrefix("ext") { journalsData = true }
    if marks & sotto_FS_COMPRESSED != 0, compression == nil { compression = "chattr +c" }
  }

  private static func resolved(_ path: FilePath) -> FilePath {
    let found = unsafe path.withPlatformString { unsafe realpath($0, nil) }
    guard let found = unsafe found else { return path }
    defer { unsafe free(found) }
    return unsafe FilePath(platformString: found)
  }
}
