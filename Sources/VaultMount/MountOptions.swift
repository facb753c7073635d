/// How a vault is mounted.
public struct MountOptions: Sendable {
  /// Whether nothing may be changed through the mount.
  public var isReadOnly = false
  /// Whether users other than the one who mounts may enter; what each may do is for modes and owners to say.
  public var allowsOthers = false
  /// Whether set-id bits and device files mean anything.
  ///
  /// Only root may ask for it.
  public var honoursPrivileges = false
  /// What the list of mounts names as mounted.
  public var sourceName: String
  /// Who is told of opening, creating, removing and renaming.
  public var observer: (any AccessObserver)?

  /// Makes the options of an ordinary mount: writable, and for the user alone who mounts.
  public init(sourceName: String = "sotto") {
    self.sourceName = sourceName
  }

  /// The options as the library reads them after `-o`.
  ///
  /// The kernel checks modes and owners (`default_permissions`): it knows supplementary groups,
  /// capabilities and sticky folders, and asks nobody.
  var arguments: String {
    var words = ["fsname=\(Self.escaped(sourceName))", "subtype=sotto", "default_permissions"]
    words += honoursPrivileges ? ["suid", "dev"] : ["nosuid", "nodev"]
    if isReadOnly { words.append("ro") }
    if allowsOthers { words.append("allow_other") }
    return words.joined(separator: ",")
  }

  /// Commas part options, and a backslash keeps them from it.
  private static func escaped(_ name: String) -> String {
    var escaped = ""
    for character in name {
      if character == "," || character == "\\" { escaped.append("\\") }
      escaped.append(character)
    }
    return escaped
  }
}
