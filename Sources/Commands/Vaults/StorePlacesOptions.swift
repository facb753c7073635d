import ArgumentParser
import Inventory

/// Where the stores are looked for that are named by an application or an id, or not at all.
struct StorePlacesOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Look for stores in this home instead of your own; repeatable.", valueName: "dir"))
  var home: [String] = []

  @Option(
    name: .customLong("in"),
    help: ArgumentHelp(
      "Look for stores in this folder and below; repeatable.", valueName: "path"))
  var paths: [String] = []

  /// The places asked for; this machine where there are none.
  /// - Throws: `Failure` where nothing is at one of them.
  func places() throws(Failure) -> [LookingPlace] {
    var places: [LookingPlace] = []
    for path in home { places.append(.home(try NamedPath.existing(path))) }
    for path in paths { places.append(.path(try NamedPath.existing(path))) }
    return places.isEmpty ? [.machine] : places
  }
}
