/// Reads of a compose file what says where data lies, line by line: this is no reader of YAML.
///
/// Flow style, anchors and block texts are passed over; what is taken is written as nearly
/// everybody writes it (compose-spec, `environment`, `env_file`, `volumes`, `image`).
enum ComposeLines {
  /// What one service sets.
  struct Service {
    var image = ""
    var environment: [(name: String, value: String?)] = []
    var environmentFiles: [String] = []
    var mounts: [(host: String, inside: String)] = []
  }

  /// The services of a file, `${NAME}` and its forms with defaults filled in.
  static func services(_ text: String, variables: [String: String]) -> [Service] {
    var found: [Service] = []
    var top = ""
    var serviceIndent: Int?
    var block = ""
    var blockIndent = 0
    var mount: (source: String?, target: String?) = (nil, nil)
    for line in text.split(whereSeparator: \.isNewline) {
      let content = line.trimmed
      if content.isEmpty || content.hasPrefix("#") { continue }
      let indent = line.prefix { $0 == " " }.count
      if indent == 0 {
        top = key(content)?.name ?? ""
        serviceIndent = nil
        block = ""
        continue
      }
      guard top == "services" else { continue }
      if serviceIndent == nil { serviceIndent = indent }
      if indent == serviceIndent {
        found.append(Service())
        block = ""
        continue
      }
      guard !found.isEmpty else { continue }
      let isItem = content.hasPrefix("-")
      if block.isEmpty || indent < blockIndent || indent == blockIndent && !isItem {
        guard let (name, value) = key(content) else { continue }
        block = name
        blockIndent = indent
        switch name {
        case "image": found[found.count - 1].image = filled(value, variables)
        case "env_file" where !value.isEmpty:
          found[found.count - 1].environmentFiles.append(filled(value, variables))
        default: break
        }
        continue
      }
      let item = isItem ? content.dropFirst().trimmed : content
      switch block {
      case "environment":
        if let (name, value) = variable(item, isItem) {
          found[found.count - 1].environment.append((name, value.map { filled($0, variables) }))
        }
      case "env_file":
        let path = item.hasPrefix("path:") ? item.dropFirst(5) : item
        if isItem { found[found.count - 1].environmentFiles.append(filled(path, variables)) }
      case "volumes":
        if isItem { mount = (nil, nil) }
        if let (name, value) = key(item), ["type", "source", "target"].contains(name) {
          if name == "source" { mount.source = filled(value, variables) }
          if name == "target" { mount.target = filled(value, variables) }
          if let source = mount.source, let target = mount.target {
            found[found.count - 1].mounts.append((source, target))
            mount = (nil, nil)
          }
        } else if isItem {
          let parts = filled(item, variables).split(separator: ":")
          if parts.count >= 2 {
            found[found.count - 1].mounts.append((String(parts[0]), String(parts[1])))
          }
        }
      default: break
      }
    }
    return found
  }

  /// A key and what stands behind its colon.
  private static func key(_ content: Substring) -> (name: String, value: Substring)? {
    guard let colon = content.firstIndex(of: ":") else { return nil }
    let rest = content[content.index(after: colon)...]
    // `8080:80` and `/host:/inside` are no keys.
    guard rest.isEmpty || rest.first?.isWhitespace ?? false else { return nil }
    return (UnitSyntax.unquoted(content[..<colon]), rest.trimmed)
  }

  /// `- NAME=value`, `- NAME`, or `NAME: value`.
  private static func variable(
    _ item: Substring, _ isItem: Bool
  ) -> (name: String, value: Substring?)? {
    if isItem {
      let whole = UnitSyntax.unquoted(item)[...]
      guard let equal = whole.firstIndex(of: "=") else {
        return UnitSyntax.isName(whole) ? (String(whole), nil) : nil
      }
      return (String(whole[..<equal]), whole[whole.index(after: equal)...])
    }
    guard let (name, value) = key(item) else { return nil }
    return (name, value.isEmpty ? nil : value)
  }

  /// A value without quotes, with `${NAME}`, `${NAME:-default}` and `$NAME` filled in.
  private static func filled(
    _ value: some StringProtocol, _ variables: [String: String]
  ) -> String {
    var text = ""
    var rest = UnitSyntax.unquoted(value)[...]
    while let character = rest.popFirst() {
      guard character == "$", let next = rest.first else {
        text.append(character)
        continue
      }
      if next == "$" {
        text.append("$")
        rest = rest.dropFirst()
      } else if next == "{", let end = rest.firstIndex(of: "}") {
        let inner = rest[rest.index(after: rest.startIndex)..<end]
        rest = rest[rest.index(after: end)...]
        let name = inner.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
        let form = inner.dropFirst(name.count)
        let known = variables[String(name)]
        let isSet = known.map { !(form.hasPrefix(":") && $0.isEmpty) } ?? false
        let fallback = form.drop { $0 == ":" }
        text += isSet ? known ?? "" : fallback.hasPrefix("-") ? String(fallback.dropFirst()) : ""
      } else {
        let name = rest.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
        if name.isEmpty {
          text.append("$")
        } else {
          text += variables[String(name)] ?? ""
          rest = rest.dropFirst(name.count)
        }
      }
    }
    return text
  }
}
