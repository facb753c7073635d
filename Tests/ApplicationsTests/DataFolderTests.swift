import Applications
import Conversations
import EvidenceFiles
import SystemPackage
import TestSupport
import Testing

@Suite("Data folders")
struct DataFolderTests {
  static let samples = Repository.path + "/Samples/home/"

  @Test(
    "are the outermost of an application's own around a store",
    arguments: [
      ("ollama", ".ollama/history", ".ollama"),
      ("ollama", ".ollama/models", ".ollama"),
      ("ollama", ".ollama/skills", ".ollama"),
      ("ollama", "Backups/MacBook/OllamaModels", "Backups/MacBook/OllamaModels"),
      (
        "ollama", "Backups/MacBook/Library/Application Support/Ollama/cache/images",
        "Backups/MacBook/Library/Application Support/Ollama"
      ),
      (
        "ollama", "Backups/ThinkPad/AppData/Local/Ollama/db.sqlite",
        "Backups/ThinkPad/AppData/Local/Ollama"
      ),
      (
        "ollama", "Documents/ollama-archive/2025-08/db.sqlite", "Documents/ollama-archive/2025-08"
      ),
      ("lm-studio", "AI/lmstudio/.internal/retrieval-sessions", "AI/lmstudio"),
      ("lm-studio", "AI/lmstudio/conversations", "AI/lmstudio"),
      (
        "lm-studio",
        ".lmstudio/apps/bionic/projects/0b5c2f3e-7a10-4c86-9d1e-3a2b8f0c4d51/.internal/ng-sessions.sqlite",
        ".lmstudio"
      ),
      ("lm-studio", ".cache/lm-studio/chats", ".cache/lm-studio"),
      ("lm-studio", ".config/LM Studio/logs", ".config/LM Studio"),
      (
        "lm-studio", "Backups/MacBook/Library/Logs/LM Studio",
        "Backups/MacBook/Library/Logs/LM Studio"
      ),
      ("jan", "Documents/Jan/threads", "Documents/Jan"),
      ("jan", "Documents/Jan/cortex.db", "Documents/Jan"),
      ("jan", ".config/Jan/Local Storage/leveldb", ".config/Jan"),
      ("jan", ".local/share/Jan/data/db", ".local/share/Jan"),
      ("jan", ".local/share/jan.ai.app", ".local/share/jan.ai.app"),
      ("jan", "jan/threads", "jan"),
      ("jan", ".jan/projects", ".jan"),
      ("jan", "Backups/phone/jan.db", "Backups/phone"),
      (
        "jan", "Backups/MacBook/Library/Application Support/Jan/data/threads",
        "Backups/MacBook/Library/Application Support/Jan"
      ),
      ("gpt4all", "KI/Modelle für GPT4All", "KI/Modelle für GPT4All"),
      ("gpt4all", "KI/Modelle für GPT4All/localdocs_v3.db", "KI/Modelle für GPT4All"),
      (
        "gpt4all", ".local/share/nomic.ai/GPT4All/localdocs_v0.db",
        ".local/share/nomic.ai/GPT4All"
      ),
      ("gpt4all", ".config/nomic.ai/GPT4All.ini", ".config/nomic.ai"),
      ("gpt4all", "Documents/aufgehoben", "Documents/aufgehoben"),
      ("open-webui", ".config/open-webui/data/webui.db", ".config/open-webui"),
      (
        "open-webui", ".local/share/docker/volumes/open-webui/_data/uploads",
        ".local/share/docker/volumes/open-webui/_data"
      ),
      ("open-webui", "stacks/open-webui/data/webui-before-move.db", "stacks/open-webui/data"),
      ("open-webui", "Backups/office/webui.db", "Backups/office"),
      ("open-webui", "src/open-webui/backend/data/docs", "src/open-webui/backend/data"),
    ])
  func around(_ app: String, _ store: String, _ folder: String) {
    let found = KnownApplications.dataFolder(
      of: ApplicationID(rawValue: app), around: FilePath(Self.samples + store),
      EvidenceTree(.machine))
    #expect(found?.path == FilePath(Self.samples + folder))
  }

  @Test(
    "are none where a store lies among other things",
    arguments: [
      ("ollama", "Projects/salaries/second-highest.json"),
      ("lm-studio", "Documents/for Noor/chat about tenants.json"),
      ("open-webui", "Downloads/chat-export-1746012345678.json"),
      ("open-webui", "Backups/webui-releases/2024-10.db"),
      ("open-webui", "src/open-webui/backend/.webui_secret_key"),
    ])
  func none(_ app: String, _ store: String) throws {
    let folder = try TemporaryFolder()
    try must("cp", "-r", Self.samples, folder.path + "/home")
    let path = FilePath(folder.path + "/home/" + store)
    // The samples have some of these alone in their folder.
    try write("mine".utf8, to: path.removingLastComponent().string + "/letter.txt")
    let found = KnownApplications.dataFolder(
      of: ApplicationID(rawValue: app), around: path, EvidenceTree(.machine))
    #expect(found == nil)
  }

  @Test("do not take a download folder for GPT4All's because a chat and a model are in it")
  func downloads() throws {
    let folder = try TemporaryFolder()
    let downloads = folder.path + "/Downloads"
    let chat = "gpt4all-0996cb8c-b727-4564-8fc2-d60839f960be.chat"
    try must("mkdir", downloads)
    try must("cp", Self.samples + "KI/Modelle für GPT4All/" + chat, downloads)
    try write("GGUF".utf8, to: downloads + "/some.gguf")
    func found() -> DataFolder? {
      KnownApplications.dataFolder(
        of: ApplicationID(rawValue: "gpt4all"), around: FilePath(downloads), EvidenceTree(.machine))
    }
    #expect(found()?.bulk == ["*.gguf", "ggml-*.bin", "incomplete-*"])
    for number in 1...5 { try write("mine".utf8, to: downloads + "/letter \(number).txt") }
    #expect(found() == nil)
    // Named by its path it may be locked, and the model stays bulk.
    let stores = [(app: ApplicationID(rawValue: "gpt4all"), path: FilePath(downloads))]
    #expect(
      KnownApplications.bulk(in: FilePath(downloads), of: stores, EvidenceTree(.machine))
        == ["*.gguf", "ggml-*.bin", "incomplete-*"])
  }

  @Test("of Ollama have the weights for bulk, by their beginnings, and no conversation")
  func ollama() throws {
    let folder = try TemporaryFolder()
    let data = folder.path + "/.ollama"
    let blobs = data + "/models/blobs/"
    try write("{}".utf8, to: data + "/models/manifests/registry.ollama.ai/library/a/latest")
    try write("GGUF\u{3}\0\0\0weights".utf8, to: blobs + "sha256-aa")
    try write([9, 0, 0, 0, 0, 0, 0, 0] + "{\"a\":{}}".utf8, to: blobs + "sha256-bb")
    try write("[{\"role\":\"user\",\"content\":\"x\"}]".utf8, to: blobs + "sha256-cc")
    try write("{{ .Prompt }}".utf8, to: blobs + "sha256-dd")
    try write([], to: blobs + "sha256-ee-partial")
    try write([], to: blobs + "sha256-ee-partial-0")
    let found = KnownApplications.dataFolder(
      of: ApplicationID(rawValue: "ollama"), around: FilePath(data + "/models"),
      EvidenceTree(.machine))
    #expect(found?.path == FilePath(data))
    #expect(
      found?.bulk == [
        "models/blobs/sha256-aa", "models/blobs/sha256-bb", "models/blobs/sha256-ee*",
      ])
  }

  @Test("of the others have models and what runs them for bulk")
  func patterns() throws {
    func bulk(_ app: String, _ store: String) -> [String] {
      KnownApplications.dataFolder(
        of: ApplicationID(rawValue: app), around: FilePath(Self.samples + store),
        EvidenceTree(.machine))?.bulk ?? []
    }
    #expect(
      Set(bulk("lm-studio", "AI/lmstudio")).isSuperset(of: ["models", "extensions/backends"]))
    #expect(
      Set(bulk("jan", ".config/Jan/settings.json")).isSuperset(of: [
        "models", "data/models", "data/llamacpp/models", "data/llamacpp/backends",
      ]))
    #expect(
      Set(bulk("open-webui", ".config/open-webui/config.json")).isSuperset(of: [
        "data/cache/embedding", "models", "python",
      ]))
    #expect(bulk("open-webui", "Backups/office/webui.db").contains("cache/whisper"))
  }

  @Test("inside a folder that was named give their patterns below it, each once")
  func below() {
    let stores = [
      ("lm-studio", "AI/lmstudio/conversations"), ("lm-studio", "AI/lmstudio/user-files"),
      ("gpt4all", "KI/Modelle für GPT4All"),
    ].map { (app: ApplicationID(rawValue: $0.0), path: FilePath(Self.samples + $0.1)) }
    let tree = EvidenceTree(.machine)
    let found = KnownApplications.bulk(in: FilePath(Self.samples + "AI"), of: stores, tree)
    #expect(found.contains("lmstudio/models"))
    #expect(Set(found).count == found.count && found.allSatisfy { $0.hasPrefix("lmstudio/") })
    let all = KnownApplications.bulk(in: FilePath(Self.samples), of: stores, tree)
    #expect(all.contains("AI/lmstudio/models"))
    #expect(all.contains("KI/Modelle für GPT4All/*.gguf"))
  }

  /// Runs a program that must succeed.
  private func must(_ program: String, _ arguments: String...) throws {
    #expect(try run(program, arguments).status == 0)
  }
}
