import Conversations
import EvidenceFiles
import SystemPackage

/// A data folder and the stores in it.
struct JanDataFolder {
  private let path: FilePath
  /// Whether the application has moved on to another one: then all in it are copies.
  private let isOld: Bool
  /// Whether the vectors are known to lie elsewhere, so that those in it were only copied along.
  private let hasVectors: Bool

  init(_ path: FilePath, isOld: Bool, hasVectors: Bool) {
    self.path = path
    self.isOld = isOld
    self.hasVectors = hasVectors
  }

  /// What stands in a data folder beside the conversations.
  private struct Part {
    var name: String
    var fileKind: FileStatus.Kind
    var kind: StoreKind
    var format: String
    var unparsed: String?
  }

  private static let parts = [
    Part(name: "files", fileKind: .folder, kind: .uploads, format: "jan-uploads"),
    Part(name: "assistants", fileKind: .folder, kind: .settings, format: "jan-assistants"),
    Part(name: "settings", fileKind: .folder, kind: .settings, format: "jan-extension-settings"),
    Part(name: "settings.json", fileKind: .file, kind: .settings, format: "jan-settings"),
    Part(name: "settings.json.tmp", fileKind: .file, kind: .settings, format: "jan-settings"),
    Part(name: "store.json", fileKind: .file, kind: .settings, format: "jan-settings"),
    Part(name: "mcp_config.json", fileKind: .file, kind: .secrets, format: "jan-mcp-config"),
    Part(
      name: "provider_secrets.enc", fileKind: .file, kind: .secrets, format: "jan-provider-secrets"),
    Part(name: ".janrc", fileKind: .file, kind: .secrets, format: "jan-cortex-settings"),
    Part(name: "cortex.db", fileKind: .file, kind: .secrets, format: "jan-cortex-db"),
    Part(
      name: "agent-workspace", fileKind: .folder, kind: .cache, format: "jan-agent-workspace",
      unparsed: "workspace of agents, whose form is not known"),
  ]

  /// Claims what is in the folder.
  func claim(_ survey: inout Survey) {
    guard let listing = try? survey.tree.list(path) else { return }
    claimConversations(listing, &survey)
    for part in JanDataFolder.parts {
      guard let entry = listing.entry(part.name, ignoringCase: true) else { continue }
      let place = listing.path(of: entry)
      let found =
        part.fileKind == .folder
        ? survey.folder(JanClaims.id, at: place) : survey.file(JanClaims.id, at: place)
      guard let found, !survey.isCovered(found) else { continue }
      if part.unparsed != nil { survey.look(JanClaims.id, found, .notParsed) }
      if part.name == "cortex.db" {
        survey.claim(JanCortexDatabase.claim(isOld ? .copies : part.kind, found))
      } else {
        survey.claim(
          JanClaims.named(
            isOld ? .copies : part.kind, found, format: part.format, unparsed: part.unparsed))
      }
    }
    if let logs = folder("logs", listing, &survey) {
      survey.claim(JanClaims.logs(isOld ? .copies : .logs, logs))
    }
    if let vectors = folder("db", listing, &survey), !survey.isCovered(vectors),
      JanRecognition.holdsVectors(vectors, survey.tree)
    {
      survey.claim(JanVectorStores.folder(isOld || hasVectors ? .copies : .documents, vectors))
    }
  }

  private func claimConversations(_ listing: FolderListing, _ survey: inout Survey) {
    if let threads = folder("threads", listing, &survey) {
      survey.claim(JanClaims.threads(isOld ? .copies : .conversations, threads))
    }
    if let entry = listing.entry("conversations", ignoringCase: true), entry.kind == .folder,
      let inner = try? survey.tree.list(listing.path(of: entry)),
      JanSniffing.holdsMarkdown(inner, survey.tree)
    {
      survey.look(JanClaims.id, inner.path, .found)
      survey.claim(JanClaims.markdown(isOld ? .copies : .conversations, inner.path))
    }
  }

  private func folder(
    _ name: String, _ listing: FolderListing, _ survey: inout Survey
  ) -> FilePath? {
    guard let entry = listing.entry(name, ignoringCase: true) else { return nil }
    return survey.folder(JanClaims.id, at: listing.path(of: entry))
  }
}
