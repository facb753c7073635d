"""Ollama's part of a home: prompt history, saved conversations, the desktop app's databases, logs.

Tables and migrations are those of the application (app/store/database.go, testdata/schema.sql); saved
conversations are layers of models as `/save` makes them (server/create.go).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import shutil
import sqlite3
import struct
import tempfile
from pathlib import Path

from samples.truth import Conversation, Truth, rfc3339

APP = "ollama"
LAST_KNOWN = 18
START = 1754035200000  # 2025-08-01T08:00:00Z

# A dialogue is what is asked and answered in turn; the first word tells its language.
DIALOGUES = [
    [("How long can cooked lentils stay in the fridge?", "Three to four days in a closed container."),
     ("And frozen?", "About six months. Cool them first, then freeze flat so they thaw quickly. 🥣")],
    [("Schreib mir eine Absage an den Vermieter, freundlich aber bestimmt.",
      "Sehr geehrte Frau Tannhofer,\n\nvielen Dank für die Besichtigung. Wir haben uns anders entschieden.\n\n"
      "Mit freundlichen Grüßen"),
     ("Kürzer bitte.", "Vielen Dank für Ihre Zeit – wir nehmen die Wohnung nicht.")],
    [("Explique-moi le subjonctif en deux phrases.",
      "Il exprime un souhait, un doute ou une nécessité : « il faut que tu viennes ». "
      "On le trouve surtout après « que ».")],
    [("ベランダでトマトを育てたいのですが、いつ種をまけばいいですか？", "三月の終わりから四月の初めが目安です。🍅"),
     ("水やりは？", "土の表面が乾いたら、朝にたっぷりとあげてください。")],
    [("Write a SQL query that finds the second highest salary.",
      "```sql\nSELECT MAX(salary) FROM staff\nWHERE salary < (SELECT MAX(salary) FROM staff);\n```"),
     ("What if there are ties?", "Then use `DENSE_RANK()` and pick rank 2 — `<`, `>` and `&` need no escaping in SQL.")],
    [("Tenho dor no joelho direito depois de correr. O que pode ser?",
      "Pode ser sobrecarga. Descanse uns dias e, se não melhorar, procure um médico.")],
    [("Ist das ein gültiger Mietvertrag, wenn die Unterschrift fehlt?",
      "Mietverträge sind auch mündlich wirksam, nur die Befristung braucht die Schriftform."),
     ("Und bei einer WG?", "Dann kommt es darauf an, wer Hauptmieter ist."),
     ("Danke! 👍", "Gern geschehen.")],
    [("Расскажи коротко про кольца Сатурна", "Это лёд и пыль: толщина десятки метров, ширина — 280 тысяч км. 🪐")],
    [("Plan a four day trip along the Curonian lagoon with a nine year old who hates museums.",
      "Day 1: ferry and dunes. Day 2: bicycles to the heron colony. Day 3: amber hunting. Day 4: boat back.")],
    [("I want to tell my sister I am moving abroad and I am scared of how she reacts.",
      "Start with what stays the same between you, then say it plainly. You might write: "
      "\"I have decided to move, and you are the first I tell.\"")],
    [("مرحبا، كيف أحفظ كلمات جديدة بسرعة؟", "كررها على فترات متباعدة واستعملها في جمل قصيرة.")],
    [("refactor this: for(i=0;i<n;i++) if(a[i]==x) return i; return -1;", "Use `a.indexOf(x)`; it returns -1 as well.")],
    [("¿Qué le pongo a una sopa de calabaza para que no quede sosa?", "Jengibre, un poco de lima y comino tostado.")],
    [("What does a balance of −1 204,50 € at the end of March mean for my overdraft?",
      "You are past the limit of 1 000 € by 204,50 €; interest runs on the whole sum.")],
]
MODELS = ["llama3.2:latest", "qwen3:8b", "gemma3:4b", "gpt-oss:20b", "deepseek-r1:14b"]
LINES = [
    "hi", "/show info", "erklär mir den Unterschied zwischen weil und denn", "/set parameter temperature 0.2",
    "summarise this letter from the tax office in two sentences", "\"\"\"Liebe Oma,", "danke für das Paket!", "\"\"\"",
    "what rhymes with orange", "カレーに合う飲み物は？", "/save tagebuch", "give me three names for a grey cat 🐈",
    "traduis en anglais: la clé est sous le pot", "/bye", "why is my sourdough flat", "/load qwen3:8b",
    "is it legal to record my landlord on the phone in Bavaria?", "regex for an IBAN, please", "thanks",
]


def go_json(value, indent=None) -> str:
    """JSON as Go writes it: no ASCII escapes, but <, > and & escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=None if indent else (",", ":"))
    for sign, escape in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028")):
        text = text.replace(sign, escape)
    return text


def go_time(us: int, offset_minutes: int) -> str:
    """A time as the driver stores it: local, with offset, the fraction without trailing zeros."""
    local = us + offset_minutes * 60_000_000
    text = rfc3339(local // 1_000_000 * 1000, False).replace("T", " ").rstrip("Z")
    fraction = f"{us % 1_000_000:06d}".rstrip("0")
    sign = "+" if offset_minutes >= 0 else "-"
    return f"{text}{'.' + fraction if fraction else ''}{sign}{abs(offset_minutes) // 60:02d}:{abs(offset_minutes) % 60:02d}"


def shown(us: int) -> str:
    """The same time as the documents show it: milliseconds where a fraction was stored."""
    return rfc3339(us // 1000, us % 1_000_000 != 0)


def uuid7(rng: random.Random, ms: int) -> str:
    digits = f"{ms:012x}7{rng.getrandbits(12):03x}{8 | rng.getrandbits(2):x}{rng.getrandbits(60):015x}"
    return "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]])


# --- the desktop app's database

BASE = """
CREATE TABLE IF NOT EXISTS settings (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    device_id TEXT NOT NULL DEFAULT '',
    has_completed_first_run BOOLEAN NOT NULL DEFAULT 0,
    expose BOOLEAN NOT NULL DEFAULT 0,
{survey}    browser BOOLEAN NOT NULL DEFAULT 0,
    models TEXT NOT NULL DEFAULT '',
{remote}    agent BOOLEAN NOT NULL DEFAULT 0,
    tools BOOLEAN NOT NULL DEFAULT 0,
    working_dir TEXT NOT NULL DEFAULT '',
{context}    window_width INTEGER NOT NULL DEFAULT 0,
    window_height INTEGER NOT NULL DEFAULT 0,
    config_migrated BOOLEAN NOT NULL DEFAULT 0,
{later}    schema_version INTEGER NOT NULL DEFAULT {version}
);
INSERT OR IGNORE INTO settings (id) VALUES (1);
CREATE TABLE IF NOT EXISTS chats (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL DEFAULT '',
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP{state}
);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id TEXT NOT NULL,
    role TEXT NOT NULL,
    content TEXT NOT NULL DEFAULT '',
    thinking TEXT NOT NULL DEFAULT '',
    stream BOOLEAN NOT NULL DEFAULT 0,
    model_name TEXT,
    model_cloud BOOLEAN,{deprecated}
    model_ollama_host BOOLEAN,{deprecated}
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    thinking_time_start TIMESTAMP,
    thinking_time_end TIMESTAMP,{result}
    FOREIGN KEY (chat_id) REFERENCES chats(id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_messages_chat_id ON messages(chat_id);
CREATE TABLE IF NOT EXISTS tool_calls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL,
    type TEXT NOT NULL,
    function_name TEXT NOT NULL,
    function_arguments TEXT NOT NULL,
    function_result TEXT,
    FOREIGN KEY (message_id) REFERENCES messages(id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_tool_calls_message_id ON tool_calls(message_id);
"""
ATTACHMENTS = """CREATE TABLE IF NOT EXISTS attachments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL,
    filename TEXT NOT NULL,
    data BLOB NOT NULL,
    FOREIGN KEY (message_id) REFERENCES messages(id) ON DELETE CASCADE
);"""
USERS = """CREATE TABLE IF NOT EXISTS users (
    name TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL DEFAULT '',
    plan TEXT NOT NULL DEFAULT '',
    cached_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);"""
SETTINGS_LATER = [
    (5, "airplane_mode BOOLEAN NOT NULL DEFAULT 0"), (6, "turbo_enabled BOOLEAN NOT NULL DEFAULT 0"),
    (6, "websearch_enabled BOOLEAN NOT NULL DEFAULT 0"), (6, "selected_model TEXT NOT NULL DEFAULT ''"),
    (6, "sidebar_open BOOLEAN NOT NULL DEFAULT 0"), (8, "think_enabled BOOLEAN NOT NULL DEFAULT 0"),
    (8, "think_level TEXT NOT NULL DEFAULT ''"), (13, "cloud_setting_migrated BOOLEAN NOT NULL DEFAULT 0"),
    (15, "auto_update_enabled BOOLEAN NOT NULL DEFAULT 1"), (16, "last_home_view TEXT NOT NULL DEFAULT 'chat'"),
    (17, "onboarding_version INTEGER NOT NULL DEFAULT 0"), (18, "claude_desktop_used BOOLEAN NOT NULL DEFAULT 0"),
]


def create(db: sqlite3.Connection, version: int):
    """Makes the tables as a new installation of that version has them."""
    db.executescript(BASE.format(
        survey="    survey BOOLEAN NOT NULL DEFAULT TRUE,\n" if version >= 2 else "",
        context="    context_length INTEGER NOT NULL DEFAULT 0,\n" if version >= 2 else "",
        remote="" if version == 11 else "    remote TEXT NOT NULL DEFAULT '',\n",
        later="".join(f"    {column},\n" for since, column in SETTINGS_LATER if version >= since),
        version=version,
        state=",\n    browser_state TEXT" if version >= 9 else "",
        deprecated=" -- deprecated" if version >= 10 else "",
        result="\n    tool_result TEXT," if version >= 4 else ""))
    if version >= 3:
        db.execute(ATTACHMENTS)
    if version >= 7:
        db.execute("CREATE INDEX IF NOT EXISTS idx_attachments_message_id ON attachments(message_id)")
    if version >= 10:
        db.execute(USERS)


def upgrade(db: sqlite3.Connection, old: int, new: int):
    """Takes the steps the application takes: columns are added behind, the defaults stay the old ones."""
    for version in range(old + 1, new + 1):
        if version == 2:
            db.execute("ALTER TABLE settings ADD COLUMN context_length INTEGER NOT NULL DEFAULT 4096")
            db.execute("ALTER TABLE settings ADD COLUMN survey BOOLEAN NOT NULL DEFAULT TRUE")
        if version == 3:
            db.execute(ATTACHMENTS)
        if version == 4:
            db.execute("ALTER TABLE messages ADD COLUMN tool_result TEXT")
        if version == 7:
            db.execute("CREATE INDEX IF NOT EXISTS idx_attachments_message_id ON attachments(message_id)")
        if version == 9:
            db.execute("ALTER TABLE chats ADD COLUMN browser_state TEXT")
        if version == 10:
            db.execute(USERS)
        if version == 11 and sqlite3.sqlite_version_info >= (3, 35):
            db.execute("ALTER TABLE settings DROP COLUMN remote")
        if version == 12 and sqlite3.sqlite_version_info >= (3, 35):
            db.execute("ALTER TABLE settings ADD COLUMN remote TEXT NOT NULL DEFAULT ''")
        for since, column in SETTINGS_LATER:
            if since == version:
                db.execute(f"ALTER TABLE settings ADD COLUMN {column}")
        db.execute("UPDATE settings SET schema_version = ?", (version,))


def settle_log(path: Path, rng: random.Random):
    """Gives a write-ahead log salts from our own dice and sums that fit them, so that runs agree
    (sqlite.org/fileformat2.html, section 4)."""
    data = bytearray(path.read_bytes())
    salts = struct.pack(">II", rng.getrandbits(32), rng.getrandbits(32))
    order = ">" if data[3] & 1 else "<"
    size = struct.unpack_from(">I", data, 8)[0] + 24

    def sums(part: bytes, a: int, b: int) -> tuple[int, int]:
        words = struct.unpack(f"{order}{len(part) // 4}I", part)
        for first, second in zip(words[::2], words[1::2]):
            a = (a + first + b) & 0xFFFFFFFF
            b = (b + second + a) & 0xFFFFFFFF
        return a, b

    data[16:24] = salts
    a, b = sums(bytes(data[:24]), 0, 0)
    struct.pack_into(">II", data, 24, a, b)
    for frame in range(32, len(data) - size + 1, size):
        data[frame + 8:frame + 16] = salts
        a, b = sums(bytes(data[frame:frame + 8]), a, b)
        a, b = sums(bytes(data[frame + 24:frame + size]), a, b)
        struct.pack_into(">II", data, frame + 16, a, b)
    path.write_bytes(data)


class Desktop:
    """One database while it is written, in a folder of its own until it is copied to its place."""

    def __init__(self, rng: random.Random, version: int, upgraded_from: int | None = None, offset: int = 120):
        self.rng, self.version, self.offset = rng, version, offset
        self.folder = Path(tempfile.mkdtemp())
        self.db = sqlite3.connect(self.folder / "db.sqlite", isolation_level=None)
        self.db.execute("PRAGMA secure_delete=OFF")
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA wal_autocheckpoint=0")
        create(self.db, min(upgraded_from or version, LAST_KNOWN))
        if upgraded_from:
            upgrade(self.db, upgraded_from, min(version, LAST_KNOWN))
        self.db.execute(
            "UPDATE settings SET schema_version=?, device_id=?, has_completed_first_run=1, window_width=1180",
            (version, uuid7(rng, START - 86_400_000)))
        self.chats: list[dict] = []
        self.clock = START * 1000 + rng.randrange(10**12)

    def tick(self, seconds: float) -> int:
        self.clock += int(seconds * 1_000_000) + self.rng.randrange(1, 999_999)
        return self.clock

    def chat(self, dialogue, *, title="", thinking=False, created=True, model=None) -> dict:
        """A chat with all its turns; every save deletes its rows and inserts them anew."""
        chat = {"id": uuid7(self.rng, self.tick(400) // 1000), "title": title, "created": self.clock,
                "messages": [], "state": None, "row": True}
        if not created:
            # The default of SQLite: universal time, no fraction.
            chat["created"] = self.clock // 1_000_000 * 1_000_000
            chat["plain"] = True
        model = model or self.rng.choice(MODELS)
        for asked, answered in dialogue:
            chat["messages"].append(self.message("user", asked))
            self.save(chat)
            answer = self.message("assistant", answered, model=model)
            if thinking:
                answer["thinking"] = f"The question is \"{asked[:40]}\". Answer briefly, in the same language."
            chat["messages"].append(answer)
        self.save(chat)
        self.chats.append(chat)
        return chat

    def message(self, role, content, **more) -> dict:
        made = {"role": role, "content": content, "thinking": "", "model": None, "result": None,
                "calls": [], "files": [], "created": self.tick(self.rng.randrange(3, 90))}
        made["updated"] = made["created"] + (0 if role == "user" else self.rng.randrange(2, 20) * 1_000_000 + 17_001)
        self.clock = max(self.clock, made["updated"])
        return {**made, **more}

    def stored(self, us: int) -> str:
        return go_time(us, self.offset)

    def save(self, chat: dict):
        db = self.db
        db.execute("BEGIN IMMEDIATE")
        created = rfc3339(chat["created"] // 1000, False).replace("T", " ").rstrip("Z") if chat.get("plain") \
            else self.stored(chat["created"])
        db.execute("INSERT INTO chats (id, title, created_at) VALUES (?,?,?) "
                   "ON CONFLICT(id) DO UPDATE SET title=excluded.title", (chat["id"], chat["title"], created))
        if chat["state"] is not None:
            db.execute("UPDATE chats SET browser_state=? WHERE id=?", (chat["state"], chat["id"]))
        old = [row[0] for row in db.execute("SELECT id FROM messages WHERE chat_id=?", (chat["id"],))]
        for number in old:
            db.execute("DELETE FROM tool_calls WHERE message_id=?", (number,))
            if self.version >= 3:
                db.execute("DELETE FROM attachments WHERE message_id=?", (number,))
        db.execute("DELETE FROM messages WHERE chat_id=?", (chat["id"],))
        for m in chat["messages"]:
            columns = ["chat_id", "role", "content", "thinking", "stream", "model_name", "created_at", "updated_at"]
            values = [chat["id"], m["role"], m["content"], m["thinking"], 0, m["model"],
                      self.stored(m["created"]), self.stored(m["updated"])]
            if m["thinking"]:
                columns += ["thinking_time_start", "thinking_time_end"]
                values += [self.stored(m["created"]), self.stored(m["created"] + 900_000)]
            if self.version >= 4:
                columns.append("tool_result")
                values.append(m["result"])
            m["row"] = db.execute(
                f"INSERT INTO messages ({','.join(columns)}) VALUES ({','.join('?' * len(values))})", values).lastrowid
            for name, arguments in m["calls"]:
                db.execute("INSERT INTO tool_calls (message_id,type,function_name,function_arguments) VALUES (?,?,?,?)",
                           (m["row"], "function", name, arguments))
            for name, data in m["files"]:
                db.execute("INSERT INTO attachments (message_id,filename,data) VALUES (?,?,?)", (m["row"], name, data))
        db.execute("COMMIT")

    def checkpoint(self):
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def lose(self, chat: dict):
        """Deletes the chat's row alone, as releases did that left foreign keys off."""
        self.db.execute("DELETE FROM chats WHERE id=?", (chat["id"],))
        chat["row"] = False

    def place(self, path: Path):
        """Copies the database with its log, while it is open, to its place."""
        path.parent.mkdir(parents=True, exist_ok=True)
        for suffix in ("", "-wal"):
            source = self.folder / f"db.sqlite{suffix}"
            if source.exists() and source.stat().st_size:
                shutil.copyfile(source, f"{path}{suffix}")
        self.db.close()
        shutil.rmtree(self.folder)
        if self.has_log:
            settle_log(Path(f"{path}-wal"), self.rng)

    def tell(self, truth: Truth, path: str):
        """Records what it holds; `path` relative to the root."""
        store = truth.store(APP, "conversations", path, format="ollama-app", version=str(self.version))
        store.files = [path] + ([path + "-wal"] if self.has_log else [])
        for chat in self.chats:
            if not chat["row"]:
                continue
            known = store.conversation(chat["id"], chat["title"])
            known.created = shown(chat["created"])
            updated = max([m["updated"] for m in chat["messages"]], default=chat["created"])
            known.updated = shown(updated)
            known.times += [known.created, known.updated]
            for m in chat["messages"]:
                known.message(m["role"], model=m["model"], time=shown(m["created"]))
                for _, data in m["files"]:
                    known.attachment(len(data))
        if any(not chat["row"] for chat in self.chats):
            store.issue("orphan", path)
        if self.version > LAST_KNOWN:
            store.issue("too-new", path)
        return store

    has_log = False


def desktop(root: Path, rng, truth, path: str, version: int, *, upgraded_from=None, log=False, offset=120,
            fill=None, models="") -> Desktop:
    made = Desktop(rng, version, upgraded_from, offset)
    if models:
        made.db.execute("UPDATE settings SET models=?", (models,))
    for index, dialogue in enumerate(rng.sample(DIALOGUES, 4)):
        made.chat(dialogue, title="Rückfrage Miete" if index == 1 else "", thinking=version >= 2 and index == 2,
                  created=index != 3)
    if fill:
        fill(made)
    made.checkpoint()
    if log:
        made.has_log = True
        made.chat(rng.choice(DIALOGUES))
        last = made.chats[0]
        last["messages"].append(made.message("user", "One more thing: is that still true today?"))
        made.save(last)
    made.place(root / path)
    made.tell(truth, path)
    return made


def full_features(made: Desktop):
    """Attachments, tools, a fetched page, an empty chat, a placeholder: what schema 9 and later can hold."""
    rng = made.rng
    chat = made.chat([("What changed in the tide table of the island?", "High water comes twelve minutes later.")],
                     model="gpt-oss:120b-cloud")
    ask, answer = chat["messages"]
    call = made.message("assistant", "", model="gpt-oss:120b-cloud", thinking="I should search for it.",
                        calls=[("browser.search", go_json({"query": "tide table <island> & ferry", "topn": 3}))])
    tool = made.message("tool", "[0] Tide table\nhigh water 11:42", result=go_json(
        {"results": [{"title": "Tide table", "url": "https://tides.example/island", "content": "high water 11:42"}]}))
    silent = made.message("tool", "【1】 the page of the ferry", result="null")
    chat["messages"] = [ask, call, tool, silent, answer]
    chat["state"] = go_json({
        "page_stack": ["https://tides.example/island"], "view_tokens": 1024,
        "url_to_page": {"https://tides.example/island": {
            "url": "https://tides.example/island", "title": "Tide table", "text":
            "The quay is closed on Tuesdays. Zugvogelbeobachtung ab 6 Uhr.", "lines": ["The quay is closed on Tuesdays."],
            "links": {"0": "https://ferry.example"}, "fetched_at": "2025-09-01T10:00:00Z"}}})
    made.save(chat)
    pictured = made.chat([("Was steht auf dem Zettel?", "Milch, Brot, zwei Zitronen.")], model="gemma3:4b")
    pictured["messages"][0]["files"] = [
        ("zettel.png", b"\x89PNG\r\n\x1a\n" + bytes(rng.randrange(256) for _ in range(5200))),
        ("liste.txt", "Milch\nBrot\nzwei Zitronen\nStreng geheim: Überraschungskuchen\n".encode())]
    made.save(pictured)
    renamed = made.chat([("Read the contract please", "It runs for two years.")], title="Contract 📄", model="qwen3:8b")
    renamed["messages"][0]["files"] = [("contract.pdf", b"")]  # renaming a chat loses the bytes
    made.save(renamed)
    empty = {"id": uuid7(rng, made.tick(50) // 1000), "title": "", "created": made.clock, "messages": [],
             "state": None, "row": True}
    made.save(empty)
    made.chats.append(empty)


def lost_chats(made: Desktop):
    for dialogue in DIALOGUES[9], DIALOGUES[5]:
        made.lose(made.chat(dialogue))


# --- saved conversations

MEDIA = "application/vnd.ollama.image."


class Models:
    """A models folder while it is written."""

    def __init__(self, root: Path, path: str):
        self.root, self.path = root, path
        self.read: list[str] = []

    def blob(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        name = f"{self.path}/blobs/sha256-{digest}"
        write(self.root / name, data)
        return digest

    def tag(self, name: str, layers: list[tuple[str, str, int]]) -> str:
        config = go_json({"model_format": "gguf", "model_family": "llama", "architecture": "amd64", "os": "linux"}).encode()
        manifest = {
            "schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "config": {"mediaType": "application/vnd.docker.container.image.v1+json",
                       "digest": "sha256:" + self.blob(config), "size": len(config)},
            "layers": [{"mediaType": MEDIA + kind, "digest": "sha256:" + digest, "size": size}
                       for kind, digest, size in layers]}
        path = f"{self.path}/manifests/{name}"
        write(self.root / path, go_json(manifest).encode() + b"\n")
        return path


def saved(dialogue, *, images=(), extra=()) -> tuple[bytes, list[dict]]:
    messages = []
    for asked, answered in dialogue:
        messages += [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]
    if images:
        messages[0]["images"] = [base64.b64encode(image).decode() for image in images]
    messages = list(extra) + messages
    return go_json(messages).encode() + b"\n", messages


def tell_saved(store, app_id, messages, model):
    known = store.conversation(app_id)
    for m in messages:
        known.message(m["role"], model=model if m["role"] == "assistant" else None)
        for image in m.get("images", []):
            known.attachment(len(base64.b64decode(image)))
    return known


def saved_models(root: Path, rng, truth, path: str, kind: str = "conversations", small=False):
    models = Models(root, path)
    weights = models.blob(b"GGUF" + bytes(rng.randrange(256) for _ in range(600)))
    system = models.blob("Du bist ein geduldiger Lehrer.".encode())
    store = truth.store(APP, kind, path, format="ollama-saved")
    host = "registry.ollama.ai"
    models.tag(f"{host}/library/llama3.2/latest", [("model", weights, 604)])
    files = []

    def tagged(place, shown_name, data, messages, *, whole=True):
        digest = models.blob(data)
        files.append(models.tag(place, [("model", weights, 604), ("system", system, 30), ("messages", digest, len(data))]))
        files.append(f"{path}/blobs/sha256-{digest}")
        tell_saved(store, shown_name, messages, shown_name)
        return digest

    data, messages = saved(DIALOGUES[1], extra=[{"role": "system", "content": "Antworte auf Deutsch."}])
    tagged(f"{host}/library/{'archiv' if small else 'tagebuch'}/latest", "archiv:latest" if small else "tagebuch:latest",
           data, messages)
    if small:
        store.files = files
        return
    # `ollama cp`: the same blob on a second tag is the same conversation.
    copy = models.tag(f"{host}/library/urlaub-tagebuch/latest", [
        ("model", weights, 604), ("messages", hashlib.sha256(data).hexdigest(), len(data))])
    files.append(copy)
    store.issue("duplicate", copy)
    data, messages = saved(DIALOGUES[3], images=[
        bytes(rng.randrange(256) for _ in range(n)) for n in (1000, 1001, 1002)])
    tagged(f"{host}/mira/reiseplan/v2", "mira/reiseplan:v2", data, messages)
    tool = [{"role": "assistant", "content": "", "thinking": "look it up", "tool_calls": [
                {"id": "call_1", "function": {"index": 0, "name": "ferry_times", "arguments": {"day": "Mon & Tue"}}}]},
            {"role": "tool", "content": "07:10, 18:40", "tool_name": "ferry_times", "tool_call_id": "call_1"}]
    data, messages = saved(DIALOGUES[8], extra=tool)
    tagged("hf.co/example/Kestrel-GGUF/Q4_K_M", "hf.co/example/Kestrel-GGUF:Q4_K_M", data, messages)
    # Cut off by a full disk: what stood before the tear counts, the message that was begun too.
    data, messages = saved(DIALOGUES[6])
    torn = data[:data.rindex('"role"'.encode()) + 30]
    digest = hashlib.sha256(data).hexdigest()
    place = f"{path}/blobs/sha256-{digest}"
    write(root / place, torn)
    files.append(models.tag(f"{host}/library/mietrecht/latest", [("model", weights, 604), ("messages", digest, len(data))]))
    files.append(place)
    tell_saved(store, "mietrecht:latest", messages, "mietrecht:latest")
    start = torn.rindex('"content":"'.encode()) + len('"content":'.encode())
    store.issue("torn", place, start)
    # A conversation whose blob is gone, and one whose model is.
    gone = hashlib.sha256(b"gone").hexdigest()
    missing = models.tag(f"{host}/library/verloren/latest", [("model", weights, 604), ("messages", gone, 812)])
    files.append(missing)
    store.issue("missing-blob", missing)
    data, _ = saved(DIALOGUES[7])
    left = f"{path}/blobs/sha256-{models.blob(data)}"
    files.append(left)
    store.issue("orphan", left)
    store.files = files


# --- everything else

def write(path: Path, data: bytes | str):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)


def history(root: Path, truth: Truth, path: str, lines: list[str], torn: str | None = None):
    kind = "copies" if path.endswith(".tmp") else "history"
    store = truth.store(APP, kind, path, format="ollama-history")
    text = "".join(line + "\n" for line in lines)
    store.loose = known = Conversation(None, None)
    for _ in lines:
        known.message("user")
    if torn:
        store.issue("torn", path, len(text.encode()))
        text += torn
        known.message("user")
    write(root / path, text)


def logs(root: Path, truth: Truth, path: str, files: dict[str, list[tuple[str, bool]]]):
    """Logs of a folder: lines, each with whether it is the first that holds a prompt."""
    store = truth.store(APP, "logs", path, format="ollama-log")
    store.files = []
    for name, lines in files.items():
        place = 0
        told = False
        for line, holds_prompt in lines:
            if holds_prompt and not told:
                store.issue("prompts-in-log", f"{path}/{name}", place)
                told = True
            place += len(line.encode()) + 1
        write(root / path / name, "".join(line + "\n" for line, _ in lines))
        store.files.append(f"{path}/{name}")


def log_line(us: int, level: str, source: str, message: str, **attributes) -> str:
    def value(v):
        v = str(v)
        plain = v and not any(c <= " " or c in '="' or c == "\x7f" for c in v)
        return v if plain else json.dumps(v, ensure_ascii=False)
    rest = "".join(f" {key}={value(v)}" for key, v in attributes.items())
    return f"time={rfc3339(us // 1000)[:-1]}+02:00 level={level} source={source} msg={value(message)}{rest}"


def gin(us: int, method: str, route: str) -> str:
    day = rfc3339(us // 1000, False)
    return f"[GIN] {day[:10].replace('-', '/')} - {day[11:19]} | 200 |  1.204918s |       127.0.0.1 | {method}     \"{route}\""


def server_log(rng, era: str) -> list[tuple[str, bool]]:
    us = START * 1000 + rng.randrange(10**9)
    asked = rng.choice(DIALOGUES)[0][0]
    prompt = f"<|im_start|>user\n{asked}<|im_end|>\n<|im_start|>assistant\n"
    head = [(log_line(us, "INFO", "routes.go:1259", "server config",
                      env="map[OLLAMA_DEBUG:true OLLAMA_HOST:http://127.0.0.1:11434 OLLAMA_KEEP_ALIVE:5m0s]"), False),
            (log_line(us, "INFO", "images.go:476", "total blobs: 12"), False)]
    lines = {
        "0.1": [(log_line(us, "DEBUG", "routes.go:259", "generate handler", prompt=asked), True),
                (log_line(us, "DEBUG", "routes.go:1347", "chat handler", prompt=prompt, images=0), True)],
        "0.5": [(log_line(us, "DEBUG", "routes.go:1464", "chat request", images=0, prompt=prompt), True)],
        "0.9": [(log_line(us, "DEBUG", "server.go:729", "completion request", images=0, prompt=len(prompt), format=""), False),
                (log_line(us, "TRACE", "server.go:730", "completion request", prompt=prompt), True)],
        "0.30": [(log_line(us, "DEBUG", "llama_server.go:1529", "llama-server completion request", media=0,
                           prompt_len=len(prompt)), False)],
        "plain": [(log_line(us, "INFO", "sched.go:788", "new model will fit in available VRAM in single GPU, loading",
                            model="/Users/mira/.ollama/models/blobs/sha256-6a0746a1ec1a", required="3.7 GiB"), False)],
    }[era]
    return head + lines + [(gin(us + 4_000_000, "POST", "/api/chat"), False), (gin(us + 9_000_000, "GET", "/api/tags"), False)]


def named(root: Path, truth: Truth, kind: str, path: str, format: str, files: dict[str, bytes | str], issue=None):
    """A store of which only the files are named."""
    for name, data in files.items():
        write(root / (f"{path}/{name}" if name else path), data)
    store = truth.store(APP, kind, path, format=format)
    if issue:
        store.issue(issue, path)


def build(root: Path, rng: random.Random, truth: Truth):
    before = {p for p in root.rglob("*")}

    # The home itself: a Linux machine, the prompt and the server by hand.
    lines = [rng.choice(LINES) for _ in range(60)] + LINES
    history(root, truth, ".ollama/history", lines)
    history(root, truth, ".ollama/history.tmp", lines[:7], torn="is it legal to rec")
    saved_models(root, rng, truth, ".ollama/models")
    named(root, truth, "secrets", ".ollama/id_ed25519", "ollama-key",
          {"": "a stand-in for an identity key, of no use to anybody\n"})
    write(root / ".ollama/id_ed25519.pub", "ssh-ed25519 a stand-in\n")
    named(root, truth, "settings", ".ollama/server.json", "ollama-server-json", {"": '{"disable_ollama_cloud":false}\n'})
    named(root, truth, "settings", ".ollama/config", "ollama-launch", {
        "config.json": json.dumps({"last_model": "qwen3:8b", "last_selection": "chat", "integrations": {}}, indent=2)})
    named(root, truth, "settings", ".ollama/skills", "ollama-skills", {
        "packing-list/SKILL.md": "---\nname: packing-list\ndescription: What to pack\n---\nAsk for the weather first.\n"})
    named(root, truth, "cache", ".ollama/cache", "ollama-cache", {
        "model-recommendations.json": '{"models":[{"name":"gemma3:4b"}]}\n'})

    # A Mac that was copied when it was given away. Its app had the models moved; the old ones stayed.
    mac = "Backups/MacBook"
    support = f"{mac}/Library/Application Support/Ollama"
    desktop(root, rng, truth, f"{support}/db.sqlite", 18, log=True, fill=full_features,
            models="/Users/mira/OllamaModels")
    named(root, truth, "uploads", f"{support}/cache/images", "ollama-images", {
        f"{uuid7(rng, START)}/0123456789abcdef_katze.png": b"\x89PNG\r\n\x1a\n" + bytes(100)})
    named(root, truth, "settings", f"{support}/config.json", "ollama-app-config",
          {"": '{"id":"0e2c9d5e-8b6f-4c1d-9d57-111111111111","first-time-run":false}'})
    history(root, truth, f"{mac}/.ollama/history", [rng.choice(LINES) for _ in range(12)])
    saved_models(root, rng, truth, f"{mac}/.ollama/models", kind="copies", small=True)
    saved_models(root, rng, truth, f"{mac}/OllamaModels", small=True)
    logs(root, truth, f"{mac}/.ollama/logs", {
        "app.log": [(log_line(START * 1000, "INFO", "app.go:84", "starting Ollama", app="/Applications/Ollama.app"), False)],
        "server.log": server_log(rng, "0.30"), "server-1.log": server_log(rng, "0.9"),
        "server-2.log": server_log(rng, "0.5"), "server-3.log": server_log(rng, "0.1")})
    named(root, truth, "cache", f"{mac}/Library/WebKit/com.electron.ollama", "wkwebview", {
        "WebsiteData/LocalStorage/app_localhost_0.localstorage": bytes(rng.randrange(256) for _ in range(300))},
        issue="not-parsed")
    named(root, truth, "settings", f"{mac}/Library/Preferences/com.electron.ollama.plist", "macos-preferences",
          {"": b"bplist00\xd0\x08\x00\x00\x00\x00\x00\x00\x01\x01"})

    # A Windows profile.
    windows = "Backups/ThinkPad/AppData"
    desktop(root, rng, truth, f"{windows}/Local/Ollama/db.sqlite", 12, upgraded_from=2, offset=-300, fill=full_features)
    logs(root, truth, f"{windows}/Local/Ollama", {
        "app.log": [(log_line(START * 1000, "INFO", "app_windows.go:30", "starting Ollama", version="0.12.10"), False)],
        "server.log": server_log(rng, "plain"), "server-1.log": server_log(rng, "0.9"),
        "upgrade.log": [("2025-08-01 08:00:00.000   Setup version: Inno Setup 6.2.2", False)]})
    named(root, truth, "settings", f"{windows}/Local/Ollama/config.json", "ollama-app-config",
          {"": '{"id":"5b0e3a70-2222-4a5e-8a39-222222222222","first-time-run":true}'})
    named(root, truth, "cache", f"{windows}/Roaming/ollama app.exe/EBWebView", "webview2", {
        "Default/History-stand-in": bytes(400), "Local State": "{}"}, issue="not-parsed")
    bodies = f"{windows}/Local/Temp/ollama-request-logs-2907"
    stamp = "20260401T081500.123456789Z-000001__api_chat"
    named(root, truth, "logs", bodies, "ollama-request-log", {
        f"{stamp}_body.json": go_json({"model": "qwen3:8b", "messages": [
            {"role": "user", "content": "Wie kündige ich mein Zeitungsabo?"}], "stream": True}),
        f"{stamp}_request.sh": "#!/bin/sh\ncurl --request POST --url \"http://127.0.0.1:11434/api/chat\"\n"},
        issue="prompts-in-log")
    prompt = f"{windows}/Local/Temp/ollama-prompt-118.txt"
    write(root / prompt, "Liebe Tante,\nich schreibe dir,\nweil der Brief verloren ging.\n")
    editor = truth.store(APP, "copies", prompt, format="ollama-prompt")
    editor.loose = Conversation(None, None)
    editor.loose.message("user")

    # Databases somebody put aside, each as its release left it.
    archive = "Documents/ollama-archive"
    desktop(root, rng, truth, f"{archive}/2025-08/db.sqlite", 2, offset=0)
    desktop(root, rng, truth, f"{archive}/2025-08-b/chats.sqlite", 3, upgraded_from=2)
    desktop(root, rng, truth, f"{archive}/2025-09/db.sqlite", 9, fill=lost_chats)
    desktop(root, rng, truth, f"{archive}/2026-03/ollama.db", 16, upgraded_from=9, fill=full_features)
    desktop(root, rng, truth, f"{archive}/later/db.sqlite", 19)

    # A conversation saved from the terminal interface, beside a request of another program.
    data, messages = saved(DIALOGUES[4], extra=[{"role": "system", "content": "You are a coding agent <in a terminal>."}])
    request = {"model": "qwen3-coder:30b", "messages": messages, "options": {"num_ctx": 32768}, "think": False}
    path = "Projects/salaries/second-highest.json"
    write(root / path, go_json(request, indent=2) + "\n")
    store = truth.store(APP, "conversations", path, format="ollama-tui-save")
    tell_saved(store, "second-highest.json", messages, "qwen3-coder:30b")
    write(root / "Projects/salaries/request.json", json.dumps(
        {"model": "some-model", "messages": [{"role": "user", "content": "ping"}], "temperature": 0.1}, indent=2))

    for made in sorted({p for p in root.rglob("*")} - before, reverse=True):
        os.utime(made, (START / 1000, START / 1000))
