import Applications

/// The homes whose one file is fuzzed, by application.
///
/// The last byte of an input is an index here: new
/// ones go to the end.
enum ApplicationHomes {
  static let gpt4all: [FuzzHome] = [
    FuzzHome(name: "data/gpt4all-2c04d927-43cc-47b5-9d4d-d805429b1c42.chat"),
    FuzzHome(
      name: ".config/nomic.ai/GPT4All.ini",
      fixed: [".local/share/nomic.ai/GPT4All/log.txt": "[Debug] GPT4All started\n"]),
    FuzzHome(name: ".local/share/nomic.ai/GPT4All/localdocs_v3.db"),
    FuzzHome(name: ".local/share/nomic.ai/GPT4All/log.txt"),
    FuzzHome(name: "kept/chat of 2024.bak"),
  ]

  static let lmStudio: [FuzzHome] = [
    FuzzHome(
      name: ".lmstudio/conversations/1718900000000.conversation.json",
      fixed: [".lmstudio/config-presets/a.preset.json": "{}"]),
    FuzzHome(
      name: ".cache/lm-studio/chats/1714486013348.chat.json",
      fixed: [
        ".cache/lm-studio/chats/1714486013348.metadata.chat.json": #"{"title":"a"}"#,
        ".cache/lm-studio/config-presets/a.preset.json": "{}",
      ]),
    FuzzHome(
      name: ".cache/lm-studio/chats/1714486013348.metadata.chat.json",
      fixed: [
        ".cache/lm-studio/chats/1714486013348.chat.json":
          #"{"messages":[{"role":"user","content":"a"}]}"#
      ]),
    FuzzHome(
      name: ".lmstudio/.internal/api-prediction-history/packs/pack-1",
      fixed: [
        ".lmstudio/.internal/api-prediction-history/index.json": "{}",
        ".lmstudio/config-presets/a.preset.json": "{}",
      ]),
    FuzzHome(
      name: ".lmstudio/.internal/conversation-config.json",
      fixed: [
        ".lmstudio/conversations/1.conversation.json": #"{"name":"a","messages":[]}"#
      ]),
    FuzzHome(
      name: ".lmstudio/user-files/1752057080116 - 1.pdf.metadata.json",
      fixed: [
        ".lmstudio/user-files/1752057080116 - 1.pdf": "%PDF",
        ".lmstudio/conversations/1.conversation.json": #"{"name":"a","messages":[]}"#,
      ]),
    FuzzHome(
      name: ".lmstudio/apps/bionic/projects/0b5c2f3e-7a10-4c86-9d1e-3a2b8f0c4d51/.internal/"
        + "ng-sessions.sqlite",
      fixed: [".lmstudio/apps/bionic/settings.json": "{}"]),
  ]

  static let jan: [FuzzHome] = [
    FuzzHome(
      name: "jan/threads/jan_1716000000/messages.jsonl",
      fixed: [
        "jan/threads/jan_1716000000/thread.json":
          #"{"id":"jan_1716000000","object":"thread","title":"a","assistants":[]}"#
      ]),
    FuzzHome(
      name: "jan/threads/jan_1716000000/thread.json",
      fixed: [
        "jan/threads/jan_1716000000/messages.jsonl":
          #"{"id":"1","object":"thread.message","thread_id":"jan_1716000000","role":"user","#
          + #""content":[{"type":"text","text":{"value":"a"}}],"created_at":1716000000000}"# + "\n"
      ]),
    FuzzHome(name: "jan/threads/jan_1716000000/jan_1716000000.json"),
    FuzzHome(name: "jan/jan-1700000000/jan-1700000000.md"),
    FuzzHome(
      name: ".config/Jan/data/settings.json",
      fixed: [
        ".config/Jan/data/threads/jan_1716000000/thread.json":
          #"{"id":"jan_1716000000","object":"thread","title":"a","assistants":[]}"#
      ]),
    FuzzHome(name: "jan/cortex.db"),
    FuzzHome(name: "found.jsonl"),
  ]

  static let openWebUI: [FuzzHome] = [
    FuzzHome(name: "chat-export-1718900000000.json"),
    FuzzHome(name: "open-webui/data/webui.db"),
    FuzzHome(name: "venv/lib/python3.11/site-packages/open_webui_data.zip"),
    FuzzHome(name: "open_webui_data.zip"),
    FuzzHome(name: "compose/docker-compose.yml", fixed: ["compose/data/uploads/a.txt": "a"]),
    FuzzHome(name: "containers/0123456789ab/config.v2.json"),
    FuzzHome(
      name: "docker/volumes/open-webui/_data/audit.log",
      fixed: ["docker/volumes/open-webui/_data/vector_db/chroma.sqlite3": ""]),
  ]

  static let ollama: [FuzzHome] = [
    FuzzHome(name: ".ollama/history"),
    FuzzHome(
      name: ".ollama/models/manifests/registry.ollama.ai/library/mine/latest",
      fixed: [".ollama/models/blobs/sha256-\(blob)": #"[{"role":"user","content":"a"}]"#]),
    FuzzHome(
      name: ".ollama/models/blobs/sha256-\(blob)",
      fixed: [
        ".ollama/models/manifests/registry.ollama.ai/library/mine/latest":
          #"{"schemaVersion":2,"layers":[{"mediaType":"application/vnd.ollama.image.messages","#
          + #""digest":"sha256:\#(blob)","size":32}]}"#
      ]),
    FuzzHome(name: ".ollama/logs/server.log"),
    FuzzHome(name: "ollama-request-logs-1/20260401T081500.123456789Z-000001__api_chat_body.json"),
    FuzzHome(name: "request.json"),
    FuzzHome(name: ".ollama/db.sqlite"),
    FuzzHome(name: "containers/0123456789ab-json.log"),
    FuzzHome(name: "ollama-prompt-118.txt"),
  ]

  private static let blob = String(repeating: "5a", count: 32)
}
