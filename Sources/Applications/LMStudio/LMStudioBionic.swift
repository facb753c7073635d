import Conversations
import EvidenceFiles
import SystemPackage

extension LMStudio {
  static let sessionFiles = [
    "ng-sessions.sqlite", "ng-sessions.sqlite-wal", "ng-sessions.sqlite-shm",
    "ng-sessions.sqlite-journal",
  ]
  func isBionic(_ folder: FolderListing, _ tree: EvidenceTree) -> Bool { false }
  func claimBionic(_ home: FilePath, _ survey: inout Survey) {}
  func claimSessions(_ file: FilePath, _ survey: inout Survey) {}
}
