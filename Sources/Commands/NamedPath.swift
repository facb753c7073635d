import EvidenceFiles
import SystemPackage

/// A path that the user wrote, made absolute and free of links.
enum NamedPath {
  /// The real path of something that is there.
  /// - Throws: `Failure` where there is nothing.
  static func existing(_ text: String) throws(Failure) -> FilePath {
    let path = absolute(text)
    guard let real = real(path) else {
      throw Failure(
        "nothing is at \(path.string)", hint: "check the spelling, or whether it is mounted")
    }
    return real
  }

  /// The real path of something that may be there; its folder must be.
  /// - Throws: `Failure` where the folder above is not there.
  static func possible(_ text: String) throws(Failure) -> FilePath {
    let path = absolute(text)
    if let real = real(path) { return real }
    guard let name = path.lastComponent, let folder = real(path.removingLastComponent()) else {
      throw Failure(
        "nothing is at \(path.removingLastComponent().string)",
        hint: "check the spelling, or whether it is mounted")
    }
    return folder.appending(name)
  }

  private static func absolute(_ text: String) -> FilePath {
    var path = FilePath(text)
    if path.isRelative { path = ThisProcess.workingFolder.pushing(path) }
    return path.lexicallyNormalized()
  }

  // What was named is meant, even when it is a link; what lies below is found without links.
  private static func real(_ path: FilePath) -> FilePath? {
    if case .found(let real) = EvidenceTree(.machine).resolve(path) { real } else { nil }
  }
}
