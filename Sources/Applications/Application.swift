public import Conversations
public import EvidenceFiles
public import SystemPackage

/// One application: where it keeps things and how to read them.
///
/// The engines know no application by name; adding one is adding a folder with such a value and one
/// line in `KnownApplications`.
public protocol Application: Sendable {
  /// The stable name in documents and on the command line.
  var id: ApplicationID { get }
  /// The name for people.
  var displayName: String { get }
  /// How its running programs are known.
  var programs: ProgramNames { get }

  /// Asked once for each home, before it is walked: look at the known places and follow the settings
  /// that move data, and claim what is there.
  func survey(_ home: Home, _ survey: inout Survey)

  /// Asked once for a machine or an image, with the folder that stands for `/`: service accounts,
  /// unit files, container volumes.
  func survey(system root: FilePath, _ survey: inout Survey)

  /// Asked for each folder that is walked and that nobody claimed: claim it if its names and contents
  /// are those of a store.
  func recognise(_ folder: FolderListing, _ survey: inout Survey)

  /// Asked for each file that is walked and that nobody claimed: claim it if its contents say so, or
  /// its name where the format has no signature.
  func recognise(_ file: SniffedFile, _ survey: inout Survey)

  /// Asked for folders around something that is the application's, before they are locked: whether
  /// it keeps its things there, and what of them is bulk; nil where it does not.
  func dataFolder(_ folder: FolderListing, _ tree: EvidenceTree) -> DataFolder?
}

/// The operating systems whose places are known.
public enum OperatingSystem: String, Sendable, CaseIterable {
  case linux, macOS, windows
}

/// A person's home, on this machine, in an image or in a backup.
public struct Home: Hashable, Sendable {
  /// The folder.
  public let path: FilePath
  /// The person's name, where it is known.
  public let user: String?
  /// The systems whose layout it shows; places of all three are looked at, absence is reported for
  /// these.
  public let systems: [OperatingSystem]

  /// Makes a home.
  public init(_ path: FilePath, user: String? = nil, systems: [OperatingSystem]) {
    self.path = path
    self.user = user
    self.systems = systems
  }

  /// A place below the home, its parts separated by slashes.
  public func place(_ relative: String) -> FilePath {
    path.appending(relative)
  }

  /// Where programs of a system keep their data below a home, as their documentation has it:
  /// `$XDG_CONFIG_HOME` and `$XDG_DATA_HOME` by default, `Library/Application Support`, and the three
  /// folders of `AppData`.
  public enum Base: String, Sendable, CaseIterable {
    case config = ".config"
    case data = ".local/share"
    case state = ".local/state"
    case cache = ".cache"
    case applicationSupport = "Library/Application Support"
    case macCaches = "Library/Caches"
    case macLogs = "Library/Logs"
    case roaming = "AppData/Roaming"
    case local = "AppData/Local"

    /// The system whose layout it belongs to.
    public var system: OperatingSystem {
      switch self {
      case .config, .data, .state, .cache: .linux
      case .applicationSupport, .macCaches, .macLogs: .macOS
      case .roaming, .local: .windows
      }
    }
  }

  /// A place below one of the bases.
  public func place(_ base: Base, _ relative: String) -> FilePath {
    path.appending(base.rawValue).appending(relative)
  }
}

/// A file whose beginning was read, to be recognised.
public struct SniffedFile: Sendable {
  /// The file.
  public let path: FilePath
  /// Its status.
  public let status: FileStatus
  /// The first bytes, at most 4 KiB.
  public let prefix: [UInt8]
  /// Of an SQLite database, the names of its tables, lower-cased; nil for everything else.
  public let tables: Set<String>?

  /// Makes a sniffed file.
  public init(path: FilePath, status: FileStatus, prefix: [UInt8], tables: Set<String>?) {
    self.path = path
    self.status = status
    self.prefix = prefix
    self.tables = tables
  }

  /// The file's name for comparisons.
  public var name: String { path.lastComponent?.string ?? "" }
}
