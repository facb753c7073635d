"""Writes what LM Studio 0.2 to 0.4 and Bionic leave in one person's home.

Three homes of the application are alive at once, as with many who upgraded: the one that the pointer file
names, `.cache/lm-studio` with the chats of 0.2 and their migrated copies, and `.lmstudio` with Bionic. Beside
them lie a profile of the desktop program, a backup of a Mac and one of a Windows machine.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
from pathlib import Path

from . import lmstudio_bionic
from .truth import Store, Truth, below, rfc3339

APP = "lm-studio"

QWEN = "lmstudio-community/Qwen2.5-7B-Instruct-GGUF/Qwen2.5-7B-Instruct-Q4_K_M.gguf"
GEMMA = "lmstudio-community/gemma-3-12b-it-GGUF/gemma-3-12b-it-Q4_K_M.gguf"
DEEPSEEK = "lmstudio-community/DeepSeek-R1-Distill-Llama-8B-GGUF/DeepSeek-R1-Distill-Llama-8B-Q4_K_M.gguf"
MISTRAL = "TheBloke/Mistral-7B-Instruct-v0.2-GGUF/mistral-7b-instruct-v0.2.Q4_K_M.gguf"

TALKS = [
    ("Balkon im Halbschatten", [
        ("Welche Kräuter halten einen Nordbalkon aus?", "Schnittlauch, Petersilie und Minze. Basilikum nicht 🌿"),
        ("Und im Winter?", "Minze zieht ein und kommt wieder; Schnittlauch auch. Petersilie mit Vlies abdecken."),
        ("Reicht ein 30-cm-Kasten?", "Für zwei Pflanzen, ja. Unten eine Schicht Blähton.")]),
    ("Letter to the landlord", [
        ("Help me write a letter: the boiler has been out for nine days.", "Dear Ms Okafor,\n\nSince 3 March the "
         "boiler in flat 4 has not worked…"),
        ("Make it firmer, but stay polite.", "Dear Ms Okafor,\n\nI am writing for the third time. \"Soon\" is not a "
         "date.\n\nKind regards")]),
    ("日本語の敬語", [
        ("「拝見しました」と「見ました」はどう違いますか。", "「拝見する」は謙譲語で、相手の物を見るときに使います。"),
        ("メールの書き出しの例をください。", "「いつもお世話になっております。資料を拝見しました。」")]),
    ("Recette de gratin", [
        ("Un gratin dauphinois pour six, sans fromage ?", "Oui : 1,2 kg de pommes de terre, 60 cl de crème, ail, muscade."),
        ("À quelle température ?", "150 °C pendant 1 h 30, puis 180 °C dix minutes.")]),
    ("awk for the monthly export", [
        ("Sum column 3 of a CSV per value of column 1.", "```sh\nawk -F, '{ s[$1] += $3 } END { for (k in s) print k, "
         "s[k] }' export.csv\n```"),
        ("The values use a comma as decimal sign…", "Then `gsub(/,/, \".\", $3)` first — and use `-F';'`.")]),
    ("Viaje a Oaxaca", [
        ("¿Cuántos días hacen falta para Oaxaca con niños?", "Cuatro: dos en la ciudad, uno en Monte Albán y uno en Hierve el Agua."),
        ("¿Y si llueve? ☔️", "El museo textil y un taller de chocolate.")]),
    ("Обмен мнениями о книге", [
        ("Посоветуй роман о Севере, не слишком мрачный.", "Попробуйте что-нибудь о маячниках: тихо, светло и с юмором."),
        ("А покороче?", "Тогда сборник рассказов, страниц на сто.")]),
    ("👩‍👩‍👧 birthday", [
        ("Rhymes for a seven-year-old who loves octopuses 🐙", "Eight arms to hug you, three hearts that beat —\nan octopus party is hard to beat!"),
        ("Shorter!", "Eight arms, one cake 🎂")]),
    ("Knee after running", [
        ("My knee hurts below the kneecap after 5 km. What could it be?", "Often the patellar tendon. If it swells or locks, see somebody."),
        ("Two weeks of rest already.", "Then a physiotherapist rather than more rest.")]),
    ("مراجعة العقد", [
        ("ما معنى بند «القوة القاهرة»؟", "حدث خارج عن إرادة الطرفين يعفي من المسؤولية."),
        ("هل يشمل انقطاع الكهرباء؟", "ليس عادةً، إلا إذا ذُكر صراحة.")]),
]

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg==")


def put(root: Path, path: str, data: bytes | str):
    """Writes one file below `root`."""
    full = root / path
    full.parent.mkdir(parents=True, exist_ok=True)
    full.write_bytes(data.encode() if isinstance(data, str) else data)


class Chat:
    """A chat of 0.3 or later while it is written: the document, and what is to be counted of it."""

    def __init__(self, store: Store, folder: str, name: str, title, created: int | None, **keys):
        self.path = f"{store.path}/{folder}{name}.conversation.json" if folder or name else store.path
        self.known = store.conversation(f"{folder}{name}", title)
        self.doc = {"name": title, "pinned": False, "createdAt": created, "preset": "", "tokenCount": 512,
                    "systemPrompt": "", "messages": [], "usePerChatPredictionConfig": True,
                    "perChatPredictionConfig": {"fields": []}, "clientInput": "", "clientInputFiles": [],
                    "userFilesSizeBytes": 0, "lastUsedModel": {"identifier": "qwen2.5-7b-instruct",
                    "indexedModelIdentifier": QWEN, "instanceLoadTimeConfig": {"fields": []},
                    "instanceOperationTimeConfig": {"fields": []}}, "notes": []}
        self.doc.update(keys)
        if created:
            self.known.created = rfc3339(created)
            self.known.times.append(self.known.created)

    def updated(self, user: int, assistant: int):
        self.doc["userLastMessagedAt"], self.doc["assistantLastMessagedAt"] = user, assistant
        if max(user, assistant):
            self.known.updated = rfc3339(max(user, assistant))
            self.known.times.append(self.known.updated)

    def turn(self, *versions, selected=0):
        """Adds a message of versions, each as the functions below make them. `selected` may be nonsense."""
        message = {"versions": [v["json"] for v in versions], "currentlySelected": selected}
        if selected == "absent":
            del message["currentlySelected"]
        shown = selected if isinstance(selected, int) and 0 <= selected < len(versions) else len(versions) - 1
        for index, version in enumerate(versions):
            times = version.get("times", [])
            self.known.message(version["role"], model=version.get("model"),
                               time=rfc3339(times[0]) if times else None, hidden=index != shown)
            self.known.times += [rfc3339(t) for t in times[1:]]
            for size in version.get("files", []):
                self.known.attachment(size)
        self.doc["messages"].append(message)

    def write(self, root: Path, indent: int | None = 2, **options):
        put(root, self.path, json.dumps(self.doc, ensure_ascii=False, indent=indent, **options))


def text(value: str, **more):
    return {"type": "text", "text": value, "fromDraftModel": False, "tokensCount": None, "isStructural": False, **more}


def file_part(identifier: str, kind: str, size: int):
    return {"type": "file", "fileIdentifier": identifier, "fileType": kind, "sizeBytes": size}


def user(value: str, *files, injected: str | None = None):
    content = [text(value)] + list(files)
    version = {"type": "singleStep", "role": "user", "content": content}
    if injected is not None:
        version["preprocessed"] = {"role": "user", "content": [text(f"{injected}\n\n{value}")]}
    return {"json": version, "role": "user", "files": [f["sizeBytes"] for f in files]}


def gen_info(indexed: str | None, identifier: str | None, prompt: str | None):
    fields = [{"key": "llm.prediction.temperature", "value": 0.7}]
    if prompt:
        fields.append({"key": "llm.prediction.systemPrompt", "value": prompt})
    found = {"loadModelConfig": {"fields": [{"key": "llm.load.contextLength", "value": 8192}]},
             "predictionConfig": {"fields": fields},
             "stats": {"stopReason": "eosFound", "tokensPerSecond": 41.25, "numGpuLayers": -1,
                       "timeToFirstTokenSec": 0.41, "totalTimeSec": 3.9, "promptTokensCount": 88,
                       "predictedTokensCount": 120, "totalTokensCount": 208}}
    if indexed:
        found["indexedModelIdentifier"] = indexed
    if identifier:
        found["identifier"] = identifier
    return found


def block(value: str, step: str, *more, thinking: bool = False, info: dict | None = None):
    found = {"type": "contentBlock", "stepIdentifier": step, "content": [text(value)] + list(more),
             "defaultShouldIncludeInContext": not thinking, "shouldIncludeInContext": not thinking}
    if thinking:
        found["style"] = {"type": "thinking", "ended": True, "title": "Thought for 2.10 seconds"}
        found["prefix"], found["suffix"] = "<think>", "</think>"
    if info:
        found["genInfo"] = info
    return found


def answer(steps: list, model: str | None, times: list, sender: str = "qwen2.5-7b-instruct", files=()):
    version = {"type": "multiStep", "role": "assistant", "senderInfo": {"senderName": sender}, "steps": steps}
    return {"json": version, "role": "assistant", "model": model or sender, "times": times, "files": list(files)}


def step_id(rng: random.Random, ms: int) -> str:
    return f"{ms}-0.{rng.randrange(10**15, 10**16)}"


def simple(rng, store: Store, folder: str, name: str, talk, created, model=QWEN, **keys) -> Chat:
    """An ordinary chat: questions and answers of `talk`, some minutes apart."""
    chat = Chat(store, folder, name, talk[0], created, **keys)
    at = (created or 1_730_000_000_000) + 4_000
    asked = at
    for question, reply in talk[1]:
        asked, at = at, at + rng.randrange(2_000, 90_000)
        chat.turn(user(question))
        chat.turn(answer([block(reply, step_id(rng, at), info=gen_info(model, "loaded", None))], model, [at]))
        at += rng.randrange(5_000, 600_000)
    chat.updated(asked, at)
    return chat


def upload(root: Path, home: str, name: str, data: bytes, kind: str, original: str, preview: bool):
    """A file given to a chat, and what the application notes about it; a text file has no picture."""
    put(root, f"{home}/user-files/{name}", data)
    noted = {"type": kind, "sizeBytes": len(data), "originalName": original, "fileIdentifier": name}
    if preview:
        noted["preview"] = {"data": "data:image/png;base64," + base64.b64encode(PNG).decode()}
    noted["sha256Hex"] = hashlib.sha256(data).hexdigest()
    put(root, f"{home}/user-files/{name}.metadata.json", json.dumps(noted))


# --- The home that the pointer names: 0.4, in daily use ------------------------------------------------

def current_home(root: Path, rng: random.Random, truth: Truth):
    home = "AI/lmstudio"
    put(root, ".lmstudio-home-pointer", "/home/mira/AI/lmstudio\n")
    store = truth.store(APP, "conversations", f"{home}/conversations", format="lm-studio-conversation")
    talks = TALKS[:]
    rng.shuffle(talks)

    # Every kind of step and part in one chat.
    base = 1_752_000_000_000 + rng.randrange(10**8)
    chat = Chat(store, "", str(base), "Lease, reviewed", base, plugins=["mcp/files"], pluginConfigs={},
                disabledPluginTools=[], looseFiles=[],
                perChatPredictionConfig={"fields": [
                    {"key": "llm.prediction.systemPrompt", "value": "You read contracts like a careful aunt."},
                    {"key": "llm.prediction.temperature", "value": {"checked": True, "value": 0.2}}]},
                clientInput="And what if they never answer? (not sent yet)",
                clientInputFiles=[{"fileIdentifier": "1752000123999 - 9.txt", "fileType": "text/plain", "sizeBytes": 12}],
                notes=["ask Noor about clause 7"])
    lease = "LEASE AGREEMENT\nClause 7: the tenant bleeds the radiators.\n".encode()
    pdf_name, png_name = f"{base + 900} - 1.pdf", f"{base + 950} - 2.png"
    upload(root, home, pdf_name, b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + bytes(rng.randrange(256) for _ in range(900)),
           "application/pdf", "Mietvertrag (unterschrieben).pdf", True)
    upload(root, home, png_name, PNG, "image", "Heizung.png", True)
    pdf_size = (root / home / "user-files" / pdf_name).stat().st_size
    chat.turn(user("Please check clause 7.", file_part(pdf_name, "application/pdf", pdf_size),
                   file_part(png_name, "image", len(PNG)), injected=lease.decode()))
    t = base + 20_000
    prompt = "You read contracts like a careful aunt."
    chat.turn(
        answer([block("First, the clause as it stands.", step_id(rng, t), thinking=True,
                      info=gen_info(DEEPSEEK, "deepseek-r1", prompt)),
                block("Clause 7 is unusual, but valid.", step_id(rng, t + 900), info=gen_info(DEEPSEEK, "deepseek-r1", prompt))],
               DEEPSEEK, [t, t + 900], "deepseek-r1"),
        answer([{"type": "status", "stepIdentifier": step_id(rng, t + 60_000), "statusState": {
                    "status": "done", "text": "Loaded plugin files"}},
                {"type": "debugInfoBlock", "stepIdentifier": step_id(rng, t + 60_100), "debugInfo": "retrieved 3 chunks"},
                block("", step_id(rng, t + 60_200), {"type": "toolCallRequest", "callId": 1, "toolCallRequestId": "438121",
                      "name": "read_file", "parameters": {"path": "lease/annex.txt"}, "pluginIdentifier": "mcp/files"}),
                {"type": "toolStatus", "stepIdentifier": step_id(rng, t + 60_300), "callId": 1, "state": {
                    "status": {"type": "toolCallSucceeded", "timeMs": 12}, "customWarnings": []}},
                {"type": "contentBlock", "stepIdentifier": step_id(rng, t + 60_400), "roleOverride": "tool", "content": [
                    {"type": "toolCallResult", "callId": 1, "toolCallRequestId": "438121", "content": "Annex A: keys, 3"}],
                 "defaultShouldIncludeInContext": True, "shouldIncludeInContext": True},
                {"type": "citationBlock", "stepIdentifier": step_id(rng, t + 60_500), "citedText": "the tenant bleeds the radiators",
                 "fileName": "Mietvertrag (unterschrieben).pdf", "fileIdentifier": pdf_name, "pageNumber": [2, 3]},
                {"type": "sparkline", "points": [1, 2, 3], "caption": "kept although nobody knows it"},
                block("The annex says: three keys.\nClause 7 stays.", step_id(rng, t + 61_000),
                      {"type": "hologram", "depth": 3}, info=gen_info(GEMMA, "gemma-3-12b", "You are terse."))],
               GEMMA, [t + 60_000 + 100 * i for i in range(6)] + [t + 61_000], "gemma-3-12b"),
        selected=1)
    chat.updated(base + 5_000, t + 61_500)
    chat.write(root)

    # Selections that are missing, null and out of range; names of models in every place.
    base += 86_400_000
    chat = Chat(store, "", str(base), talks[0][0], base)
    chat.turn(user(talks[0][1][0][0]), user(talks[0][1][0][0] + " (edited)"), selected="absent")
    chat.turn(answer([block(talks[0][1][0][1], step_id(rng, base + 9_000), info=gen_info(None, "qwen2.5-7b-instruct@q4", None))],
                     "qwen2.5-7b-instruct@q4", [base + 9_000]),
              answer([block("…", f"{base + 11_000}-7")], None, [base + 11_000], "phi-4"), selected=None)
    chat.turn(user(talks[0][1][1][0]), selected=-3)
    chat.turn(answer([block(talks[0][1][1][1], str(base + 30_000), info=gen_info(QWEN, "q", None))], QWEN, [base + 30_000]),
              answer([block("Anders gesagt: ja.", "6b1f0a52-77aa-4d52-9a41-6f2a0b0c9d11", info=gen_info(QWEN, "q", None))], QWEN, []),
              selected=17)
    chat.updated(base + 20_000, base + 31_000)
    chat.write(root, indent=None)

    # Chats in folders, one hidden, and names that are no times.
    simple(rng, store, "Arbeit/Q3 – Entwürfe/", "1751111111111", talks[1], 1_751_111_111_111).write(root)
    simple(rng, store, ".ChatGPT Imports - 2025/", "17511111111112", talks[2], 1_751_111_111_200, model=GEMMA).write(root)
    simple(rng, store, "", "imported-by-hand", talks[3], 1_751_222_222_222).write(root, indent=None, separators=(",", ":"))
    empty = Chat(store, "", "empty", None, 1_751_300_000_000)
    del empty.doc["name"]
    empty.known.title = None
    empty.updated(0, 0)
    empty.write(root)
    plain = simple(rng, store, "", "1751333333333", ("", talks[4][1]), None)
    plain.doc["createdAt"] = None
    plain.known.created = rfc3339(1_751_333_333_333)
    plain.known.times.append(plain.known.created)
    plain.write(root)
    # What a Mac left beside a chat on a stick, and a file the file manager left.
    put(root, f"{store.path}/._1751333333333.conversation.json", b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        ")
    put(root, f"{store.path}/.DS_Store", b"\x00\x00\x00\x01Bud1")

    # A file that was being written: the tear is inside the last answer's second block.
    base = 1_752_700_000_000
    torn = simple(rng, store, "", str(base), talks[5], base)
    torn.turn(answer([block("Das steht noch ganz da.", step_id(rng, base + 900_000), info=gen_info(QWEN, "q", None)),
                      block("Und das bricht mitten im Wo", step_id(rng, base + 901_000))], QWEN, [base + 900_000, base + 901_000]))
    updated = torn.doc.pop("userLastMessagedAt"), torn.doc.pop("assistantLastMessagedAt")
    torn.known.times.remove(torn.known.updated)
    torn.known.updated = None
    assert updated
    whole = json.dumps(torn.doc, ensure_ascii=False, indent=2).encode()
    cut = whole.index(b"mitten im Wo") + len(b"mitten im Wo")
    put(root, torn.path, whole[:cut])
    store.issue("torn", torn.path, whole.index(b'"Und das bricht'))

    # Bytes that are no UTF-8, half a surrogate pair, and a file of nothing.
    base = 1_752_800_000_000
    odd = simple(rng, store, "", str(base), talks[6], base)
    odd.turn(user("Half a face: \ud83d and MARK"))
    data = json.dumps(odd.doc, ensure_ascii=True, indent=2).encode().replace(b"MARK", b"\xff\xfe!")
    put(root, odd.path, data)
    store.issue("invalid-utf8", odd.path, data.index(b"\xff\xfe!"))
    put(root, f"{store.path}/1752900000000.conversation.json", b"")
    nothing = store.conversation("1752900000000", None)
    nothing.created = rfc3339(1_752_900_000_000)
    nothing.times.append(nothing.created)
    store.issue("empty", f"{store.path}/1752900000000.conversation.json")

    upload(root, home, f"{1_752_000_123_999} - 9.txt", "Zählerstände\n14.212,5\n".encode(), "text/plain", "zähler.txt", False)
    files = truth.store(APP, "uploads", f"{home}/user-files", format="lm-studio-user-files")
    files.issue("embedded-preview", f"{home}/user-files")

    log = ("[2026-02-03 09:14:02][INFO] [LM STUDIO SERVER] Running chat completion on conversation with 2 messages.\n"
           "[2026-02-03 09:14:02][DEBUG] Received request: POST to /v1/chat/completions with body {\n"
           "  \"model\": \"qwen2.5-7b-instruct\",\n  \"messages\": [\n    {\n      \"role\": \"user\",\n"
           "      \"content\": \"Which birds sing before dawn in March?\"\n    }\n  ]\n}\n"
           "[2026-02-03 09:14:05][INFO] Finished streaming response\n")
    put(root, f"{home}/server-logs/2026-02/2026-02-03.1.log", log)
    put(root, f"{home}/server-logs/2026-03/2026-03-01.1.log", log.replace("02-03", "03-01").replace("birds", "owls"))
    truth.store(APP, "logs", f"{home}/server-logs", format="lm-studio-server-log")
    put(root, f"{home}/config-presets/gardener.preset.json", json.dumps({
        "identifier": "@local:gardener", "name": "Gärtnerin", "operation": {"fields": [
            {"key": "llm.prediction.systemPrompt", "value": "Du bist eine geduldige Gärtnerin."}]}, "load": {"fields": []}}))
    truth.store(APP, "settings", f"{home}/config-presets", format="lm-studio-preset")
    put(root, f"{home}/settings.json", json.dumps({
        "downloadsFolder": f"/home/mira/AI/lmstudio/models", "hfDownloadToken": "hf_notARealToken00000000000000000000",
        "chat": {"moveDeletedItemsToTrash": False}, "developer": {"appUpdateChannel": "stable",
        "apiPredictionHistoryEviction": {"type": "time", "ttlDays": 30}}}))
    truth.store(APP, "settings", f"{home}/settings.json", format="lm-studio-settings")
    put(root, f"{home}/mcp.json", json.dumps({"mcpServers": {"files": {"command": "npx", "args": ["-y", "files"],
                                             "env": {"FILES_KEY": "not-a-real-key"}}}}))
    truth.store(APP, "secrets", f"{home}/mcp.json", format="mcp-servers")
    put(root, f"{home}/credentials/lmstudio-hub.json", json.dumps({"token": "not-a-real-token"}))
    truth.store(APP, "secrets", f"{home}/credentials", format="lm-studio-credentials")
    put(root, f"{home}/working-directories/{base}/notes.md", "# Draft\nthree keys\n")
    truth.store(APP, "cache", f"{home}/working-directories", format="tool-files")
    internal(root, home, truth, base)


def internal(root: Path, home: str, truth: Truth, base: int):
    folder = f"{home}/.internal"
    put(root, f"{folder}/http-server-config.json", json.dumps({
        "autoStartOnLaunch": True, "port": 1234, "networkInterface": "127.0.0.1", "cors": False,
        "logSensitiveData": True, "fileLoggingMode": "succinct", "justInTimeModelLoading": True}))
    put(root, f"{folder}/conversation-config.json", json.dumps({"json": {"selectedConversation": f"{base}.conversation.json"}}))
    put(root, f"{folder}/ui-state/window-1.json", json.dumps({"json": {"tabs": ["chat"]}}))
    put(root, f"{folder}/config-presets-drafts/draft-1.json", json.dumps({"fields": [
        {"key": "llm.prediction.systemPrompt", "value": "Answer like a lighthouse keeper."}]}))
    put(root, f"{folder}/lms-key-2", "not-a-real-key\n")
    put(root, f"{folder}/global-plugin-configs.json", json.dumps({"json": [["openai", {"openaiApiKey": "sk-not-real"}]],
                                                                   "meta": {"values": ["map"]}}))
    truth.store(APP, "secrets", f"{folder}/lms-key-2", format="lm-studio-keys")
    truth.store(APP, "secrets", f"{folder}/global-plugin-configs.json", format="lm-studio-keys")

    documents = truth.store(APP, "documents", f"{folder}/parsed-documents-cache", format="lm-studio-rag-cache")
    parsed = "Mietvertrag\n§ 7 Die Mieterin entlüftet die Heizkörper.\n".encode()
    put(root, f"{folder}/parsed-documents-cache/9f2c.txt", parsed)
    documents.document(len(parsed))
    as_json = json.dumps({"text": "Annex A: keys, 3"}).encode()
    put(root, f"{folder}/parsed-documents-cache/77aa.json", as_json)
    documents.document(len(as_json))
    vectors = truth.store(APP, "documents", f"{folder}/retrieval-sessions", format="lm-studio-rag-cache")
    put(root, f"{folder}/retrieval-sessions/1/vectors.bin", bytes(range(256)) * 4)
    vectors.documents = 0
    vectors.issue("not-parsed", f"{folder}/retrieval-sessions")

    history = truth.store(APP, "history", f"{folder}/api-prediction-history", format="lm-studio-api-history")
    put(root, f"{folder}/api-prediction-history/index.json", json.dumps({"json": {"mapping": {
        f"resp_{n:024x}": "pack-1" for n in range(3)}}}))
    put(root, f"{folder}/api-prediction-history/packs/pack-1", bytes(reversed(range(256))) * 3)
    history.issue("not-parsed", f"{folder}/api-prediction-history")

    settings = truth.store(APP, "settings", folder, format="lm-studio-internal")
    others = ("lms-key-2", "global-plugin-configs.json", "parsed-documents-cache/", "retrieval-sessions/",
              "api-prediction-history/")
    settings.files = [f for f in below(root, folder) if not f[len(folder) + 1:].startswith(others)]


# --- 0.2, and what 0.3 made of it ----------------------------------------------------------------------

def old_home(root: Path, rng: random.Random, truth: Truth):
    home = ".cache/lm-studio"
    talks = TALKS[:]
    rng.shuffle(talks)
    store = truth.store(APP, "conversations", f"{home}/conversations", format="lm-studio-conversation")
    copies = truth.store(APP, "copies", f"{home}/chats", format="lm-studio-chat")
    only = truth.store(APP, "conversations", f"{home}/chats", format="lm-studio-chat")
    copies.files, only.files = [], []

    def old(folder: str, ident: str, talk, created: int, kept: Store, flash: bool, metadata: bool = True):
        """A chat as 0.2 wrote it: three files."""
        stem = f"{home}/chats/{folder}{ident}"
        messages = [{"role": role, "content": said} for pair in talk[1] for role, said in zip(("user", "assistant"), pair)]
        put(root, f"{stem}.chat.json", json.dumps({"messages": messages}, ensure_ascii=False, indent=2))
        put(root, f"{stem}.config.chat.json", json.dumps({
            "name": "Config", "load_params": {"n_ctx": 4096, **({"flash_attn": True, "cache_type_k": "q8_0"} if flash else {})},
            "inference_params": {"pre_prompt": f"Kurz antworten ({ident}).", "temp": 0.8}}, ensure_ascii=False))
        kept.files += [f"{stem}.chat.json", f"{stem}.config.chat.json"]
        known = kept.conversation(f"{folder}{ident}", talk[0] if metadata else None)
        if metadata:
            put(root, f"{stem}.metadata.chat.json", json.dumps({
                "name": talk[0], "identifier": created, "lastUsedModel": {"filePath": f"/models/{MISTRAL}"},
                "stats": {"predictionStats": {"tokenCount": 99}}}, ensure_ascii=False))
            kept.files.append(f"{stem}.metadata.chat.json")
            known.created = rfc3339(created)
        elif len(ident) == 13 and ident.isdigit():
            known.created = rfc3339(int(ident))
        if known.created:
            known.times.append(known.created)
        for message in messages:
            known.message(message["role"])

    def migrated(folder: str, name: str, talk, created: int):
        """The same chat as 0.3 took it over: content, processed and steps hold one text."""
        chat = Chat(store, f"Migrated chats/{folder}", name, talk[0], created)
        for question, reply in talk[1]:
            chat.turn(user(question, injected=""))
            chat.doc["messages"][-1]["versions"][0]["processed"] = [{"role": "user", "content": [text(question)]}]
            del chat.doc["messages"][-1]["versions"][0]["preprocessed"]
            both = answer([block(reply, f"{created}-{rng.randrange(1000)}")], None, [created], MISTRAL.split("/")[-1])
            both["json"]["content"] = [text(reply)]
            both["json"]["processed"] = [{"role": "assistant", "content": [text(reply)]}]
            chat.turn(both)
        chat.updated(created, 0)
        chat.write(root)

    start = 1_714_000_000_000 + rng.randrange(10**9)
    # Found again by its name, by its time, and by its title and first words.
    old("", str(start), talks[0], start, copies, False)
    migrated("", str(start), talks[0], start)
    old("", str(start + 500_000), talks[1], start + 500_000, copies, False)
    migrated("", "renamed-by-hand", talks[1], start + 500_000)
    old("Privat/", "7", talks[2], start + 900_000, copies, False)
    migrated("Privat/", str(start + 77_000_000), talks[2], start + 77_000_000)
    # The migration failed for these two; one has no metadata.
    old("", str(start + 1_000_000), talks[3], start + 1_000_000, only, True)
    old("", "9", talks[4], start, only, True, metadata=False)
    orphan = f"{home}/chats/{start + 2_000_000}.metadata.chat.json"
    put(root, orphan, json.dumps({"name": "Steuer 2023", "identifier": start + 2_000_000}))
    only.files.append(orphan)
    only.issue("orphan", orphan)

    # A chat after the upgrade; a message whose role stands on the message, with steps alone.
    base = 1_726_000_000_000
    chat = simple(rng, store, "", str(base), talks[5], base, model=MISTRAL)
    bare = answer([block("Auch ohne Rolle lesbar.", step_id(rng, base + 5_000_000), info=gen_info(MISTRAL, "m", None))],
                  MISTRAL, [base + 5_000_000])
    for key in ("type", "role", "senderInfo"):
        del bare["json"][key]
    chat.turn(bare)
    chat.doc["messages"][-1]["role"] = "assistant"
    tagged = {"json": {"type": "singleStep", "role": "assistant", "content": [text("<think>hm, kurz</think>Ja.")],
                       "senderInfo": {"senderName": "r1"}}, "role": "assistant", "model": "r1"}
    chat.turn(tagged)
    chat.turn({"json": {"type": "singleStep", "role": "system", "content": [text("Ab hier auf Deutsch.")]}, "role": "system"})
    chat.doc["notes"] = "eine Notiz als Text"
    chat.write(root)
    put(root, f"{home}/.session_cache/old-rag.txt", "Ein Absatz aus einem Vertrag von 2024.\n")
    cache = truth.store(APP, "documents", f"{home}/.session_cache", format="lm-studio-rag-cache")
    cache.document((root / home / ".session_cache/old-rag.txt").stat().st_size)


# --- What lies elsewhere -------------------------------------------------------------------------------

def elsewhere(root: Path, rng: random.Random, truth: Truth):
    talks = TALKS[:]
    rng.shuffle(talks)
    # The second home, from before the pointer was set, with Bionic in it.
    store = truth.store(APP, "conversations", ".lmstudio/conversations", format="lm-studio-conversation")
    simple(rng, store, "", "1738000000001", talks[0], 1_738_000_000_001).write(root)
    simple(rng, store, "Reisen/", "1738000900001", talks[1], 1_738_000_900_001, model=GEMMA).write(root)
    lmstudio_bionic.build(root, ".lmstudio/apps/bionic", rng, truth, talks[5:])

    profile = ".config/LM Studio"
    put(root, f"{profile}/Preferences", json.dumps({"spellcheck": {"dictionaries": ["de-DE"]}}))
    put(root, f"{profile}/Local Storage/leveldb/000003.log", b"\x00\x01\x02" * 40)
    put(root, f"{profile}/logs/main.log", "[2026-02-03 09:10:00.000] [info]  File attached: Heizung.png\n")
    truth.store(APP, "logs", f"{profile}/logs", format="electron-log")
    cache = truth.store(APP, "cache", profile, format="chromium-profile")
    cache.files = [f"{profile}/Preferences", f"{profile}/Local Storage/leveldb/000003.log"]
    cache.issue("not-parsed", profile)

    mac = "Backups/MacBook"
    store = truth.store(APP, "conversations", f"{mac}/.lmstudio/conversations", format="lm-studio-conversation")
    simple(rng, store, "", "1741000000002", talks[2], 1_741_000_000_002, model=GEMMA).write(root)
    put(root, f"{mac}/Library/Logs/LM Studio/main.log", "[2025-03-03 10:00:00.000] [info]  App starting 0.3.10\n")
    truth.store(APP, "logs", f"{mac}/Library/Logs/LM Studio", format="electron-log")

    windows = "Backups/ThinkPad"
    put(root, f"{windows}/AppData/Roaming/LM Studio/settings.json", json.dumps({"pre030ChatsMigrated": 3}))
    truth.store(APP, "settings", f"{windows}/AppData/Roaming/LM Studio/settings.json", format="lm-studio-settings")
    store = truth.store(APP, "conversations", f"{windows}/.cache/lm-studio/conversations", format="lm-studio-conversation")
    simple(rng, store, "", "1736000000003", talks[3], 1_736_000_000_003).write(root, indent=None)

    # One chat sent to a friend, under a name of its own.
    loose = truth.store(APP, "conversations", "Documents/for Noor/chat about tenants.json", format="lm-studio-conversation")
    chat = simple(rng, loose, "", "", talks[4], 1_745_000_000_004)
    chat.known.app_id = "chat about tenants.json"
    chat.path = loose.path
    chat.write(root)


def build(root: Path, rng: random.Random, truth: Truth):
    """Writes LM Studio's part of a home below `root` and records in `truth` what it wrote."""
    before = set(root.rglob("*"))
    current_home(root, rng, truth)
    old_home(root, rng, truth)
    elsewhere(root, rng, truth)
    moment = 1_770_300_000
    for path in sorted(set(root.rglob("*")) - before, reverse=True):
        os.utime(path, (moment, moment), follow_symlinks=False)
