import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

/// Where the server keeps things when it runs as a service or in a container.
extension Ollama {
  /// The homes of service accounts, as the install script, distributions and the snap have them.
  func surveyServices(_ root: FilePath, _ survey: inout Survey) {
    for (place, user) in [("usr/share/ollama", "ollama"), ("root", "root")] {
      let home = root.appending(place)
      survey.home = Home(home, user: user, systems: [.linux])
      defer { survey.home = nil }
      if let folder = survey.folder(id, at: home.appending(".ollama"), of: .linux) {
        claimDataFolder(folder, movedModels: moved(home, survey), &survey)
      }
    }
    // Accounts that units name, wherever their homes are.
    for home in Set(survey.environment.compactMap(\.home)).sorted(by: { $0.string < $1.string }) {
      if let folder = real(home.appending(".ollama"), survey.tree) {
        claimDataFolder(folder, movedModels: moved(home, survey), &survey)
      }
    }
    // Distributions: the folder itself holds what is elsewhere in `.ollama`.
    for place in ["var/lib/ollama", "var/lib/private/ollama", "var/snap/ollama/common"] {
      guard let folder = survey.folder(id, at: root.appending(place), of: .linux) else { continue }
      claimDataFolder(folder, movedModels: moved(folder, survey), &survey)
      if survey.tree.isFolder(folder.appending("manifests")) {
        claimModels(folder, .conversations, &survey)
      }
      if let inner = real(folder.appending(".ollama"), survey.tree) {
        claimDataFolder(inner, movedModels: moved(folder, survey), &survey)
      }
    }
    for log in ["opt/homebrew/var/log/ollama.log", "usr/local/var/log/ollama.log"] {
      if let file = survey.file(id, at: root.appending(log), of: .macOS) {
        claimLogs(file, &survey)
      }
    }
    for log in ["var/log/ollama.log", "var/log/ollama/ollama.log"] {
      if let file = survey.file(id, at: root.appending(log), of: .linux) {
        claimLogs(file, &survey)
      }
    }
    guard hasUnit(root, survey) else { return }
    surveyJournals(root, &survey)
    for log in ["var/log/syslog", "var/log/syslog.1", "var/log/messages"] {
      let path = root.appending(log)
      if survey.tree.isFile(path) { claimLog(path, .shared, &survey) }
    }
  }

  /// Where the settings of an account's units have the models.
  private func moved(_ home: FilePath, _ survey: Survey) -> [FilePath] {
    survey.environment.compactMap { setting in
      guard setting.name == "OLLAMA_MODELS", setting.home == home,
        case .found(let folder) = survey.tree.resolve(setting.value, home: home)
      else { return nil }
      return folder
    }
  }

  /// Whether the machine has a unit for the server; its lines are in the journal then.
  private func hasUnit(_ root: FilePath, _ survey: Survey) -> Bool {
    let folders = ["etc/systemd/system", "usr/lib/systemd/system", "lib/systemd/system"]
    let units = ["ollama.service", "snap.ollama.listener.service"]
    return folders.contains { folder in
      units.contains { (try? survey.tree.status(root.appending(folder).appending($0))) != nil }
    }
  }

  private func surveyJournals(_ root: FilePath, _ survey: inout Survey) {
    for place in ["var/log/journal", "run/log/journal"] {
      guard let folder = survey.folder(id, at: root.appending(place), of: .linux) else { continue }
      survey.look(id, folder.appending("*/*.journal"), .notParsed)
      claim(
        StoreHead(.logs, folder, format: "systemd-journal", onlyIfAny: true), &survey
      ) {
        NamedFiles.parts(folder, notParsed: "the journal, which has the server's log in it,") {
          $0.hasSuffix(".journal") || $0.hasSuffix(".journal~")
        }
      }
    }
  }

  /// Volumes that hold what `~/.ollama` holds, and logs of containers that run Ollama.
  func surveyContainers(_ root: FilePath, _ survey: inout Survey) {
    for place in ["var/lib/docker", "var/snap/docker/common/var-lib-docker"] {
      let docker = root.appending(place)
      guard survey.folder(id, at: docker.appending("volumes"), of: .linux) != nil else { continue }
      if let volumes = try? survey.tree.list(docker.appending("volumes")) {
        for volume in volumes.entries where volume.kind == .folder {
          claimVolume(volumes.path(of: volume).appending("_data"), &survey)
        }
      }
      guard let containers = try? survey.tree.list(docker.appending("containers")) else { continue }
      for container in containers.entries where container.kind == .folder {
        surveyContainer(containers.path(of: container), &survey)
      }
    }
  }

  /// Folders of the host that units and compose files give a container as its `~/.ollama`.
  func surveyMounts(below top: FilePath, _ survey: inout Survey) {
    for setting in survey.environment where setting.name.hasPrefix(UnitFiles.mountPrefix) {
      guard setting.name.hasSuffix("/.ollama"), let source = setting.source,
        source.starts(with: top),
        case .found(let folder) = survey.tree.resolve(
          setting.value, home: survey.home?.path ?? top)
      else { continue }
      claimDataFolder(folder, &survey)
    }
  }

  private func claimVolume(_ folder: FilePath, _ survey: inout Survey) {
    guard let listing = try? survey.tree.list(folder) else { return }
    if listing.has("manifests", .folder), listing.has("blobs", .folder) {
      claimModels(folder, .conversations, &survey)
    } else if survey.tree.isFolder(folder.appending("models/manifests"))
      || listing.has("id_ed25519", .file)
    {
      claimDataFolder(folder, &survey)
    }
  }

  /// A container of Ollama's: its log, and folders of the host that it has as its data folder.
  private func surveyContainer(_ folder: FilePath, _ survey: inout Survey) {
    guard let bytes = try? survey.tree.contents(folder.appending("config.v2.json")),
      let config = JSONValue(small: bytes)
    else { return }
    let image = config["Config"]?["Image"]?.string ?? ""
    let variables = config["Config"]?["Env"]?.elements.compactMap(\.string) ?? []
    guard image.contains("ollama") || variables.contains(where: { $0.hasPrefix("OLLAMA_") }) else {
      return
    }
    for mount in (config["MountPoints"]?.members ?? []).map(\.value) {
      guard let destination = mount["Destination"]?.string, destination.hasSuffix("/.ollama"),
        let source = mount["Source"]?.string,
        let host = survey.follow(source, named: folder.appending("config.v2.json"))
      else { continue }
      claimDataFolder(host, &survey)
    }
    guard let listing = try? survey.tree.list(folder) else { return }
    for entry in listing.entries where entry.kind == .file && entry.name.contains("-json.log") {
      // Rotated ones may be packed.
      if entry.name.hasSuffix(".gz") { continue }
      claimLog(listing.path(of: entry), .container, &survey)
    }
  }

  /// Requests and prompts that were written to temporary folders.
  func surveyTemporaryFiles(_ root: FilePath, _ survey: inout Survey) {
    survey.look(
      id, root.appending("tmp/ollama-request-logs-*"),
      surveyTemporary(root.appending("tmp"), &survey) ? .found : .absent)
    surveyTemporary(root.appending("var/tmp"), &survey)
    // macOS: one folder a user, two levels down.
    guard let outer = try? survey.tree.list(root.appending("var/folders")) else { return }
    for first in outer.entries where first.kind == .folder {
      guard let inner = try? survey.tree.list(outer.path(of: first)) else { continue }
      for second in inner.entries where second.kind == .folder {
        surveyTemporary(inner.path(of: second).appending("T"), &survey)
      }
    }
  }

  /// Claims what Ollama left in one temporary folder.
  /// - Returns: Whether there was something.
  @discardableResult
  func surveyTemporary(_ folder: FilePath, _ survey: inout Survey) -> Bool {
    guard let listing = try? survey.tree.list(folder) else { return false }
    var hasAny = false
    for entry in listing.entries {
      if entry.kind == .folder, RequestBodies.isName(entry.name) {
        claimRequestBodies(listing.path(of: entry), &survey)
        hasAny = true
      } else if entry.kind == .file, PromptHistory.isEditorFile(entry.name) {
        claimEditorFile(listing.path(of: entry), &survey)
        hasAny = true
      }
    }
    return hasAny
  }

  private func real(_ path: FilePath, _ tree: EvidenceTree) -> FilePath? {
    guard case .found(let found) = tree.resolve(path), tree.isFolder(found) else { return nil }
    return found
  }
}

extension JSONValue {
  /// Reads a small document; nil where it cannot be read to its end.
  init?(small bytes: [UInt8]) {
    var json = JSONCursor(MemorySource(bytes))
    guard let value = try? json.value() else { return nil }
    self = value
  }
}
