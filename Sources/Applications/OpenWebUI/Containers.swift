import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

extension OpenWebUI {
  /// Where settings say that the conversations are in Postgres: below which folder that concerns.
  struct DatabaseElsewhere: Sendable {
    var below: FilePath
    var source: String
  }

  private struct ElsewhereList: Sendable {
    var all: [DatabaseElsewhere] = []
  }

  /// The setting by which a database is probably a leftover; nil where there is none.
  func databaseElsewhere(for path: FilePath, _ survey: Survey) -> String? {
    survey.remembered(ElsewhereList.self)?.all.first { path.starts(with: $0.below) }?.source
  }

  private func isPostgres(_ value: String) -> Bool {
    value.hasPrefix("postgres://") || value.hasPrefix("postgresql://")
      || value.hasPrefix("postgresql+") || value == "postgres" || value == "postgresql"
  }

  /// Takes note of a `DATABASE_URL` that names Postgres, where it is this application's: the variable's
  /// name is a common one, so its file must speak of Open WebUI.
  func rememberDatabaseElsewhere(_ survey: inout Survey) {
    for setting in survey.environment
    where ["DATABASE_URL", "DATABASE_TYPE"].contains(setting.name) && isPostgres(setting.value) {
      guard let source = setting.source, mentionsThis(source, survey.tree) else { continue }
      // A server's settings say nothing of databases elsewhere in the same home.
      let below = setting.home ?? source.removingLastComponent()
      remember(below, source, &survey)
    }
  }

  private func remember(_ below: FilePath, _ source: FilePath, _ survey: inout Survey) {
    var list = survey.remembered(ElsewhereList.self) ?? ElsewhereList()
    guard !list.all.contains(where: { $0.below == below && $0.source == source.string }) else {
      return
    }
    list.all.append(DatabaseElsewhere(below: below, source: source.string))
    survey.remember(list)
    survey.look(id, source, .notParsed)
    survey.add(
      Issue(
        .notParsed, .info, path: source.storedText,
        "Open WebUI keeps its conversations in a Postgres server, as this file says; they are not"
          + " parsed"))
  }

  private func mentionsThis(_ file: FilePath, _ tree: EvidenceTree) -> Bool {
    if mentions(file, tree) { return true }
    // An `.env` is read together with the compose file beside it.
    let folder = file.removingLastComponent()
    return Places.composeNames.contains { mentions(folder.appending($0), tree) }
  }

  private func mentions(_ file: FilePath, _ tree: EvidenceTree) -> Bool {
    guard let bytes = try? tree.contents(file, limit: 1 << 20) else { return false }
    let text = String(decoding: bytes, as: UTF8.self).lowercased()
    return ["open-webui", "open_webui", "openwebui"].contains { text.contains($0) }
  }

  // MARK: - Compose files

  /// Reads a compose file line by line for what concerns this application: the folder mounted as its
  /// data, and a database elsewhere.
  func readCompose(_ file: FilePath, _ survey: inout Survey) {
    guard mentions(file, survey.tree), let bytes = try? survey.tree.contents(file, limit: 1 << 20)
    else { return }
    let folder = file.removingLastComponent()
    var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    if let more = try? survey.tree.contents(folder.appending(".env"), limit: 1 << 20) {
      lines += String(decoding: more, as: UTF8.self).split(separator: "\n").map(String.init)
    }
    let settings = lines.map { line in
      line.filter { $0 != "\"" && $0 != "'" }.drop { $0 == " " || $0 == "-" || $0 == "\t" }
    }
    // First what is elsewhere, so that what is mounted is known to be of an earlier time.
    for text in settings {
      for name in ["DATABASE_URL", "DATABASE_TYPE"] where text.hasPrefix(name) {
        let value = text.dropFirst(name.count).drop { $0 == "=" || $0 == ":" || $0 == " " }
        if isPostgres(String(value)) { remember(folder, file, &survey) }
      }
    }
    for text in settings {
      guard let mount = text.range(of: ":/app/backend/data") else { continue }
      let source = String(text[..<mount.lowerBound])
      if source.hasPrefix("/") || source.hasPrefix("~") {
        if let place = survey.follow(source, named: file) { claimDataFolder(place, &survey) }
      } else if source.hasPrefix(".") {
        let place = folder.appending(source).lexicallyNormalized()
        if survey.tree.isFolder(place) { claimDataFolder(place, &survey) }
      }
    }
  }

  // MARK: - Docker's own records

  /// Looks at the records Docker keeps of containers.
  func surveyContainers(_ folder: FilePath, _ survey: inout Survey) {
    guard let found = survey.folder(id, at: folder, of: nil),
      let listing = try? survey.tree.list(found)
    else { return }
    for entry in listing.entries where entry.kind == .folder {
      let file = listing.path(of: entry).appending("config.v2.json")
      if survey.tree.isFile(file) { claimContainer(file, &survey) }
    }
  }

  /// Claims the record of a container of this application: its environment holds keys in the clear,
  /// its mounts name the data folder, its output is a log.
  func claimContainer(_ file: FilePath, _ survey: inout Survey) {
    guard let bytes = try? survey.tree.contents(file, limit: 4 << 20) else { return }
    var json = JSONCursor(MemorySource(bytes))
    guard let record = try? json.value(),
      [record["Config"]?["Image"]?.string, record["Name"]?.string].contains(where: {
        $0?.contains("open-webui") ?? false
      })
    else { return }
    claimFile(.secrets, file, "docker-container", &survey)
    let folder = file.removingLastComponent()
    if let listing = try? survey.tree.list(folder) {
      for entry in listing.entries where entry.kind == .file && entry.name.contains("-json.log") {
        claimLog(listing.path(of: entry), &survey)
      }
    }
    for variable in record["Config"]?["Env"]?.elements ?? [] {
      guard let text = variable.string else { continue }
      for name in ["DATABASE_URL=", "DATABASE_TYPE="] where text.hasPrefix(name) {
        if isPostgres(String(text.dropFirst(name.count))) {
          for mount in dataMounts(record) {
            if let place = survey.follow(mount, named: file) { remember(place, file, &survey) }
          }
          remember(folder, file, &survey)
        }
      }
    }
    for mount in dataMounts(record) {
      if let place = survey.follow(mount, named: file) { claimDataFolder(place, &survey) }
    }
  }

  /// The folders of the host that a container has as its data folder.
  private func dataMounts(_ record: JSONValue) -> [String] {
    (record["MountPoints"]?.members ?? []).compactMap { mount in
      mount.key.string == "/app/backend/data" ? mount.value["Source"]?.string : nil
    }
  }
}

extension StringProtocol {
  /// The first place of a word, without Foundation.
  func range(of word: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(word) {
        return start..<(self.index(start, offsetBy: word.count, limitedBy: endIndex) ?? endIndex)
      }
      start = self.index(after: start)
    }
    return nil
  }
}
