public import EvidenceFiles
public import SystemPackage

/// Gathers the environment variables that services, containers and shells of a machine set.
///
/// Values may hold passwords and keys (`DATABASE_URL`, `OLLAMA_API_KEY`): they are for readers, and
/// go into no issue and no other output.
public struct UnitFiles {
  /// Which variables are wanted, and which programs' working folder.
  public struct Interest: Sendable {
    /// Variables by name.
    public var names: Set<String>
    /// Variables by the beginning of their names.
    public var prefixes: [String]
    /// Programs by a part of their names; `WorkingDirectory` of their units is given as a setting.
    public var programs: [String]

    /// Makes an interest.
    public init(names: Set<String>, prefixes: [String] = [], programs: [String] = []) {
      self.names = names
      self.prefixes = prefixes
      self.programs = programs
    }

    /// What the known applications read.
    public static let known = Interest(
      names: [
        "DATA_DIR", "DATABASE_URL", "DATABASE_TYPE", "DATABASE_HOST", "DATABASE_NAME",
        "JAN_DATA_FOLDER", "JAN_DATA_ROOT", "BIONIC_HOME",
      ],
      prefixes: ["OLLAMA_", "XDG_"],
      programs: ["ollama", "open-webui", "open_webui"])

    func wants(_ name: String) -> Bool {
      names.contains(name) || prefixes.contains { name.hasPrefix($0) }
    }
  }

  /// The name of the setting that says which folder of the host a container sees at a path of its
  /// own: `mount:/root/.ollama`, its value the host's folder.
  public static let mountPrefix = "mount:"

  let root: FilePath
  let tree: EvidenceTree
  let interest: Interest
  let accounts: AccountHomes

  /// The settings below `root`, which stands for `/`, and in the homes: of units of systemd with
  /// their drop-ins and environment files, of quadlets, of `/etc/default` and its like, of compose
  /// files, of containers of Docker, and of files that shells read when they start.
  ///
  /// Of a variable that one unit sets several times the value in force is given.
  public static func settings(
    of root: FilePath, tree: EvidenceTree, homes: [Home], interest: Interest = .known
  ) -> [EnvironmentSetting] {
    let files = UnitFiles(
      root: root, tree: tree, interest: interest, accounts: AccountHomes(below: root, tree: tree))
    var found = files.systemUnits()
    found += files.serviceDefaults()
    found += files.shells(homes)
    found += files.containers(homes)
    for home in homes {
      found += files.userUnits(of: home)
      found += files.composeFiles(below: home.path, depth: 2)
    }
    for place in ["opt", "srv"] {
      found += files.composeFiles(below: root.appending(place), depth: 2)
    }
    var seen: Set<EnvironmentSetting> = []
    return found.filter { seen.insert($0).inserted }
  }

  /// The real place of a path a file names; nil where there is nothing or it lies outside.
  func real(_ stored: String, home: FilePath? = nil) -> FilePath? {
    guard case .found(let path) = tree.resolve(stored, home: home ?? root) else { return nil }
    return path
  }

  /// The real folder at a place below the root; nil where there is none.
  func folder(_ path: FilePath) -> FilePath? {
    guard case .found(let found) = tree.resolve(path), tree.isFolder(found) else { return nil }
    return found
  }

  /// The text of a small file, links followed as the scope allows; nil where it cannot be had.
  func text(_ path: FilePath) -> String? {
    guard case .found(let found) = tree.resolve(path),
      let bytes = try? tree.contents(found, limit: 1 << 20)
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A path as the machine itself has it, without the image's root before it: values are given so.
  func stored(_ path: FilePath) -> String {
    var rest = path
    guard root.components.count > 0, rest.removePrefix(root) else { return path.string }
    return "/" + rest.string
  }

  /// The assignments of a file; none where it cannot be had.
  func assignments(in path: FilePath) -> [(name: String, value: String)] {
    text(path).map { UnitSyntax.assignments($0) } ?? []
  }
}

/// The homes of a machine's accounts (`passwd(5)`).
struct AccountHomes {
  private var homes: [String: String] = [:]
  private let root: FilePath

  init(below root: FilePath, tree: EvidenceTree) {
    self.root = root
    guard let bytes = try? tree.contents(root.appending("etc/passwd"), limit: 4 << 20) else {
      return
    }
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count >= 6 else { continue }
      homes[String(fields[0])] = String(fields[5])
      // A unit may name the number.
      if homes[String(fields[2])] == nil { homes[String(fields[2])] = String(fields[5]) }
    }
  }

  /// The home of an account, by the path that opens it; nil for one that is not listed.
  func home(_ name: String) -> FilePath? {
    guard let home = homes[name] else { return name == "root" ? root.appending("root") : nil }
    return place(home)
  }

  /// A path of the machine as the path that opens it.
  func place(_ path: String) -> FilePath {
    path.split(separator: "/").reduce(into: root) { $0.append(String($1)) }
  }
}
