"""The GPT4All part of the sample home: chat files of every version, document databases, settings, keys, logs.

The encoder below follows the application's own serializer field by field and shares nothing with the reader.
Chats are Qt data streams: big-endian numbers, strings as a 32-bit byte length and UTF-16 with the high byte
first, FFFFFFFF for null. All conversations are invented.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sqlite3
import struct
import uuid
import zlib
from pathlib import Path

from .truth import Store, Truth, rfc3339

APP = "gpt4all"
MAGIC = 0xF5D553CC
DEVELOPMENT = 100

# --- Qt data streams ------------------------------------------------------------------------------------


class Stream:
    """What a QDataStream writes; `holes` are runs of zeros that the file system need not store."""

    def __init__(self):
        self.parts: list[bytes | int] = []
        self.size = 0

    def raw(self, data: bytes):
        self.parts.append(data)
        self.size += len(data)

    def hole(self, size: int):
        self.parts.append(size)
        self.size += size

    def pack(self, code: str, *values):
        self.raw(struct.pack(">" + code, *values))

    def string(self, text: str | None):
        if text is None:
            self.pack("I", 0xFFFFFFFF)
        else:
            data = text.encode("utf-16-be", "surrogatepass")
            self.pack("I", len(data))
            self.raw(data)

    def bytes(self, data: bytes | None):
        if data is None:
            self.pack("I", 0xFFFFFFFF)
        else:
            self.pack("I", len(data))
            self.raw(data)

    def strings(self, texts: list[str]):
        self.pack("I", len(texts))
        for text in texts:
            self.string(text)

    def variant(self, text: str | None):
        self.pack("IB", 10, text is None)
        self.string(text)

    def write(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as file:
            for part in self.parts:
                if isinstance(part, int):
                    file.seek(part, os.SEEK_CUR)
                else:
                    file.write(part)
            file.truncate(self.size)

    def data(self) -> bytes:
        return b"".join(bytes(p) if isinstance(p, int) else p for p in self.parts)


# --- Chats ----------------------------------------------------------------------------------------------


def source(collection, path, file, text, title="", author="", date="", page=-1, lines=(-1, -1)) -> dict:
    """An excerpt of a document that was put before the model."""
    return {"collection": collection, "path": path, "file": file, "title": title, "author": author,
            "date": date, "text": text, "page": page, "from": lines[0], "to": lines[1]}


def item(label: str, value: str | None, **more) -> dict:
    """One item of a chat; see `write_item` for what may be given."""
    return {"label": label, "value": value, "prompt": None, "new": None, "current": False, "stopped": False,
            "up": False, "down": False, "error": False, "sources": [], "attachments": [], "subs": [], **more}


def part(label: str, value: str | None, *subs: dict, ms: int = 0, call: dict | None = None) -> dict:
    """A part of an answer, version 12 only."""
    return {"label": label, "value": value, "subs": list(subs), "ms": ms, "call": call}


def reference_lines(sources: list[dict]) -> str:
    lines = []
    for number, s in enumerate(sources, 1):
        line = f"{number}. "
        line += f'"{s["title"]}". ' if s["title"] else ""
        line += f"By {s['author']}. " if s["author"] else ""
        line += f"Date: {s['date']}. " if s["date"] else ""
        line += f"In {s['file']}. "
        line += f"Page {s['page']}. " if s["page"] != -1 else ""
        if s["from"] != -1:
            line += f"Lines {s['from']}" + (f"-{s['to']}" if s["to"] != -1 else "") + ". "
        lines.append(line + f"[Context](context://{number})")
    return "\n".join(lines)


def write_part(s: Stream, p: dict):
    s.string(p["label"])
    s.string(p["value"])
    if p["label"] == "Think: ":
        s.pack("i", p["ms"])
    elif p["label"] == "ToolCall: ":
        call = p["call"]
        s.string(call["name"])
        s.pack("q", len(call["params"]))
        for name, value in call["params"]:
            s.string(name)
            s.pack("i", 0)
            s.variant(value)
        s.string(call["result"])
        s.pack("i", call.get("error", 0))
        s.string(call.get("failure"))
    s.pack("q", len(p["subs"]))
    for sub in p["subs"]:
        write_part(s, sub)


def write_item(s: Stream, v: int, i: dict):
    if v < 12:
        s.pack("i", 0)
    s.string(i["label"])
    s.string(i["value"])
    if v < 10:
        s.string(i["prompt"])
    s.string(i["new"])
    s.pack("????", i["current"], i["stopped"], i["up"], i["down"])
    if v >= 11 and i["label"] == "Response: ":
        s.pack("?", i["error"])
    if v >= 8:
        s.pack("q", len(i["sources"]))
        for x in i["sources"]:
            for key in ("collection", "path", "file", "title", "author", "date", "text"):
                s.string(x[key])
            s.pack("iii", x["page"], x["from"], x["to"])
    elif v >= 3:
        s.string(reference_lines(i["sources"]) or None)
        s.strings([x["text"] for x in i["sources"]])
    if v >= 10:
        s.pack("q", len(i["attachments"]))
        for url, content in i["attachments"]:
            s.bytes(url.encode())
            s.bytes(content)
    if v >= 12:
        s.pack("q", len(i["subs"]))
        for sub in i["subs"]:
            write_part(s, sub)


def write_state(s: Stream, v: int, rng: random.Random, last: str | None, name: str | None, kv: bool, hole: int):
    """The state of the model, which versions before 11 put before the items."""
    if v >= 6:
        s.pack("?", kv)
    if v >= 2:
        s.pack("ii", 1 if v >= 6 else 2, 0)
    s.string(last)
    s.string(name)
    s.pack("I", rng.randrange(40, 900))
    if v >= 6 and not kv:
        return
    if v < 4:
        s.pack("I", 0)
    s.pack("i", 211)
    if v >= 7:
        s.pack("I", 2048)
    if v < 9:
        s.pack("Q", 16)
        s.raw(struct.pack("<16f", *(rng.uniform(-9, 9) for _ in range(16))))
    s.pack("Q", 24)
    s.raw(struct.pack("<24i", *(rng.randrange(32000) for _ in range(24))))
    if hole:
        s.pack("I", hole)
        s.hole(hole)
    elif kv:
        state = rng.randbytes(180)
        s.bytes(state if v == 0 else struct.pack(">I", len(state)) + zlib.compress(state))
    else:
        s.bytes(None)


def chat(version: int, rng: random.Random, *, created: int, id: str | None, name: str | None, model: str | None,
         items: list[dict], user: str | None = None, kv: bool = False, hole: int = 0, collections=(),
         last: str | None = None, state_name: str | None = None) -> tuple[Stream, list[int]]:
    """A chat file and where each of its items begins."""
    v = 0 if version == DEVELOPMENT else version
    s = Stream()
    if version:
        s.pack("Ii", MAGIC, version)
    s.pack("q", created)
    for text in (id, name, user, model):
        s.string(text)
    if v >= 3:
        s.strings(list(collections))
    if v < 11:
        write_state(s, v, rng, last, state_name, kv, hole)
    s.pack("i", len(items))
    offsets = []
    for i in items:
        offsets.append(s.size)
        write_item(s, v, i)
    return s, offsets


# --- What people wrote ----------------------------------------------------------------------------------

# Title, then user and model in turns.
TALKS = [
    ("Sourdough Rescue", [
        "My sourdough starter smells like nail polish remover. Is it dead?",
        "Not dead, just hungry. That smell is acetone-like and means the yeast ran out of food. Feed it 1:2:2 twice "
        "a day for three days and keep it somewhere warm.",
        "And the grey liquid on top?",
        "That is hooch. Pour it off or stir it in, both are fine. If you ever see pink or orange streaks, throw it away."]),
    ("Mietminderung bei Schimmel", [
        "Im Schlafzimmer ist Schimmel hinter dem Schrank. Kann ich die Miete mindern?",
        "Grundsätzlich ja, wenn der Mangel nicht durch falsches Lüften entstanden ist. Melden Sie ihn zuerst "
        "schriftlich, mit Fotos und Frist. Als Anhaltspunkt nennen Gerichte 10–20 % für ein einzelnes Zimmer.",
        "Wie formuliere ich das Schreiben?",
        "Sehr geehrte Frau Vermieterin,\n\nam 3. November habe ich im Schlafzimmer Schimmelbefall festgestellt …"]),
    ("Regex pour codes postaux", [
        "Écris-moi une expression régulière pour les codes postaux français, Corse comprise.",
        "`^(?:0[1-9]|[1-8]\\d|9[0-8])\\d{3}$`\n\nLa Corse utilise 20xxx, donc elle est déjà couverte.",
        "Et pour les DOM-TOM ?", "97xxx et 98xxx passent aussi : le groupe `9[0-8]` s'en charge. 👍"]),
    ("Receta sin gluten", [
        "¿Puedes adaptar la tortilla de patatas para alguien celíaco?",
        "¡Buenas noticias! La tortilla clásica ya no lleva gluten: patata, huevo, cebolla, aceite y sal. Solo vigila "
        "la contaminación cruzada.", "¿Y si quiero añadir chorizo? 🌶️",
        "Mira la etiqueta: algunos chorizos llevan harina como relleno."]),
    ("面接の練習", [
        "転職の面接の練習をしたいです。志望動機を聞いてください。",
        "承知しました。では始めます。弊社を志望された理由を教えてください。",
        "チームで長く使われる製品を作りたいからです。",
        "良いですね。具体的な経験を一つ加えると、さらに説得力が出ます。"]),
    ("Resignation letter", [
        "Help me write a resignation letter. I don't want to burn bridges but my manager reads everything twice.",
        "Dear Ms Abernethy,\n\nPlease accept this as formal notice; my last day will be Friday the 14th. I am grateful "
        "for four good years and will hand over carefully.\n\nKind regards",
        "Shorter. And remove grateful.",
        "Dear Ms Abernethy,\n\nI am resigning, with Friday the 14th as my last day. I will hand over my work by then.\n\nRegards"]),
    ("Blutwerte", [
        "Mein Ferritin ist bei 9, der Arzt hat erst in drei Wochen Zeit. Was bedeutet das?",
        "Ein Ferritin von 9 µg/l spricht für leere Eisenspeicher. Das erklärt oft Müdigkeit und Haarausfall. Bitte "
        "keine hoch dosierten Präparate auf eigene Faust – aber fragen Sie, ob ein früherer Termin möglich ist."]),
    ("SQL window functions", [
        "how do i get the latest row per customer in sqlite without a self join",
        "```sql\nSELECT * FROM (\n  SELECT o.*, row_number() OVER (PARTITION BY customer_id ORDER BY created_at DESC) AS n\n"
        "  FROM orders o)\nWHERE n = 1;\n```", "ok that works. why is it slow", 
        "Add an index on `(customer_id, created_at DESC)`; without it every partition is sorted in a temp b-tree."]),
    ("Gute-Nacht-Geschichte", [
        "Erzähl eine Geschichte von einem Dachs, der Angst vor dem Dunkeln hat. Für Ida, 4 Jahre.",
        "Es war einmal ein Dachs namens Bruno. Jeden Abend, wenn die Sonne hinter den Hügel plumpste, …  🦡🌙",
        "Noch eine, aber mit einem Bagger!", "Der kleine gelbe Bagger Knut grub am liebsten Löcher, die genau so groß waren wie er selbst. 🚜"]),
    ("رسالة إلى البلدية", [
        "ساعدني في كتابة رسالة إلى البلدية بخصوص إنارة الشارع.",
        "السادة في قسم الخدمات المحترمين،\nأكتب إليكم بشأن انقطاع إنارة الشارع منذ أسبوعين أمام المبنى رقم ١٢.",
        "أضف أن هناك مدرسة قريبة.", "تمت الإضافة: «علماً أن مدرسة ابتدائية تقع على بعد خمسين متراً»."]),
    ("Train or drive", [
        "Two adults, one dog, Ghent to Grenoble. Train or car?",
        "By train: Ghent–Lille–Lyon–Grenoble, about 7½ hours, the dog needs a ticket on TGV. By car: 900 km, tolls "
        "around €60. With a large dog I would drive."]),
    ("Поздравление", [
        "Придумай тост на юбилей бабушки, ей 80, она любит кроссворды.",
        "Дорогая бабушка! Восемьдесят по горизонтали — это всего лишь «молодость», если читать по вертикали. 🥂",
        "Ещё смешнее.", "За бабушку, которая знает реку на пять букв и все наши секреты!"]),
    ("Budget spreadsheet", [
        "I attached my March expenses. Where am I overspending?",
        "Eating out is 31 % of the total and doubled since February; subscriptions are €74, two of them unused.",
        "which two", "The list shows a music plan and a cloud backup that have no matching usage lines. Check before cancelling."]),
    ("Vereinssatzung", [
        "Fasse den Paragrafen zur Kündigung in unserer Satzung zusammen.",
        "Der Austritt ist nur zum Jahresende möglich, schriftlich und mit einer Frist von drei Monaten.",
        "Gilt E-Mail als schriftlich?", "Laut § 9 Absatz 2 der Satzung ja, sofern eine Empfangsbestätigung vorliegt."]),
    ("Prime sums", [
        "What is the sum of all primes below 1000? Run code if you need to.",
        "The sum of all primes below 1000 is 76127."]),
    ("Why is the sky dark at night", [
        "why is the sky dark at night if there are infinite stars",
        "That is Olbers' paradox. The universe has a finite age, so light of the most distant stars has not reached us, "
        "and expansion shifts much of the rest into the infrared."]),
    ("Breakup advice", [
        "We were together 6 years. He moved out on Sunday. I keep typing messages and deleting them.",
        "I'm sorry. Six years is a lot of shared ordinary days. You don't need to decide tonight what to say to him. "
        "Would it help to write the message here, unsent?",
        "Ok. \"You left your grandmother's lamp. I can't look at it.\"",
        "That is honest and it is enough. You could add whether you want him to collect it, or leave it at that."]),
    ("Vim quit", ["how do i exit vim", "Press Esc, then type `:q!` and Enter to leave without saving. 😄"]),
    ("Kryptografie-Referat", [
        "Erkläre Diffie-Hellman so, dass eine 9. Klasse es versteht.",
        "Stellt euch Farben vor: Anna und Ben mischen je eine geheime Farbe in dieselbe gelbe Farbe, tauschen die Töpfe "
        "und mischen ihre Geheimfarbe noch einmal dazu. Beide haben am Ende denselben Ton.",
        "Und warum kann Eva das nicht?", "Weil man Farben nicht entmischen kann. In der Mathematik heißt das: diskreter Logarithmus."]),
    ("Wedding speech", [
        "My brother marries on Saturday and I have nothing. He once drove 400 km to return a library book.",
        "Start there! \"Tom is the only man I know who drove four hundred kilometres to return a library book. Eva, you "
        "are in good hands: he always brings things back.\""]),
    ("手机没电", ["手机充不进电怎么办？", "先换一根数据线和充电头，再用木牙签清理充电口的灰尘。还不行就可能是电池老化。🔋"]),
    ("Emoji test 🧪", ["Reply only in emoji: how was your day?", "🌅☕📚😴👩🏽‍🚀🇪🇺"]),
]

OLD_MODELS = ["ggml-gpt4all-j-v1.3-groovy.bin", "ggml-mpt-7b-chat.bin", "chatgpt-gpt-3.5-turbo"]
MODELS = ["Mistral OpenOrca", "Llama 3 8B Instruct", "Nous Hermes 2 Mistral DPO", "GPT4All Falcon",
          "e1f2a3b4-5c6d-4e7f-8a9b-0c1d2e3f4a5b", "Reasoner v1"]

NOTES = [
    ("Steuer/belege-2023.pdf", ["Arbeitszimmer: 1.260 Euro Pauschale, Nachweis durch Grundriss.",
                                "Fahrtkosten 212 Tage × 14 km × 0,30 €, siehe Kalender."]),
    ("Verein/satzung.md", ["§ 9 Der Austritt ist zum Jahresende mit einer Frist von drei Monaten zu erklären.",
                           "§ 10 Die Mitgliederversammlung tagt einmal im Jahr. Die Einladung erfolgt schriftlich."]),
    ("Health/lab-results.txt", ["Ferritin 9 µg/l (15–150), haemoglobin 11.8 g/dl, TSH 2.1 mU/l."]),
    ("Novel/chapter-03.docx", ["The lighthouse keeper's daughter counted ships the way other children count sheep.",
                               "Nobody in Skerrow had seen the sea freeze before. 🌊❄️",
                               "«Tu reviendras ?» demanda-t-elle. Il ne répondit pas."]),
    ("Recipes/おばあちゃん.txt", ["だし巻き卵：卵三個、だし大さじ三、薄口醤油小さじ一。"]),
]


def talk_items(v: int, talk, rng: random.Random) -> list[dict]:
    """The turns of a talk as items of a version, with the copies that old versions kept beside them."""
    items, prompt = [], None
    for index, text in enumerate(talk[1]):
        if index % 2 == 0:
            prompt = text
            items.append(item("Prompt: ", text))
        else:
            items.append(item("Response: ", text, prompt=prompt if v < 9 else None))
    items[-1]["up"] = rng.random() < 0.2
    return items


class Person:
    """Writes chats into folders and records them."""

    def __init__(self, root: Path, rng: random.Random):
        self.root, self.rng = root, rng
        self.talks: list = []

    def talk(self):
        if not self.talks:
            self.talks = list(TALKS)
            self.rng.shuffle(self.talks)
        return self.talks.pop()

    def new_id(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def put(self, store: Store, folder: str, version: int, *, talk=None, items=None, user=None, model=None, kv=False,
            hole=0, name="", file=None, id=None, created=None, trailing=b"", last=True, collections=(), cut=None):
        """Writes one chat. `cut` shortens the file to so many items and a few bytes; returns its path and id."""
        rng = self.rng
        body = 0 if version == DEVELOPMENT else version
        talk = talk or self.talk()
        items = items if items is not None else talk_items(body, talk, rng)
        id = id or self.new_id()
        created = created or 1683200000 + min(body, 13) * 4_300_000 + rng.randrange(4_000_000)
        model = model or rng.choice(OLD_MODELS if body < 5 else MODELS)
        title = talk[0] if name == "" else name
        answers = [i["value"] for i in items if i["label"] == "Response: " and i["value"]]
        stream, offsets = chat(
            version, rng, created=created, id=id, name=title, user=user, model=model, items=items, kv=kv, hole=hole,
            collections=collections, last=answers[-1] if last and answers else None, state_name=title if last else None)
        path = f"{folder}/{file or f'gpt4all-{id}.chat'}"
        stream.raw(trailing)
        target = self.root / path
        stream.write(target)
        kept = items
        if trailing:
            store.issue("trailing-bytes", path, stream.size - len(trailing))
        if cut is not None:
            # The length of the item's text stands behind its number and its label.
            length = offsets[cut] + (4 if body < 12 else 0) + 4 + 2 * len(items[cut]["label"])
            with open(target, "r+b") as opened:
                opened.truncate(length + 4 + 11)
            kept = items[:cut]
            store.issue("overlong", path, length)
        conversation = store.conversation(id, user or title)
        conversation.created = rfc3339(created * 1000, milliseconds=False)
        conversation.times.append(conversation.created)
        for i in kept:
            role = {"Prompt: ": "user", "Response: ": "assistant", "System: ": "system"}.get(
                i["label"], i["label"].removesuffix(": "))
            conversation.message(role, model=model if role == "assistant" else None)
            if body >= 10:
                for _, content in i["attachments"]:
                    conversation.attachment(len(content))
        store.files.append(path)
        return path, id

    def write(self, path: str, data: bytes | str):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.encode() if isinstance(data, str) else data)
        return path


def chats(truth: Truth, kind: str, path: str, versions: str) -> Store:
    store = truth.store(APP, kind, path, format="gpt4all-chat", version=versions)
    store.files = []
    return store


# --- Documents ------------------------------------------------------------------------------------------

CHUNKS_V0 = "create table chunks(document_id integer, chunk_id integer, chunk_text varchar, file varchar, title varchar, " \
    "author varchar, subject varchar, keywords varchar, page integer, line_from integer, line_to integer, " \
    "embedding_id integer, embedding_path varchar)"
CHUNKS_V1 = "create table chunks(document_id integer, chunk_id integer primary key autoincrement, chunk_text varchar, " \
    "file varchar, title varchar, author varchar, subject varchar, keywords varchar, page integer, line_from integer, " \
    "line_to integer)"
FTS_V1 = "create virtual table chunks_fts using fts5(document_id unindexed, chunk_id unindexed, chunk_text, file, title, " \
    'author, subject, keywords, page, line_from, line_to, tokenize="trigram")'
OLD_TABLES = [
    "create table collections(collection_name varchar, folder_id integer, unique(collection_name, folder_id))",
    "create table folders(id integer primary key, folder_path varchar unique)",
    "create table documents(id integer primary key, folder_id integer, document_time integer, document_path varchar unique)",
]
NEW_TABLES = [
    "create table chunks(id integer primary key autoincrement, document_id integer not null, chunk_text text not null, "
    "file text not null, title text, author text, subject text, keywords text, page integer, line_from integer, "
    "line_to integer, words integer default 0 not null, tokens integer default 0 not null, "
    "foreign key(document_id) references documents(id))",
    "create table collections(id integer primary key, name text unique not null, start_update_time integer, "
    "last_update_time integer, embedding_model text)",
    "create table folders(id integer primary key autoincrement, path text unique not null)",
    "create table collection_items(collection_id integer not null, folder_id integer not null, "
    "foreign key(collection_id) references collections(id) foreign key(folder_id) references folders(id), "
    "unique(collection_id, folder_id))",
    "create table documents(id integer primary key, folder_id integer not null, document_time integer not null, "
    "document_path text unique not null, foreign key(folder_id) references folders(id))",
    "create table embeddings(model text not null, folder_id integer not null, chunk_id integer not null, "
    "embedding blob not null, primary key(model, folder_id, chunk_id), foreign key(folder_id) references folders(id), "
    "foreign key(chunk_id) references chunks(id), unique(model, chunk_id))",
]
FTS_V3 = "create virtual table chunks_fts using fts5(id unindexed, document_id unindexed, chunk_text, file, title, author, " \
    "subject, keywords, content='chunks', content_rowid='id', tokenize='porter')"


def document_database(person: Person, truth: Truth, kind: str, path: str, generation: int, notes) -> Store:
    """A document database of a generation, with one document that was removed again."""
    target = person.root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    store = truth.store(APP, kind, path, format="gpt4all-localdocs", version=str(generation))
    store.files = [path]
    db = sqlite3.connect(target, isolation_level=None)
    db.execute("pragma secure_delete=off")
    if generation >= 2:
        db.execute("pragma auto_vacuum=full")
    tables = NEW_TABLES + ([FTS_V3] if generation == 3 else []) if generation >= 2 else \
        [CHUNKS_V0 if generation == 0 else CHUNKS_V1, FTS_V1] + OLD_TABLES
    db.execute("begin")
    for sql in tables:
        db.execute(sql)
    db.execute("insert into folders values(1, '/home/lena/Documents')")
    if generation >= 2:
        db.execute("insert into collections values(1, 'Meine Unterlagen', 1719000000000, 1719000360000, "
                   "'nomic-embed-text-v1.5')")
        db.execute("insert into collection_items values(1, 1)")
    else:
        db.execute("insert into collections values('Meine Unterlagen', 1)")
    number = 0
    removed = ("Old/letter-to-landlord.txt", ["Draft, never sent: I know about the cellar key."])
    for document, (name, texts) in enumerate([*notes, removed], 1):
        db.execute("insert into documents values(?, 1, ?, ?)",
                   (document, 1684000000000 + document * 86_400_123, f"/home/lena/Documents/{name}"))
        if name != removed[0]:
            store.document(sum(len(t.encode()) for t in texts))
        for text in texts:
            number += 1
            file = name.split("/")[-1]
            if generation >= 2:
                db.execute("insert into chunks(document_id, chunk_text, file, title, page, line_from, line_to, words) "
                           "values(?, ?, ?, '', -1, -1, -1, ?)", (document, text, file, len(text.split())))
                vector = struct.pack("<96f", *(person.rng.uniform(-1, 1) for _ in range(96)))
                db.execute("insert into embeddings values('nomic-embed-text-v1.5', 1, ?, ?)", (number, vector))
                if generation == 3:
                    db.execute("insert into chunks_fts(document_id, chunk_text, file) values(?, ?, ?)",
                               (document, text, file))
            else:
                db.execute("insert into chunks(document_id, chunk_id, chunk_text, file, page, line_from, line_to) "
                           "values(?, ?, ?, ?, -1, 1, 9)", (document, number, text, file))
                db.execute("insert into chunks_fts(document_id, chunk_id, chunk_text, file) values(?, ?, ?, ?)",
                           (document, number, text, file))
    db.execute("commit")
    last = len(notes) + 1
    if generation >= 2:
        db.execute("delete from embeddings where chunk_id in (select id from chunks where document_id=?)", (last,))
    db.execute("delete from chunks where document_id=?", (last,))
    if generation < 2:
        db.execute("delete from chunks_fts where document_id=?", (last,))
    db.execute("delete from documents where id=?", (last,))
    db.close()
    if generation < 2:
        store.issue("second-text-copy", path)
    return store


# --- The home -------------------------------------------------------------------------------------------


def ini_value(text: str) -> str:
    """A value in the form with hexadecimal escapes for all that is not ASCII; QSettings reads it in any version."""
    out, after_hex = "", False
    for unit in struct.iter_unpack(">H", text.encode("utf-16-be")):
        character = chr(unit[0])
        if unit[0] > 0x7E or unit[0] < 0x20:
            out += {10: "\\n", 9: "\\t"}.get(unit[0], f"\\x{unit[0]:x}")
            after_hex = unit[0] not in (9, 10)
            continue
        if character in '\\"':
            out += "\\" + character
        elif after_hex and character in "0123456789abcdefABCDEF":
            out += f"\\x{unit[0]:x}"
            continue
        else:
            out += character
        after_hex = False
    return f'"{out}"' if any(c in text for c in ",;=\"") or text != text.strip() else out


def settings(truth: Truth, person: Person, path: str, lines: list[str]):
    store = truth.store(APP, "settings", path, format="gpt4all-settings")
    store.files = [person.write(path, "\n".join(lines) + "\n")]


def build(root: Path, rng: random.Random, truth: Truth):
    person = Person(root, rng)
    live_folder(person, truth)
    default_folder(person, truth)
    flatpak(person, truth)
    mac(person, truth)
    windows(person, truth)
    strays(person, truth)
    for store in truth.stores:
        if store.app == APP:
            for index, path in enumerate(store.files or []):
                stamp = 1_735_000_000 + index * 60
                os.utime(root / path, (stamp, stamp))


def live_folder(person: Person, truth: Truth):
    """The folder the settings name: what the application uses now."""
    rng = person.rng
    folder = "KI/Modelle für GPT4All"
    settings(truth, person, ".config/nomic.ai/GPT4All.ini", [
        "[General]", "chatTheme=Dark", "modelPath=" + ini_value("/home/lena/KI/Modelle für GPT4All/"), "serverChat=true",
        "uniqueId=5b6d1d0e-2f57-4a3b-9a6b-2f0d1c9b7e11", "userDefaultModel=Reasoner v1", "",
        "[download]", "lastVersionStarted=3.10.0", "", "[network]", "isActive=false", "usageStatsActive=true", "",
        "[model-Reasoner%20v1]", "systemMessage=" + ini_value("You are Lena's patient co-author; never mention Skerrow's real name."),
        "temperature=0.7", ""])
    old = chats(truth, "conversations", ".config/nomic.ai", "0")
    person.put(old, ".config/nomic.ai", 0, kv=True)
    person.put(old, ".config/nomic.ai", 0, last=False)

    store = chats(truth, "conversations", folder, "5, 9, 10, 11, 12, 13, 100")
    person.put(store, folder, 5, kv=True, user="Umzug – wichtig!")
    person.put(store, folder, 9, kv=True, hole=24 << 20, collections=["Meine Unterlagen"])
    person.put(store, folder, 9)
    person.put(store, folder, DEVELOPMENT, kv=True, created=1683400000 + rng.randrange(90_000))
    # 10: a prompt with files, an answer that cites documents.
    statute = source("Meine Unterlagen", "/home/lena/Documents/Verein/satzung.md", "satzung.md", NOTES[1][1][0],
                     title="Satzung", author="Vorstand", date="2019", page=3, lines=(12, 19))
    items = talk_items(10, TALKS[12], rng)
    items[0]["attachments"] = [
        ("file:///home/lena/Documents/Ausgaben%20M%C3%A4rz.xlsx", b"PK\x03\x04" + rng.randbytes(700)),
        ("file:///home/lena/Documents/notes.txt", "Rent 1.240\nMusic 12.99 — unused?\n".encode())]
    items[3]["sources"] = [statute]
    items[1]["new"] = "Eating out is 31 %, subscriptions €74."
    items[1]["down"] = True
    person.put(store, folder, 10, talk=TALKS[12], items=items, collections=["Meine Unterlagen"])
    # 11: the documents stand with the prompt, an answer is an error.
    items = talk_items(11, TALKS[13], rng)
    items[0]["sources"] = [statute, source("Meine Unterlagen", "/home/lena/Documents/Verein/satzung.md", "satzung.md",
                                           NOTES[1][1][1])]
    items.append(item("Prompt: ", "Danke. Und der Vorstand?"))
    items.append(item("Response: ", "Error: context window full", error=True, stopped=True))
    person.put(store, folder, 11, talk=TALKS[13], items=items, collections=["Meine Unterlagen"])
    # 12: reasoning, a tool, text around them.
    code = "const n = 1000; let s = 0; for (let i = 2; i < n; i++) { /* … */ } console.log(s)"
    call = {"name": "javascript_interpret", "params": [("code", code)], "result": "76127\n"}
    written = f"<javascript_interpret>```javascript\n{code}\n```</javascript_interpret>"
    items = [item("Prompt: ", TALKS[14][1][0]),
             item("Response: ", None, subs=[
                 part("Response: ", None, part("Text: ", "Let me compute that. "),
                      part("ToolCall: ", written, call=call)),
                 part("ToolResponse: ", "76127\n"),
                 part("Response: ", None, part("Think: ", "<think>76127 is odd, plausible.</think>", ms=1840),
                      part("Text: ", TALKS[14][1][1]))])]
    person.put(store, folder, 12, talk=TALKS[14], items=items, model="Reasoner v1")
    items = talk_items(12, TALKS[15], rng)
    items[1].update(value=None, subs=[part("Response: ", None, part("Think: ", "<think>Olbers.</think>", ms=220),
                                           part("Text: ", TALKS[15][1][1]))])
    person.put(store, folder, 12, talk=TALKS[15], items=items)
    person.put(store, folder, 12, items=[item("Prompt: ", "Write half an emoji: "),
                                         item("Response: ", "Here it is: \ud83d and that was the half.")])
    person.put(store, folder, 12, talk=TALKS[16], name="Neuer Chat")
    person.put(store, folder, 12, talk=TALKS[17], name=None, user="")
    person.put(store, folder, 12, items=[], name="Новый чат")
    person.put(store, folder, 12, trailing=b"\0\0\0\0\0\0\0")
    damaged(person, store, folder)

    torn = chats(truth, "copies", folder, "12")
    kept = [c for c in store.conversations if c.title == TALKS[16][0] or c.title == "Neuer Chat"][0]
    person.put(torn, folder, 12, talk=TALKS[16], id=kept.app_id, file=f"gpt4all-{kept.app_id}.chat.tmp", cut=3)
    path, id = person.put(torn, folder, 12, talk=TALKS[5])
    os.rename(person.root / path, person.root / (path + ".tmp"))
    torn.files[-1] = path + ".tmp"

    document_database(person, truth, "documents", f"{folder}/localdocs_v3.db", 3, NOTES)
    document_database(person, truth, "copies", f"{folder}/localdocs_v2.db", 2, NOTES[:3])
    document_database(person, truth, "copies", f"{folder}/localdocs_v1.db", 1, NOTES[1:4])
    vectors = truth.store(APP, "documents", f"{folder}/embeddings_v0.dat", format="gpt4all-embeddings")
    vectors.files = [person.write(f"{folder}/embeddings_v0.dat", rng.randbytes(6_000))]
    vectors.issue("not-parsed", vectors.path)
    model = person.write(f"{folder}/mistral-7b-openorca.Q4_0.gguf", b"GGUF" + rng.randbytes(2_000))
    os.utime(person.root / model, (1_700_000_000, 1_700_000_000))
    keys = truth.store(APP, "secrets", folder, format="gpt4all-keys")
    hashed = hashlib.sha256(b"https://llm.example.org/v1/_tiny").hexdigest()
    keys.files = [
        person.write(f"{folder}/gpt4all-gpt-4o-mini.rmodel",
                     json.dumps({"apiKey": "sk-invented-" + person.new_id(), "modelName": "gpt-4o-mini"})),
        person.write(f"{folder}/Cloud/gpt4all-{hashed}-capi.rmodel",
                     json.dumps({"apiKey": "k-" + person.new_id(), "modelName": "tiny", "baseUrl": "https://llm.example.org/v1"}))]
    cache = truth.store(APP, "cache", ".cache/nomic.ai/GPT4All", format="gpt4all-cache")
    cache.files = [person.write(".cache/nomic.ai/GPT4All/models3.json", "[]\n"),
                   person.write(".cache/nomic.ai/GPT4All/qmlcache/4f1e.qmlc", rng.randbytes(300))]


def damaged(person: Person, store: Store, folder: str):
    """Chats that cannot be read whole."""
    rng = person.rng
    person.put(store, folder, 12, talk=TALKS[9], cut=2)
    person.put(store, folder, 11, talk=TALKS[19], cut=1)
    # Nothing was ever written.
    path = f"{folder}/gpt4all-{person.new_id()}.chat"
    person.write(path, b"")
    store.files.append(path)
    store.conversation(path.split("/")[-1], None)
    store.issue("empty", path)
    # A length of three gigabytes in forty bytes.
    path = f"{folder}/gpt4all-{person.new_id()}.chat"
    person.write(path, struct.pack(">IiqI", MAGIC, 12, 1736000000, 3_000_000_000) + rng.randbytes(20))
    store.files.append(path)
    conversation = store.conversation(path.split("/")[-1], None)
    conversation.created = rfc3339(1736000000_000, milliseconds=False)
    conversation.times.append(conversation.created)
    store.issue("overlong", path, 16)
    # A later version, of which the header alone is read.
    future, id = Stream(), person.new_id()
    future.pack("Iiq", MAGIC, 13, 1739900000)
    for text in (id, "Chat from the future", None, "Reasoner v2"):
        future.string(text)
    future.raw(rng.randbytes(90))
    path = f"{folder}/gpt4all-{id}.chat"
    future.write(person.root / path)
    store.files.append(path)
    conversation = store.conversation(id, "Chat from the future")
    conversation.created = rfc3339(1739900000_000, milliseconds=False)
    conversation.times.append(conversation.created)
    store.issue("too-new", path, 4)


def default_folder(person: Person, truth: Truth):
    """The folder by default, which is only a copy since the settings name another; logs stay there."""
    folder = ".local/share/nomic.ai/GPT4All"
    store = chats(truth, "copies", folder, "1, 2, 3, 4")
    person.put(store, folder, 1, kv=True)
    person.put(store, folder, 2, kv=True)
    items = talk_items(3, TALKS[13], person.rng)
    items[1]["sources"] = [source("", "", "satzung.pdf", NOTES[1][1][0], title="Satzung", author="Vorstand", page=2)]
    person.put(store, folder, 3, kv=True, talk=TALKS[13], items=items, collections=["Verein"])
    person.put(store, folder, 4)
    document_database(person, truth, "copies", f"{folder}/localdocs_v0.db", 0, NOTES[:2])
    keys = truth.store(APP, "secrets", folder, format="gpt4all-keys")
    keys.files = [person.write(f"{folder}/chatgpt-gpt-3.5-turbo.txt", "sk-invented-" + person.new_id())]
    logs = truth.store(APP, "logs", folder, format="gpt4all-log")
    logs.files = [
        person.write(f"{folder}/log.txt", "[Debug] (Mon Jan 6 21:14:02 2025): deserializing chat \"/home/lena/KI/x.chat\"\n"
                     "[Warning] (Mon Jan 6 21:15:40 2025): ERROR: ChatAPIWorker::handleReadyRead got HTTP Error 429 "
                     "\"{\\\"content\\\": \\\"Do I tell him about the lamp?\\\"}\"\n"),
        person.write(f"{folder}/log-prev.txt", "[Debug] (Sun Jan 5 09:00:11 2025): serializing chats took 12 ms\n")]


def flatpak(person: Person, truth: Truth):
    base = ".var/app/io.gpt4all.gpt4all"
    settings(truth, person, f"{base}/config/nomic.ai/GPT4All.ini",
             ["[General]", "uniqueId=0d9c7a44-9d43-4f0e-b0f1-3f6e5a1b2c3d", "", "[network]", "isActive=true", "attribution=Lena"])
    folder = f"{base}/data/nomic.ai/GPT4All"
    store = chats(truth, "conversations", folder, "10, 12")
    person.put(store, folder, 12)
    person.put(store, folder, 10, last=False)


def mac(person: Person, truth: Truth):
    """Brought along from a Mac: the settings are where Qt puts them there, by domain."""
    settings(truth, person, ".config/gpt4all.io/GPT4All.ini", ["[General]", "saveChats=true", "threadCount=8"])
    folder = "Library/Application Support/nomic.ai/GPT4All"
    store = chats(truth, "conversations", folder, "6, 7, 8")
    person.put(store, folder, 6, kv=True)
    person.put(store, folder, 6)
    person.put(store, folder, 7, kv=True)
    items = talk_items(8, TALKS[13], person.rng)
    items[1]["sources"] = [source("Verein", "/Users/lena/Documents/satzung.md", "satzung.md", NOTES[1][1][0])]
    person.put(store, folder, 8, talk=TALKS[13], items=items, collections=["Verein"])
    document_database(person, truth, "documents", f"{folder}/localdocs_v2.db", 2, NOTES[3:])


def windows(person: Person, truth: Truth):
    """A backup of a Windows profile: the data lie where its settings say, in the same profile."""
    home = "Backups/Windows-Laptop"
    settings(truth, person, f"{home}/AppData/Roaming/nomic.ai/GPT4All.ini",
             ["[General]", "modelPaths=C:/Users/Lena/AppData/Local/nomic.ai/GPT4All/", "saveChats=true"])
    old = chats(truth, "conversations", f"{home}/AppData/Roaming/nomic.ai", "0")
    person.put(old, f"{home}/AppData/Roaming/nomic.ai", 0, kv=True)
    folder = f"{home}/AppData/Local/nomic.ai/GPT4All"
    store = chats(truth, "conversations", folder, "1, 2, 3, 4")
    for version in (1, 2, 4):
        person.put(store, folder, version, kv=True)
    person.put(store, folder, 3, kv=True, user="Bewerbung Bäckerei")
    document_database(person, truth, "documents", f"{folder}/localdocs_v1.db", 1, NOTES[2:])


def strays(person: Person, truth: Truth):
    """Chats that somebody put away under other names; the settings name another folder, so copies."""
    folder = "Documents/aufgehoben"
    store = chats(truth, "copies", folder, "8, 12")
    person.put(store, folder, 12, file="Gespräch über Oma.chat")
    person.put(store, folder, 8, file="chat 2024.bak")
