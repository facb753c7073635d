import Applications
import Conversations
import EvidenceFiles
import Inventory
import SystemPackage

/// Which folders are meant by the words on the command line: a path, the name of an application, the
/// id of a store, or all.
struct StoreChoice {
  /// The folders, none inside another.
  private(set) var targets: [LockTarget] = []
  /// Stores that are a file by itself, in a folder that is not theirs to be locked.
  private(set) var filesAlone: [StoreRecord] = []

  private let reading: Reading
  private let places: [LookingPlace]
  private let tree = EvidenceTree(.machine)
  private var found: [StoreRecord]?

  /// Finds out what is meant.
  /// - Throws: `Failure` where a word means nothing, or a folder cannot be locked.
  init(_ words: [String], all: Bool, _ places: [LookingPlace]) throws(Failure) {
    reading = try Reading()
    self.places = places
    if all { add(stores()) }
    for word in words { try add(word) }
  }

  /// Whether a word is written as a path: anything else is looked up first.
  static func isPath(_ word: String) -> Bool {
    word.contains("/") || word == "." || word == ".."
  }

  private mutating func add(_ word: String) throws(Failure) {
    if Self.isPath(word) {
      add(try folder(try NamedPath.existing(word)))
      return
    }
    if KnownApplications.all.contains(where: { $0.id.rawValue == word }) {
      let wanted = stores().filter { $0.app.rawValue == word }
      guard !wanted.isEmpty else {
        throw Failure("no store of \(word) was found", hint: "sotto scan shows what there is")
      }
      add(wanted)
      return
    }
    let named = word.count >= 4 ? stores().filter { $0.id.hasPrefix(word.lowercased()) } : []
    if Set(named.map(\.id)).count > 1 {
      let some = named.prefix(4).map(\.id).joined(separator: ", ")
      throw Failure("several stores have an id that begins with \(word)", hint: "one of \(some)")
    }
    if !named.isEmpty {
      add(named)
    } else if let path = try? NamedPath.existing(word) {
      add(try folder(path))
    } else {
      throw Failure(
        "no store, application or folder is called \(word)",
        hint: "sotto scan --format json shows the ids; a path is taken as it is")
    }
  }

  // MARK: - Stores that are known

  private mutating func stores() -> [StoreRecord] {
    if let found { return found }
    let line = ProgressLine(reading.progress)
    defer { line.end() }
    let stores = reading.reader.stores(reading.reader.find(places))
    found = stores
    return stores
  }

  private mutating func add(_ stores: [StoreRecord]) {
    var alone: [StoreRecord] = []
    for store in stores where store.state == .plain {
      guard let folder = dataFolder(of: store) else {
        alone.append(store)
        continue
      }
      add(
        LockTarget(
          store: folder.path, app: store.app, users: store.isAtKnownPlace ? [store.app] : []))
    }
    for index in targets.indices {
      targets[index].bulk = bulk(in: targets[index].store, of: stores)
    }
    // What lies in a folder that is locked anyway is not left out.
    var said: Set<FilePath> = []
    filesAlone = alone.filter { store in
      !targets.contains { store.head.path.starts(with: $0.store) }
        && said.insert(store.head.path).inserted
    }
  }

  private func dataFolder(of store: StoreRecord) -> DataFolder? {
    KnownApplications.dataFolder(of: store.app, around: store.head.path, tree)
  }

  private func bulk(in folder: FilePath, of stores: [StoreRecord]) -> [String] {
    KnownApplications.bulk(
      in: folder, of: stores.map { (app: $0.app, path: $0.head.path) }, tree)
  }

  private mutating func add(_ target: LockTarget) {
    if let outer = targets.firstIndex(where: { target.store.starts(with: $0.store) }) {
      targets[outer].users.formUnion(target.users)
      return
    }
    var target = target
    for inner in targets where inner.store.starts(with: target.store) {
      target.users.formUnion(inner.users)
    }
    targets.removeAll { $0.store.starts(with: target.store) }
    targets.append(target)
  }

  // MARK: - A folder by its path

  private func folder(_ path: FilePath) throws(Failure) -> LockTarget {
    guard tree.isFolder(path) else {
      throw Failure(
        "\(path.string) is no folder", hint: "put the file into a folder of its own and lock that")
    }
    // Where programs look for their things does not depend on where the user asked to look.
    let homes: [LookingPlace] = [.machine] + (ownersHome(path).map { [.home($0)] } ?? [])
    let known = reading.reader.stores(reading.reader.find(homes, walks: false))
    let inside = reading.reader.stores(reading.reader.find([.path(path)]))
    var target = LockTarget(store: path)
    target.app = (known + inside).first { dataFolder(of: $0)?.path == path }?.app
    target.bulk = bulk(in: path, of: known + inside)
    for store in known
    where store.head.path.starts(with: path) || path.starts(with: store.head.path) {
      target.users.insert(store.app)
    }
    return target
  }

  private func ownersHome(_ path: FilePath) -> FilePath? {
    guard let owner = (try? FileStatus.of(path))?.owner, let home = ThisProcess.home(of: owner),
      home != ThisProcess.machine.home, path.starts(with: home)
    else { return nil }
    return home
  }
}
