import Glibc

/// Where the repository's own files are, as seen from this source file.
public enum Repository {
  /// The repository's folder.
  public static let path: String = {
    var parts = #filePath.split(separator: "/")
    parts.removeLast(3)
    return "/" + parts.joined(separator: "/")
  }()

  /// The built command: beside the test bundle, which `swift test` builds together with it.
  public static let program: String = {
    if let named = getenv("SOTTO_PROGRAM") { return String(cString: named) }
    for argument in CommandLine.arguments where argument.contains(".xctest") {
      let upToBundle = argument.split(separator: "/", omittingEmptySubsequences: false)
      let folder = upToBundle.prefix { !$0.hasSuffix(".xctest") }.joined(separator: "/")
      if access(folder + "/sotto", X_OK) == 0 { return folder + "/sotto" }
    }
    return path + "/.build/debug/sotto"
  }()
}

/// Runs the built command.
public func sotto(
  _ arguments: String..., environment: [String: String] = [:], in folder: String? = nil
) throws -> ProgramResult {
  try run(Repository.program, arguments, environment: environment, in: folder)
}

/// Writes the samples with a seed of its own; gives the folder that holds `home` and `expected.json`.
public func makeSamples(seed: Int) throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  let result = try run(
    "python3", [Repository.path + "/scripts/make-samples", "--seed", String(seed), folder.path])
  guard result.status == 0 else {
    throw ProgramNotStarted(name: "make-samples: \(result.errorText)", reason: result.status)
  }
  return folder
}
