import EvidenceFiles
import SystemPackage

/// Files with assignments that services, sessions and shells read.
extension UnitFiles {
  /// `/etc/default` and its like, for the account of the service, and what holds for everybody.
  func serviceDefaults() -> [EnvironmentSetting] {
    var found: [EnvironmentSetting] = []
    for program in ["ollama", "open-webui"] {
      for folder in ["etc/default", "etc/sysconfig", "etc/conf.d"] {
        let path = root.appending(folder).appending(program)
        found += environmentFile(path, home: accounts.home(program), expanding: nil)
      }
    }
    return found + environmentFile(root.appending("etc/environment"), home: nil, expanding: nil)
  }

  /// The assignments of one file with a line each.
  func environmentFile(
    _ path: FilePath, home: FilePath?, expanding personal: FilePath?
  ) -> [EnvironmentSetting] {
    assignments(in: path).compactMap { name, value in
      guard interest.wants(name) else { return nil }
      return EnvironmentSetting(
        name: name, value: personal.map { inHome(value, $0) } ?? value, source: path, home: home)
    }
  }

  /// What shells read when a person logs in or opens a terminal.
  private static let personal = [
    ".profile", ".bash_profile", ".bash_login", ".bashrc", ".zshenv", ".zprofile", ".zshrc",
    ".zlogin", ".xprofile", ".xsessionrc", ".config/fish/config.fish",
  ]
  private static let common = [
    "etc/profile", "etc/bash.bashrc", "etc/bashrc", "etc/zshenv", "etc/zprofile", "etc/zshrc",
    "etc/zsh/zshenv", "etc/zsh/zprofile", "etc/zsh/zshrc",
  ]

  func shells(_ homes: [Home]) -> [EnvironmentSetting] {
    var found: [EnvironmentSetting] = []
    for home in homes {
      for place in UnitFiles.personal { found += shellFile(home.place(place), home: home.path) }
      let extra = home.place(".config/fish/conf.d")
      guard let listing = try? tree.list(extra) else { continue }
      for entry in listing.entries where entry.kind == .file && entry.name.hasSuffix(".fish") {
        found += shellFile(listing.path(of: entry), home: home.path)
      }
    }
    for place in UnitFiles.common { found += shellFile(root.appending(place), home: nil) }
    if let listing = try? tree.list(root.appending("etc/profile.d")) {
      for entry in listing.entries where entry.kind == .file {
        found += shellFile(listing.path(of: entry), home: nil)
      }
    }
    return found
  }

  /// The plain assignments of a shell's start file; what commands compute is not known.
  private func shellFile(_ path: FilePath, home: FilePath?) -> [EnvironmentSetting] {
    guard let text = text(path) else { return [] }
    var last: [String: String] = [:]
    var order: [String] = []
    for line in text.split(whereSeparator: \.isNewline) {
      for command in UnitFiles.commands(line.trimmed) {
        for (name, value) in UnitFiles.assignments(ofCommand: command) where interest.wants(name) {
          if value.contains("$(") || value.contains("`") { continue }
          if last[name] == nil { order.append(name) }
          last[name] = home.map { inHome(value, $0) } ?? value
        }
      }
    }
    return order.map {
      EnvironmentSetting(name: $0, value: last[$0] ?? "", source: path, home: home)
    }
  }

  /// The commands of a line: up to a comment, divided by semicolons outside of quotes.
  private static func commands(_ line: Substring) -> [String] {
    var found = [""]
    var quote: Character?
    var before: Character = " "
    for character in line {
      if quote == nil, character == "#", before.isWhitespace { break }
      if quote == nil, character == ";" {
        found.append("")
      } else {
        if character == quote {
          quote = nil
        } else if quote == nil, "\"'".contains(character) {
          quote = character
        }
        found[found.count - 1].append(character)
      }
      before = character
    }
    return found
  }

  private static func assignments(ofCommand command: String) -> [(name: String, value: String)] {
    var words = UnitSyntax.words(command)[...]
    if words.first == "set" {
      // fish: `set -gx NAME value`
      words = words.dropFirst()
      var isExported = false
      while let option = words.first, option.hasPrefix("-") {
        let isLong = option.hasPrefix("--")
        isExported = isExported || (isLong ? option == "--export" : option.contains("x"))
        words = words.dropFirst()
      }
      guard isExported, words.count >= 2, let name = words.first else { return [] }
      return [(name, words.dropFirst().joined(separator: " "))]
    }
    if let first = words.first, ["export", "declare", "typeset", "setenv"].contains(first) {
      if first == "setenv", words.count == 3 { return [(words[1], words[2])] }
      words = words.dropFirst()
    }
    var found: [(name: String, value: String)] = []
    for word in words {
      if word.hasPrefix("-") { continue }
      // Behind the first word that is none, assignments are a program's arguments.
      guard let pair = UnitSyntax.assignment(word) else { break }
      found.append(pair)
    }
    return found
  }

  /// A value with the person's home in the place of `~` and `$HOME`.
  private func inHome(_ value: String, _ home: FilePath) -> String {
    let home = stored(home)
    var text = value
    if text == "~" || text.hasPrefix("~/") { text = home + text.dropFirst(1) }
    for name in ["${HOME}", "$HOME", "$env:HOME"] {
      while let found = text.firstRange(of: name) { text.replaceSubrange(found, with: home) }
    }
    return text
  }
}

extension String {
  /// Where a text first stands in this one.
  func firstRange(of text: String) -> Range<Index>? {
    guard let first = text.first else { return nil }
    var from = startIndex
    while let start = self[from...].firstIndex(of: first) {
      if self[start...].hasPrefix(text) {
        return start..<index(start, offsetBy: text.count)
      }
      from = index(after: start)
    }
    return nil
  }
}
