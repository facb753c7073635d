public import Conversations
public import EvidenceFiles
public import SystemPackage

/// What was looked at, and with which result: absence is a result too.
public struct LookedAt: Sendable {
  /// The results.
  public enum Result: String, Sendable {
    case found
    case absent
    case denied
    case notParsed = "not-parsed"
  }

  /// The application.
  public var app: ApplicationID
  /// The path, or a pattern of paths.
  public var path: FilePath
  /// The result.
  public var result: Result
}

/// What is gathered while homes and folders are surveyed: claims, places looked at, issues.
public struct Survey {
  /// The door through which everything is opened.
  public let tree: EvidenceTree
  /// Environment variables of this process, of unit files and of container settings: name, value, and
  /// the file that says so (nil for this process).
  public var environment: [EnvironmentSetting] = []
  /// The home that is being surveyed, or the nearest one above the folder that is walked.
  public var home: Home?
  /// Whether it is worth saying that nothing is at a known place: not for each folder that merely looks
  /// like a home.
  public var saysAbsence = true
  /// The claims, in the order they were made.
  public private(set) var claims: [StoreClaim] = []
  /// What was looked at.
  public private(set) var looked: [LookedAt] = []
  /// What could not be read whole outside of any store.
  public private(set) var issues: [Issue] = []
  private var said: Set<Issue> = []
  private var claimed: Set<ClaimKey> = []
  private var covered: Set<FilePath> = []
  private var facts: [FactKey: any Sendable] = [:]

  private struct ClaimKey: Hashable {
    var path: FilePath
    var kind: StoreKind
  }

  private struct FactKey: Hashable {
    var type: ObjectIdentifier
    var home: FilePath?
  }

  /// Makes an empty survey.
  public init(_ tree: EvidenceTree) {
    self.tree = tree
  }

  /// Claims stores.
  ///
  /// What is already claimed by path and kind is not claimed again, so that nothing is
  /// read twice.
  public mutating func claim(_ claim: StoreClaim) {
    guard let first = claim.stores.first,
      claimed.insert(ClaimKey(path: first.path, kind: first.kind)).inserted
    else { return }
    var claim = claim
    if claim.user == nil { claim.user = home?.user }
    claims.append(claim)
    covered.formUnion(claim.covers)
  }

  /// Marks a file or folder as looked after, without a store of its own.
  public mutating func cover(_ path: FilePath) {
    covered.insert(path)
  }

  /// Whether some claim covers exactly this path.
  public func isCovered(_ path: FilePath) -> Bool {
    covered.contains(path)
  }

  /// Reports an issue outside of any store.
  public mutating func add(_ issue: Issue) {
    // Several applications, and several homes, may meet the same file.
    if said.insert(issue).inserted { issues.append(issue) }
  }

  /// Says that a known place was looked at.
  public mutating func look(_ app: ApplicationID, _ path: FilePath, _ result: LookedAt.Result) {
    if result == .absent, !saysAbsence { return }
    looked.append(LookedAt(app: app, path: path, result: result))
  }

  /// Looks whether there is a folder at a known place, and says so.
  ///
  /// Absence is said only for systems that the home shows. A link is followed as far as the scope allows.
  /// - Returns: The folder's real path.
  public mutating func folder(
    _ app: ApplicationID, at path: FilePath, of system: OperatingSystem? = nil
  ) -> FilePath? {
    place(app, at: path, .folder, system)
  }

  /// Looks whether there is a file at a known place, and says so.
  /// - Returns: The file's real path.
  public mutating func file(
    _ app: ApplicationID, at path: FilePath, of system: OperatingSystem? = nil
  ) -> FilePath? {
    place(app, at: path, .file, system)
  }

  private mutating func place(
    _ app: ApplicationID, at path: FilePath, _ kind: FileStatus.Kind, _ system: OperatingSystem?
  ) -> FilePath? {
    let isExpected = system.map { home?.systems.contains($0) ?? true } ?? true
    do {
      var status = try tree.status(path)
      var real = path
      if status.kind == .link {
        switch tree.resolve(path) {
        case .found(let target):
          real = target
          status = try tree.status(target)
        case .outside, .otherDrive:
          add(
            Issue(
              .pointsOutside, .warning, path: path.storedText,
              "a link leads outside of where to look"))
          return nil
        case .absent:
          if isExpected { look(app, path, .absent) }
          return nil
        }
      }
      guard status.kind == kind else { return nil }
      look(app, path, .found)
      return real
    } catch {
      if error.isDenial {
        look(app, path, .denied)
        add(Issue(error))
      } else if isExpected {
        look(app, path, .absent)
      }
      return nil
    }
  }

  /// Finds what a setting names, and reports an issue where it leads outside.
  /// - Parameters:
  ///   - stored: The path as the setting has it.
  ///   - source: The file that holds the setting.
  public mutating func follow(_ stored: String, named source: FilePath) -> FilePath? {
    switch tree.resolve(stored, home: home?.path ?? "/") {
    case .found(let path): return path
    case .absent: return nil
    case .outside, .otherDrive:
      add(
        Issue(
          .pointsOutside, .warning, path: source.storedText,
          "a setting names a place outside of where to look: \(stored)"))
      return nil
    }
  }

  /// Remembers something about the present home, by its type, for later questions of the same
  /// application.
  public mutating func remember<Fact: Sendable>(_ fact: Fact) {
    facts[FactKey(type: ObjectIdentifier(Fact.self), home: home?.path)] = fact
  }

  /// What was remembered of that type about the present home.
  public func remembered<Fact: Sendable>(_ type: Fact.Type) -> Fact? {
    facts[FactKey(type: ObjectIdentifier(type), home: home?.path)] as? Fact
  }
}

/// An environment variable and who sets it.
public struct EnvironmentSetting: Sendable, Hashable {
  /// The variable.
  public var name: String
  /// Its value.
  public var value: String
  /// The file that sets it: a unit, a drop-in, an `.env`; nil for this process.
  public var source: FilePath?
  /// The home of the account it is set for, where the unit names a user.
  public var home: FilePath?

  /// Makes a setting.
  public init(name: String, value: String, source: FilePath?, home: FilePath? = nil) {
    self.name = name
    self.value = value
    self.source = source
    self.home = home
  }
}
