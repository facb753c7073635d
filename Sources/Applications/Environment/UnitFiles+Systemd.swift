import EvidenceFiles
import SystemPackage

/// Units of systemd and quadlets.
extension UnitFiles {
  /// Folders of system units, the one that goes before the others first (`systemd.unit(5)`).
  private static let systemFolders = [
    "etc/systemd/system", "usr/local/lib/systemd/system", "usr/lib/systemd/system",
    "lib/systemd/system",
  ]
  private static let quadletFolders = ["etc/containers/systemd", "usr/share/containers/systemd"]

  func systemUnits() -> [EnvironmentSetting] {
    let manager = Manager(home: accounts.home("root") ?? root, user: "root", isSystem: true)
    return units(UnitFiles.systemFolders.map { root.appending($0) }, manager)
      + units(UnitFiles.quadletFolders.map { root.appending($0) }, manager)
      + units(["etc/systemd/user", "usr/lib/systemd/user"].map { root.appending($0) }, nil)
  }

  func userUnits(of home: Home) -> [EnvironmentSetting] {
    let manager = Manager(home: home.path, user: home.user ?? "", isSystem: false)
    var found = units([home.place(".config/systemd/user")], manager)
    found += units([home.place(".config/containers/systemd")], manager)
    // environment.d(5)
    let folder = home.place(".config/environment.d")
    for path in files(folder, suffix: ".conf") {
      found += environmentFile(path, home: home.path, expanding: home.path)
    }
    return found
  }

  /// Whose manager starts the units; what `%h` stands for is its home, not that of `User=`.
  private struct Manager {
    var home: FilePath
    var user: String
    var isSystem: Bool
  }

  private func files(_ path: FilePath, suffix: String) -> [FilePath] {
    guard let folder = folder(path), let listing = try? tree.list(folder) else { return [] }
    return listing.entries.filter {
      ($0.kind == .file || $0.kind == .link) && $0.name.hasSuffix(suffix)
    }.map { listing.path(of: $0) }
  }

  private func units(_ places: [FilePath], _ manager: Manager?) -> [EnvironmentSetting] {
    var folders: [FilePath] = []
    for place in places {
      // `/lib` is a link to `/usr/lib` today.
      if let real = folder(place), !folders.contains(real) { folders.append(real) }
    }
    var seen: Set<String> = []
    var found: [EnvironmentSetting] = []
    for folder in folders {
      for suffix in [".service", ".container"] {
        for path in files(folder, suffix: suffix) {
          guard let name = path.lastComponent?.string, seen.insert(name).inserted else { continue }
          found += unit(path, named: name, dropIns: dropIns(of: name, in: folders), manager)
        }
        // A drop-in alone changes a unit of a folder that is not in the image.
        guard let listing = try? tree.list(folder) else { continue }
        for entry in listing.entries
        where entry.kind == .folder && entry.name.hasSuffix(suffix + ".d") {
          let name = String(entry.name.dropLast(2))
          guard !folders.contains(where: { (try? tree.status($0.appending(name))) != nil }),
            seen.insert(name).inserted
          else { continue }
          found += unit(nil, named: name, dropIns: dropIns(of: name, in: folders), manager)
        }
      }
    }
    return found
  }

  /// The drop-ins of a unit by name, of two with the same name the one of the first folder.
  private func dropIns(of name: String, in folders: [FilePath]) -> [FilePath] {
    var found: [String: FilePath] = [:]
    for folder in folders {
      for path in files(folder.appending(name + ".d"), suffix: ".conf") {
        guard let name = path.lastComponent?.string, found[name] == nil else { continue }
        found[name] = path
      }
    }
    return found.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.compactMap { found[$0] }
  }

  /// What is gathered of a unit, file by file.
  private struct Unit {
    var values: [(name: String, value: String, source: FilePath)] = []
    var files: [(path: String, source: FilePath)] = []
    var mounts: [(host: String, inside: String, source: FilePath)] = []
    var user: String?
    var workingFolder: (value: String, source: FilePath)?
    var command = ""

    mutating func set(_ name: String, _ value: String, _ source: FilePath) {
      values.removeAll { $0.name == name }
      values.append((name, value, source))
    }
  }

  private func unit(
    _ path: FilePath?, named name: String, dropIns: [FilePath], _ manager: Manager?
  ) -> [EnvironmentSetting] {
    var unit = Unit()
    for source in (path.map { [$0] } ?? []) + dropIns {
      guard let text = text(source) else { continue }
      read(text, source, name, manager, into: &unit)
    }
    // Environment files go before `Environment=`.
    for (file, source) in unit.files {
      // Quadlets may name a file beside them.
      let beside = source.removingLastComponent().appending(file)
      guard let path = file.hasPrefix("/") ? real(file) : beside else { continue }
      for (name, value) in assignments(in: path) { unit.set(name, value, path) }
    }
    var home = manager?.home
    if manager?.isSystem ?? false, let user = unit.user { home = accounts.home(user) }
    if let moved = unit.values.last(where: { $0.name == "HOME" }) {
      home = accounts.place(moved.value)
    }
    var found: [EnvironmentSetting] = []
    let isContainer = name.hasSuffix(".container")
    for (name, value, source) in unit.values where interest.wants(name) {
      var value = value
      if isContainer {
        let mounts = unit.mounts.map { (host: $0.host, inside: $0.inside) }
        guard let host = hostPlace(value, mounts) else { continue }
        value = host
      }
      found.append(
        EnvironmentSetting(
          name: name, value: value, source: source, home: isContainer ? nil : home))
    }
    for (host, inside, source) in unit.mounts {
      found.append(
        EnvironmentSetting(name: UnitFiles.mountPrefix + inside, value: host, source: source))
    }
    let isKnown = interest.programs.contains { unit.command.contains($0) || name.contains($0) }
    if isKnown, let (value, source) = unit.workingFolder {
      found.append(
        EnvironmentSetting(name: "WorkingDirectory", value: value, source: source, home: home))
    }
    return found
  }

  private func read(
    _ text: String, _ source: FilePath, _ name: String, _ manager: Manager?, into unit: inout Unit
  ) {
    for entry in UnitSyntax.entries(text)
    where entry.section == "Service" || entry.section == "Container" {
      let value = expanded(entry.value, name, manager)
      switch entry.key {
      case "Environment":
        if value.isEmpty { unit.values.removeAll() }
        for word in UnitSyntax.words(value) {
          if let (name, value) = UnitSyntax.assignment(word) { unit.set(name, value, source) }
        }
      case "UnsetEnvironment":
        for word in UnitSyntax.words(value) { unit.values.removeAll { $0.name == word } }
      case "EnvironmentFile":
        if value.isEmpty {
          unit.files.removeAll()
        } else {
          // A minus says that the file may be missing.
          unit.files.append((String(value.hasPrefix("-") ? value.dropFirst() : value[...]), source))
        }
      case "User": unit.user = value.isEmpty ? nil : value
      case "WorkingDirectory":
        let path = value.hasPrefix("-") ? String(value.dropFirst()) : value
        unit.workingFolder = path.isEmpty ? nil : (path, source)
      case "ExecStart", "Image": unit.command += value + "\n"
      case "Volume", "Mount":
        let parts = value.split(separator: ":")
        if parts.count >= 2, parts[0].hasPrefix("/"), parts[1].hasPrefix("/") {
          unit.mounts.append((String(parts[0]), String(parts[1]), source))
        }
      default: break
      }
    }
  }

  /// A value with the specifiers that name a person's or a system's folders (`systemd.unit(5)`).
  private func expanded(_ value: String, _ name: String, _ manager: Manager?) -> String {
    guard value.contains("%") else { return value }
    let stem = name.prefix { $0 != "." }
    let instance = stem.firstIndex(of: "@").map { String(stem[stem.index(after: $0)...]) } ?? ""
    let home = manager.map { stored($0.home) } ?? "%h"
    let isSystem = manager?.isSystem ?? true
    var text = ""
    var rest = value[...]
    while let character = rest.popFirst() {
      guard character == "%", let letter = rest.popFirst() else {
        text.append(character)
        continue
      }
      switch letter {
      case "%": text += "%"
      case "h": text += home
      case "u": text += manager?.user ?? "%u"
      case "i", "I": text += instance
      case "n": text += name
      case "N": text += stem
      case "p": text += stem.prefix { $0 != "@" }
      case "S": text += isSystem ? "/var/lib" : home + "/.local/state"
      case "C": text += isSystem ? "/var/cache" : home + "/.cache"
      case "E": text += isSystem ? "/etc" : home + "/.config"
      case "T": text += "/tmp"
      case "V": text += "/var/tmp"
      default: text += "%" + String(letter)
      }
    }
    return text
  }
}
