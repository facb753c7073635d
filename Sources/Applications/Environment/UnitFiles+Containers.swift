import ByteReading
public import Conversations
public import EvidenceFiles
public import SystemPackage

/// Containers: compose files, and what Docker keeps of the containers it has.
extension UnitFiles {
  /// A path inside of a container as the host has it; nil where the container keeps it to itself.
  ///
  /// Values that are no paths stay as they are.
  func hostPlace(_ value: String, _ mounts: [(host: String, inside: String)]) -> String? {
    guard value.hasPrefix("/") else { return value }
    let best = mounts.filter { value == $0.inside || value.hasPrefix($0.inside + "/") }
      .max { $0.inside.count < $1.inside.count }
    return best.map { $0.host + value.dropFirst($0.inside.count) }
  }

  /// The settings of the containers that Docker has, rootless ones too.
  func containers(_ homes: [Home]) -> [EnvironmentSetting] {
    var found: [EnvironmentSetting] = []
    for place in Self.containerFolders(below: root, homes) {
      guard let folder = folder(place), let listing = try? tree.list(folder)
      else { continue }
      for entry in listing.entries where entry.kind == .folder {
        found += container(listing.path(of: entry).appending("config.v2.json"))
      }
    }
    return found
  }

  /// The issues that folders of containers are which may not be listed: for anybody but root,
  /// `/var/lib/docker` usually, and with it settings that move an application's data.
  public static func unlistedContainers(
    of root: FilePath, tree: EvidenceTree, homes: [Home]
  ) -> [Issue] {
    containerFolders(below: root, homes).compactMap { folder -> Issue? in
      do throws(EvidenceError) {
        _ = try tree.status(folder)
        _ = try tree.list(folder)
        return nil
      } catch {
        return error.isDenial ? Issue(error) : nil
      }
    }
  }

  /// Where Docker keeps what it knows of its containers: the system's, the snap's, rootless ones.
  private static func containerFolders(below root: FilePath, _ homes: [Home]) -> [FilePath] {
    ["var/lib/docker", "var/snap/docker/common/var-lib-docker"].map {
      root.appending($0).appending("containers")
    } + homes.map { $0.place(".local/share/docker/containers") }
  }

  private func container(_ path: FilePath) -> [EnvironmentSetting] {
    guard let bytes = try? tree.contents(path, limit: 4 << 20) else { return [] }
    var json = JSONCursor(MemorySource(bytes))
    guard let config = try? json.value() else { return [] }
    var mounts: [(host: String, inside: String)] = []
    let points = config["MountPoints"]?.members.map(\.value) ?? config["Mounts"]?.elements ?? []
    for point in points {
      guard let host = point["Source"]?.string, !host.isEmpty,
        let inside = point["Destination"]?.string
      else { continue }
      mounts.append((host, inside))
    }
    var found: [EnvironmentSetting] = []
    for variable in config["Config"]?["Env"]?.elements ?? [] {
      guard let (name, value) = variable.string.flatMap({ UnitSyntax.assignment($0) }),
        interest.wants(name), let host = hostPlace(value, mounts)
      else { continue }
      found.append(EnvironmentSetting(name: name, value: host, source: path))
    }
    // What a container of somebody else sees is no setting of ours.
    let image = config["Config"]?["Image"]?.string ?? ""
    guard !found.isEmpty || interest.programs.contains(where: { image.contains($0) }) else {
      return []
    }
    return found
      + mounts.map {
        EnvironmentSetting(name: UnitFiles.mountPrefix + $0.inside, value: $0.host, source: path)
      }
  }

  /// The names of compose files.
  static let composeNames: Set<String> = [
    "compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml",
    "compose.override.yaml", "compose.override.yml", "docker-compose.override.yaml",
    "docker-compose.override.yml",
  ]

  /// The settings of compose files in a folder and so many levels below it, hidden folders left
  /// out.
  func composeFiles(below folder: FilePath, depth: Int) -> [EnvironmentSetting] {
    guard let listing = try? tree.list(folder) else { return [] }
    var found: [EnvironmentSetting] = []
    for entry in listing.entries {
      if entry.kind == .file, UnitFiles.composeNames.contains(entry.name) {
        found += composeFile(listing.path(of: entry))
      } else if depth > 0, entry.kind == .folder, !entry.name.hasPrefix("."),
        !["node_modules", "Library", "AppData"].contains(entry.name)
      {
        found += composeFiles(below: listing.path(of: entry), depth: depth - 1)
      }
    }
    return found
  }

  /// The settings of one compose file.
  func composeFile(_ path: FilePath) -> [EnvironmentSetting] {
    guard let text = text(path) else { return [] }
    let folder = path.removingLastComponent()
    let beside = folder.appending(".env")
    var variables: [String: String] = [:]
    for (name, value) in assignments(in: beside) {
      variables[name] = value
    }
    var all: [EnvironmentSetting] = []
    for service in ComposeLines.services(text, variables: variables) {
      let mounts = service.mounts.compactMap { mount in
        hostFolder(mount.host, folder).map { (host: $0, inside: mount.inside) }
      }
      var values: [(name: String, value: String, source: FilePath)] = []
      for file in service.environmentFiles {
        let source = folder.appending(file)
        for (name, value) in assignments(in: source) {
          values.append((name, value, source))
        }
      }
      for (name, value) in service.environment {
        values.removeAll { $0.name == name }
        values.append((name, value ?? variables[name] ?? "", value == nil ? beside : path))
      }
      var found: [EnvironmentSetting] = []
      for (name, value, source) in values where interest.wants(name) {
        if let host = hostPlace(value, mounts) {
          found.append(EnvironmentSetting(name: name, value: host, source: source))
        }
      }
      let isKnown = interest.programs.contains { program in
        service.image.contains(program) || service.mounts.contains { $0.inside.contains(program) }
      }
      guard isKnown || !found.isEmpty else { continue }
      all += found
      all += mounts.map {
        EnvironmentSetting(name: UnitFiles.mountPrefix + $0.inside, value: $0.host, source: path)
      }
    }
    return all
  }

  /// The host's folder that a mount names; nil for a volume, which only has a name.
  private func hostFolder(_ stored: String, _ folder: FilePath) -> String? {
    if stored.hasPrefix("/") || stored.hasPrefix("~/") { return stored }
    guard stored == "." || stored.hasPrefix("./") || stored.hasPrefix("../") else { return nil }
    return self.stored(folder.appending(stored).lexicallyNormalized())
  }
}
