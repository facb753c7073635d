import ArgumentParser
import EvidenceFiles
import Inventory
import SystemPackage

/// Where to look: the same options on every command that reads stores.
struct LookingOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Look in this home instead of your own; repeatable.", valueName: "dir"))
  var home: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Look in a mounted image or backup with any mix of Linux, macOS and Windows profiles.",
      valueName: "dir"))
  var root: [String] = []

  @Option(
    name: .customLong("in"),
    help: ArgumentHelp(
      "Look in a home, a data folder, any folder above one, or one file; repeatable.",
      valueName: "path"))
  var paths: [String] = []

  /// The places asked for, with further paths given as arguments; this machine when there are none.
  func places(_ arguments: [String] = []) throws(Failure) -> [LookingPlace] {
    var places: [LookingPlace] = []
    for path in home { places.append(.home(try Self.existing(path, mustBeFolder: true))) }
    for path in root { places.append(.image(try Self.existing(path, mustBeFolder: true))) }
    for path in paths + arguments { places.append(.path(try Self.existing(path))) }
    return places.isEmpty ? [.machine] : places
  }

  /// The path that tables show as `~`: the one home that was asked for, or the user's own.
  func shownHome(_ places: [LookingPlace]) -> String {
    if places.count == 1, case .home(let path) = places[0] { return path.string }
    return ThisProcess.machine.home.string
  }

  /// The absolute, real path of something the user named.
  private static func existing(
    _ text: String, mustBeFolder: Bool = false
  ) throws(Failure) -> FilePath {
    var path = FilePath(text)
    if path.isRelative { path = ThisProcess.workingFolder.pushing(path) }
    path.lexicallyNormalize()
    // What was named is meant, even when it is a link; what lies below is found without links.
    let tree = EvidenceTree(.machine)
    guard case .found(let real) = tree.resolve(path) else {
      throw Failure(
        "nothing is at \(path.string)", hint: "check the spelling, or whether it is mounted")
    }
    if mustBeFolder, !tree.isFolder(real) {
      throw Failure("\(path.string) is no folder", hint: "use --in for a single file")
    }
    return real
  }
}
