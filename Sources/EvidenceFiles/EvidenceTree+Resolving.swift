import Glibc
public import SystemPackage

extension EvidenceTree {
  /// Where a path that a setting names is, as far as it may be followed.
  public enum Resolution: Equatable, Sendable {
    /// It is there; the path holds no link.
    case found(FilePath)
    /// There is nothing.
    case absent
    /// It lies outside of where to look.
    case outside
    /// It is on a drive that is not part of the image.
    case otherDrive
  }

  /// Finds the file or folder that a setting names.
  ///
  /// Linux, macOS and Windows spellings are understood. `~` and a home of an earlier name
  /// (`/home/old/…`, `C:\Users\old\…`) lead to `home` when nothing is at the path itself. In an image
  /// its root is `/` and `C:`, links are followed inside it only, and Windows names match without
  /// case.
  public func resolve(_ stored: String, home: FilePath) -> Resolution {
    var text = stored
    while let last = text.unicodeScalars.last, last.properties.isWhitespace {
      text.unicodeScalars.removeLast()
    }
    if text.hasPrefix("\\\\?\\") { text.removeFirst(4) }
    guard !text.isEmpty else { return .absent }
    var drive: Character?
    var parts: [String]
    let scalars = Array(text.utf8.prefix(2))
    if scalars.count == 2, scalars[1] == UInt8(ascii: ":"),
      let letter = text.first, letter.isASCII, letter.isLetter
    {
      drive = Character(letter.uppercased())
      parts = text.dropFirst(2).split { $0 == "\\" || $0 == "/" }.map(String.init)
    } else if text.hasPrefix("~/") || text == "~" {
      return follow(home, text.dropFirst(1).split(separator: "/").map(String.init), folding: false)
    } else if text.hasPrefix("/") {
      parts = text.split(separator: "/").map(String.init)
    } else {
      return .absent
    }
    var result = Resolution.absent
    switch scope {
    case .image(let root):
      if let drive, drive != "C" { return .otherDrive }
      result = follow(root, parts, folding: drive != nil)
    case .machine, .below:
      if drive == nil { result = follow("/", parts, folding: false) }
    }
    if case .found = result { return result }
    // A home that was renamed, or one of another system that is looked at from here.
    let homes: Set<String> = ["home", "users", "documents and settings"]
    if parts.count >= 3, homes.contains(parts[0].lowercased()) {
      let below = follow(home, Array(parts.dropFirst(2)), folding: drive != nil)
      if case .found = below { return below }
    }
    if case .below(let top) = scope, drive == nil {
      let wanted = parts.reduce(into: FilePath("/")) { $0.append($1) }
      if !wanted.starts(with: top) { return .outside }
    }
    return result
  }

  /// Goes down from `start` name by name, following links as the scope allows.
  func follow(_ start: FilePath, _ parts: [String], folding: Bool) -> Resolution {
    var current = start
    var pending = Array(parts.reversed())
    var links = 0
    while let part = pending.popLast() {
      if part.isEmpty || part == "." { continue }
      if part == ".." {
        if case .image(let root) = scope, current == root { continue }
        if current.components.count > 0 { current.removeLastComponent() }
        continue
      }
      var next = current.appending(part)
      var status = try? FileStatus.of(next)
      if status == nil, folding, let listing = try? list(current),
        let entry = listing.entry(part, ignoringCase: true)
      {
        next = current.appending(entry.component)
        status = try? FileStatus.of(next)
      }
      guard let status else { return .absent }
      if status.kind == .link {
        links += 1
        guard links <= 40, let target = EvidenceTree.linkTarget(next) else { return .absent }
        if target.isAbsolute {
          if case .image(let root) = scope { current = root } else { current = "/" }
        }
        pending.append(contentsOf: target.components.map(\.string).reversed())
      } else {
        current = next
      }
    }
    switch scope {
    case .machine:
      return .found(current)
    case .below(let top), .image(let top):
      return current.starts(with: top) ? .found(current) : .outside
    }
  }

  /// Where the path `path` really is, links followed as the scope allows.
  public func resolve(_ path: FilePath) -> Resolution {
    switch scope {
    case .machine, .below:
      return follow("/", path.components.map(\.string), folding: false)
    case .image(let root):
      var rest = path
      guard rest.removePrefix(root) else { return .outside }
      return follow(root, rest.components.map(\.string), folding: false)
    }
  }

  /// What the link at `link` points to, as stored; nil where there is no link.
  public static func linkTarget(_ link: FilePath) -> FilePath? {
    var buffer = [CChar](repeating: 0, count: 4097)
    let count = unsafe link.withPlatformString { path in
      unsafe buffer.withUnsafeMutableBufferPointer { target in
        unsafe target.baseAddress.map { unsafe readlink(path, $0, 4096) } ?? -1
      }
    }
    guard count > 0 else { return nil }
    return unsafe buffer.withUnsafeBufferPointer { target in
      unsafe target.baseAddress.map { unsafe FilePath(platformString: $0) }
    }
  }
}
