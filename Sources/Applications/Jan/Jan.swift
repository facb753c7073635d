public import Conversations
public import EvidenceFiles
public import SystemPackage

/// Jan, the desktop application of 2023 and later, and what its mobile edition leaves.
public struct Jan: Application {
  public var id: ApplicationID { JanClaims.id }
  public var displayName: String { "Jan" }
  public let programs = ProgramNames(executables: ["Jan", "jan", "cortex-server"])

  /// Makes the application.
  public init() {}

  public func survey(_ home: Home, _ survey: inout Survey) {
    var places = JanPlaces(home)
    places.look(&survey)
    places.claim(&survey)
  }

  public func survey(system root: FilePath, _ survey: inout Survey) {
    // Telephones keep an application's data below its package name.
    for folder in ["data/data", "data/user/0"] where survey.tree.isFolder(root.appending(folder)) {
      for bundle in JanPlaces.bundles {
        let path = root.appending(folder).appending(bundle)
        if let found = survey.folder(id, at: path, of: .linux) {
          JanPlaces.claimMobile(below: found, &survey)
        }
      }
    }
  }

  public func recognise(_ folder: FolderListing, _ survey: inout Survey) {
    JanRecognition.recognise(folder, &survey)
  }

  public func recognise(_ file: SniffedFile, _ survey: inout Survey) {
    JanRecognition.recognise(file, &survey)
  }
}
