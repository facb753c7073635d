import Applications
import Conversations
import EvidenceFiles
import SQLiteEvidence
import Synchronization
import SystemPackage

/// Finds what applications claim below one place: known places first, then everything that is left.
struct StoreSearch {
  let applications: [any Application]
  let progress: ReadingProgress?
  private(set) var survey: Survey
  private let place: LookingPlace
  let accounts: Accounts
  /// How many of the survey's claims, the first ones, are at places where applications are known to keep
  /// things and look for them; what the walk finds later is a copy, a backup, a thing moved by hand.
  private(set) var claimsAtKnownPlaces = 0
  /// Folders that are vaults.
  private(set) var vaults: [FilePath] = []
  private let walks: Bool
  private var homes: [FilePath: Home] = [:]
  /// Folders of the kernel, where reading a file may act on the machine.
  private static let kernelFolders: Set<FilePath> = ["/proc", "/sys", "/dev", "/run"]

  init(
    _ place: LookingPlace, applications: [any Application], machine: Machine,
    progress: ReadingProgress?, walks: Bool = true
  ) {
    self.walks = walks
    self.applications = applications
    self.progress = progress
    self.place = place
    let tree = EvidenceTree(place.scope)
    survey = Survey(tree)
    switch place {
    case .image(let root): accounts = Accounts(below: root, tree: tree)
    case .machine, .home, .path: accounts = Accounts(below: "/", tree: tree)
    }
    gather(machine)
  }

  private mutating func gather(_ machine: Machine) {
    switch place {
    case .machine:
      survey.environment = machine.environment
      let home = Homes.home(machine.home, user: machine.user, tree: survey.tree)
      survey.environment += units(below: "/", [home])
      sayUnlistedContainers(below: "/", [home])
      surveySystem("/")
      visit(home)
      claimsAtKnownPlaces = survey.claims.count
      walk(machine.home)
    case .home(let path):
      guard check(path) else { return }
      let home = Homes.home(path, user: accounts.name(homeAt: path), tree: survey.tree)
      survey.environment = units(below: "/", [home]).filter {
        $0.source?.starts(with: path) ?? false
      }
      visit(home)
      // A folder that only has the look of a home is nobody's: no program keeps things there.
      if home.user != nil || path == machine.home { claimsAtKnownPlaces = survey.claims.count }
      walk(path)
    case .image(let root):
      guard check(root) else { return }
      let found = Homes.all(below: root, accounts: accounts, tree: survey.tree)
      survey.environment = units(below: root, found)
      sayUnlistedContainers(below: root, found)
      surveySystem(root)
      for home in found { visit(home) }
      walk(root)
    case .path(let path):
      guard check(path) else { return }
      if (try? survey.tree.status(path))?.kind == .file {
        sniff(path)
      } else {
        walk(path)
      }
    }
  }

  private func units(below root: FilePath, _ homes: [Home]) -> [EnvironmentSetting] {
    return UnitFiles.settings(of: root, tree: survey.tree, homes: homes)
  }

  /// Of a whole system, containers whose settings may not be read are no silence.
  private mutating func sayUnlistedContainers(below root: FilePath, _ homes: [Home]) {
    for issue in UnitFiles.unlistedContainers(of: root, tree: survey.tree, homes: homes) {
      survey.add(issue)
    }
  }

  /// Whether the place itself can be looked at; an issue where it cannot.
  private mutating func check(_ path: FilePath) -> Bool {
    do {
      let status = try survey.tree.status(path)
      if status.kind == .folder { _ = try survey.tree.list(path) }
      return true
    } catch {
      survey.add(Issue(error))
      return false
    }
  }

  private mutating func surveySystem(_ root: FilePath) {
    survey.home = nil
    for application in applications { application.survey(system: root, &survey) }
  }

  /// Asks every application about a home, once.
  private mutating func visit(_ home: Home) {
    guard homes[home.path] == nil else { return }
    homes[home.path] = home
    let outer = survey.home
    survey.home = home
    for application in applications { application.survey(home, &survey) }
    survey.home = outer
  }

  // MARK: - Walking

  private struct Pending {
    var path: FilePath
    var home: Home?
  }

  /// Goes through all folders below `top` that nobody claimed; links are not followed.
  private mutating func walk(_ top: FilePath) {
    guard walks else { return }
    var pending = [Pending(path: top, home: homes[top])]
    while let next = pending.popLast() {
      if StoreSearch.kernelFolders.contains(next.path) { continue }
      if next.path.extension == "sotto", VaultFolder.isOne(next.path, survey.tree) {
        vaults.append(next.path)
        continue
      }
      let listing: FolderListing
      do {
        listing = try survey.tree.list(next.path)
      } catch {
        if !error.isAbsence { survey.add(Issue(error)) }
        continue
      }
      progress?.folders.add(1, ordering: .relaxed)
      var home = homes[next.path] ?? next.home
      if homes[next.path] == nil {
        // A backup of a home, or of another machine's, is a home of its own with its own settings.
        let systems = Homes.systems(listing)
        if !systems.isEmpty {
          let found = Home(
            next.path, user: accounts.name(homeAt: next.path) ?? next.home?.user, systems: systems)
          survey.saysAbsence = false
          visit(found)
          survey.saysAbsence = true
          home = found
        }
      }
      survey.home = home
      for application in applications { application.recognise(listing, &survey) }
      // Claimed just now: all below it is looked after.
      if survey.isCovered(next.path) { continue }
      for entry in listing.entries where entry.kind == .file {
        let path = listing.path(of: entry)
        if isWorthOpening(entry, listing), !survey.isCovered(path) { sniff(path) }
      }
      for entry in listing.entries.reversed() where entry.kind == .folder {
        let path = listing.path(of: entry)
        if !survey.isCovered(path) { pending.append(Pending(path: path, home: home)) }
      }
    }
  }

  /// Whether a file may be a store by its name alone.
  ///
  /// In a home that is in use most files are neither, and opening each would wake a disk for nothing;
  /// in a place somebody named, content decides about every one.
  private func isWorthOpening(_ entry: FolderEntry, _ listing: FolderListing) -> Bool {
    let name = entry.name
    for suffix in ["-wal", "-shm", "-journal"] where name.hasSuffix(suffix) {
      let main = String(name.dropLast(suffix.utf8.count))
      if listing.has(main, .file) { return false }
    }
    switch place {
    case .path, .image: return true
    case .machine, .home:
      guard let suffix = entry.component.extension?.lowercased() else { return true }
      return StoreSearch.likelySuffixes.contains(suffix)
    }
  }

  private static let likelySuffixes: Set<String> = [
    "chat", "tmp", "db", "sqlite", "sqlite3", "json", "jsonl", "md", "log", "bak", "old", "orig",
    "zip",
    "dat", "backup", "save", "txt",
  ]

  /// Reads a file's beginning and asks every application whether it is theirs.
  private mutating func sniff(_ path: FilePath) {
    let file: EvidenceFile
    let prefix: [UInt8]
    do {
      file = try survey.tree.open(path)
      prefix = try file.prefix(4096)
    } catch {
      // A file that cannot be opened is an issue; one that is gone, or is a socket, is none.
      if !error.isAbsence, error.errno != .invalidArgument { survey.add(Issue(error)) }
      return
    }
    progress?.files.add(1, ordering: .relaxed)
    var tables: Set<String>?
    if prefix.starts(with: "SQLite format 3\0".utf8) || file.status.size == 0 {
      tables = DatabaseTables.names(path)
    }
    let sniffed = SniffedFile(path: path, status: file.status, prefix: prefix, tables: tables)
    for application in applications {
      application.recognise(sniffed, &survey)
      if survey.isCovered(path) { return }
    }
  }
}
