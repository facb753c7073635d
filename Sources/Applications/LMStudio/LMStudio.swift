public import Conversations
public import EvidenceFiles
public import SystemPackage

/// LM Studio, from 0.2 to 0.4, its headless daemon, and Bionic of the same vendor.
public struct LMStudio: Application {
  static let id = ApplicationID(rawValue: "lm-studio")

  /// Makes the application.
  public init() {}

  public var id: ApplicationID { LMStudio.id }
  public var displayName: String { "LM Studio" }
}
extension LMStudio {
  public func survey(_ home: Home, _ survey: inout Survey) {}
  public func survey(system root: FilePath, _ survey: inout Survey) {}
  public func recognise(_ folder: FolderListing, _ survey: inout Survey) {}
  public func recognise(_ file: SniffedFile, _ survey: inout Survey) {}
}
