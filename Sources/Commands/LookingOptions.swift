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
    for path in home { places.append(.home(try Self.folder(path))) }
    for path in root { places.append(.image(try Self.folder(path))) }
    for path in paths + arguments { places.append(.path(try NamedPath.existing(path))) }
    return places.isEmpty ? [.machine] : places
  }

  /// The path that tables show as `~`: the one home that was asked for, or the user's own.
  func shownHome(_ places: [LookingPlace]) -> String {
    if places.count == 1, case .home(let path) = places[0] { return path.string }
    return ThisProcess.home
  }

  private static func folder(_ text: String) throws(Failure) -> FilePath {
    let path = try NamedPath.existing(text)
    guard EvidenceTree(.machine).isFolder(path) else {
      throw Failure("\(path.string) is no folder", hint: "use --in for a single file")
    }
    return path
  }
}
