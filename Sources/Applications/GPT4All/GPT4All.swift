import ByteReading
public import Conversations
public import EvidenceFiles
public import SystemPackage

/// GPT4All, the desktop application of Nomic: chats in Qt data streams, documents in SQLite.
public struct GPT4All: Application {
  static let id = ApplicationID(rawValue: "gpt4all")

  public var id: ApplicationID { GPT4All.id }
  public var displayName: String { "GPT4All" }
  // Its program is called `chat`, as others are.
  public let programs = ProgramNames(executables: ["chat", "gpt4all"], below: "gpt4all")

  /// Makes the application.
  public init() {}

  // MARK: - Known places

  public func survey(_ home: Home, _ survey: inout Survey) {
    var places = GPT4AllPlaces.all(in: home.path, survey.tree)
    let environment = survey.environment
    if let moved = GPT4AllPlaces.moved(
      in: home.path,
      { name in
        // Variables of this process are given for the home of the person who runs it alone.
        environment.last { $0.name == name && $0.source == nil && !$0.value.isEmpty }
          .map { FilePath($0.value) }
          .flatMap { $0.isAbsolute ? $0 : nil }
      })
    {
      places.append(moved)
    }
    look(places, &survey)
  }

  public func survey(system root: FilePath, _ survey: inout Survey) {}

  /// Looks at the places of the installations of one home.
  ///
  /// Folders that are in use are claimed before those that a setting has put out of use.
  private func look(_ places: [GPT4AllPlaces], _ survey: inout Survey) {
    var live: [FilePath] = []
    var old: [FilePath] = []
    var settings: [FilePath] = []
    var logs: [FilePath] = []
    for place in places {
      var named: FilePath?
      if let file = survey.file(id, at: place.settings.appending("GPT4All.ini"), of: place.system) {
        claimSettings(file, &survey)
        named = dataFolder(namedIn: file, &survey)
      }
      if case .found(let folder) = survey.tree.resolve(place.settings),
        survey.tree.isFolder(folder)
      {
        settings.append(folder)
      }
      if let data = survey.folder(id, at: place.data, of: place.system) {
        logs.append(data)
        if let named, named != data { old.append(data) } else { live.append(data) }
      }
      if let named {
        live.append(named)
        survey.remember(GPT4AllHome(named: named))
      }
      if let cache = survey.folder(id, at: place.cache, of: place.system) {
        claimCache(cache, &survey)
      }
    }
    for folder in live {
      guard let listing = list(folder, &survey) else { continue }
      let found = GPT4AllFolder(listing, survey: survey)
      claim(found, isOld: false, isKnown: true, withLogs: logs.contains(folder), &survey)
    }
    for folder in old where !live.contains(folder) {
      guard let listing = list(folder, &survey) else { continue }
      let found = GPT4AllFolder(listing, survey: survey)
      claim(found, isOld: true, isKnown: true, withLogs: logs.contains(folder), &survey)
    }
    for folder in settings where !live.contains(folder) {
      guard let listing = list(folder, &survey) else { continue }
      claimChats(GPT4AllFolder(listing, survey: survey), isOld: false, isKnown: false, &survey)
    }
  }

  /// The folder that the settings name for models and chats: `modelPath`, or `modelPaths` as 2.4.11
  /// wrote it.
  private func dataFolder(namedIn file: FilePath, _ survey: inout Survey) -> FilePath? {
    guard let bytes = try? survey.tree.contents(file) else { return nil }
    let settings = QtSettings(bytes)
    guard let stored = settings["modelPath"] ?? settings["modelPaths"], !stored.isEmpty else {
      return nil
    }
    var text = stored.string
    while text.utf8.count > 1, text.hasSuffix("/") { text.removeLast() }
    if let folder = survey.follow(text, named: file), survey.tree.isFolder(folder) {
      survey.look(id, folder, .found)
      return folder
    }
    survey.look(id, FilePath(text), .absent)
    return nil
  }

  private func list(_ folder: FilePath, _ survey: inout Survey) -> FolderListing? {
    do {
      return try survey.tree.list(folder)
    } catch {
      survey.add(Issue(error))
      return nil
    }
  }

  // MARK: - Folders and files found by walking

  public func recognise(_ folder: FolderListing, _ survey: inout Survey) {
    if let root = GPT4AllPlaces.home(of: folder.path), root != survey.home?.path,
      isInScope(root, survey)
    {
      lookInside(root, &survey)
    }
    let found = GPT4AllFolder(folder, survey: survey)
    let isData = GPT4AllPlaces.isData(folder.path)
    guard isData || !found.isForeign else { return }
    if let settings = found.settings { claimSettings(settings, &survey) }
    claim(
      found, isOld: isPutAside(folder.path, survey), isKnown: false, withLogs: true, &survey)
  }

  private func isInScope(_ folder: FilePath, _ survey: Survey) -> Bool {
    switch survey.tree.scope {
    case .machine: true
    case .below(let top), .image(let top): folder.starts(with: top)
    }
  }

  /// Whether a folder that was found by walking holds copies only: the settings of the same home name
  /// another one, or it was thrown away.
  private func isPutAside(_ folder: FilePath, _ survey: Survey) -> Bool {
    if GPT4AllPlaces.isTrash(folder) { return true }
    guard let named = survey.remembered(GPT4AllHome.self)?.named else { return false }
    return named != folder
  }

  /// Looks at the installation below a folder that has the layout of a home and was not known as one:
  /// a backup, another machine's home.
  private func lookInside(_ root: FilePath, _ survey: inout Survey) {
    let outer = survey.home
    let places = GPT4AllPlaces.all(in: root, survey.tree).filter {
      survey.tree.isFolder($0.settings) || survey.tree.isFolder($0.data)
    }
    var systems: [OperatingSystem] = []
    for place in places where !systems.contains(place.system) { systems.append(place.system) }
    let home = Home(root, user: outer?.user, systems: systems)
    survey.home = home
    if survey.remembered(SurveyedHome.self) == nil {
      survey.remember(SurveyedHome())
      look(places, &survey)
    }
    survey.home = outer
  }

  /// Says that a home inside another one was looked at.
  private struct SurveyedHome: Sendable {}

  public func recognise(_ file: SniffedFile, _ survey: inout Survey) {
    if LocalDocs.isDatabase(file) {
      let generation = GPT4AllFolder.generation(file.name)
      claimDatabase(
        GPT4AllFolder.Database(path: file.path, generation: generation ?? -1), isOld: false,
        &survey)
      return
    }
    let isChat = ChatSignature(file.prefix) != .none
    let hasName =
      file.name.hasSuffix(".chat.tmp")
      || (file.name.hasPrefix("gpt4all-") && file.name.hasSuffix(".chat"))
    if case .below(file.path) = survey.tree.scope {
      recogniseAlone(file, isChat: isChat || hasName, &survey)
      return
    }
    // Chats with their own names were claimed with their folder.
    guard isChat, let listing = try? survey.tree.list(file.path.removingLastComponent()) else {
      return
    }
    var found = GPT4AllFolder(listing, survey: survey)
    if found.chats.isEmpty, found.copies.isEmpty {
      for entry in listing.entries where entry.kind == .file {
        let path = listing.path(of: entry)
        if !survey.isCovered(path) { found.addChat(path, named: [], survey.tree) }
      }
    }
    claimChats(found, isOld: isPutAside(listing.path, survey), isKnown: false, &survey)
  }

  /// Claims a single file that somebody pointed at: nothing beside it is looked at.
  private func recogniseAlone(_ file: SniffedFile, isChat: Bool, _ survey: inout Survey) {
    if isChat {
      let chat = GPT4AllFolder.Chat(
        path: file.path, version: GPT4AllFolder.version(file.path, survey.tree))
      let isCopy = file.name.hasSuffix(".tmp")
      claimChats(
        [chat], at: file.path, isCopy ? .copies : .conversations, onlyIfAny: false, &survey)
    } else if file.name == "GPT4All.ini" {
      claimSettings(file.path, &survey)
    } else if file.name == "embeddings_v0.dat" {
      claimVectors(file.path, isOld: false, &survey)
    } else if file.name.hasSuffix(".rmodel") {
      claimFiles(.secrets, file.path, [file.path], format: "gpt4all-keys", &survey)
    } else if GPT4AllFolder.generation(file.name) != nil {
      claimDatabase(GPT4AllFolder.Database(path: file.path, generation: -1), isOld: false, &survey)
    }
  }
}
