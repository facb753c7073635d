"""The Open WebUI part of the sample home: servers of every era, the desktop app, old data folders, exports.

Databases are made with SQLite from the tables of each release; what a chat's document holds follows the web
client of its time. All conversations are invented.
"""

from __future__ import annotations

import base64
import json
import os
import random
import shutil
import sqlite3
import struct
import tempfile
import uuid
import zipfile
from pathlib import Path

from . import openwebui_schema as schema
from .truth import Conversation, Store, Truth, rfc3339

APP = "open-webui"
MODELS = ["llama3.2:3b", "qwen3:8b", "mistral-nemo:12b", "gemma3:4b", "gpt-4o-mini"]
USERS = [("Ines Aldorf", "ines@aldorf.example"), ("Tomasz Wrona", "tomasz@wrona.example")]

TALKS = [
    ("Sourdough that does not rise", [
        "My starter bubbles but the loaf stays flat. What am I doing wrong?",
        "Most likely the bulk ferment is too short for your kitchen. At 19 °C plan for 8–9 hours, not 5.",
        "And if I can only be at home in the evening?",
        "Then use the fridge: mix at 18:00, fold three times, shape at 23:00, bake in the morning. 🍞"]),
    ("Kündigung Mietvertrag", [
        "Wie formuliere ich eine Kündigung zum 31. März, Einschreiben?",
        "Hiermit kündige ich das Mietverhältnis über die Wohnung im zweiten Stock fristgerecht zum 31. März.\n\nBitte bestätigen Sie mir den Eingang schriftlich.",
        "Muss der Grund hinein?",
        "Nein. Für eine ordentliche Kündigung durch Mieter ist kein Grund nötig."]),
    ("回訊給房東", [
        "請幫我寫一封禮貌的信，說浴室漏水。",
        "您好：浴室天花板自上週起漏水，煩請安排師傅查看，謝謝。",
        "再短一點。", "您好，浴室漏水，請盡快派人處理，謝謝。"]),
    ("Regex for invoice numbers", [
        "Need a regex that matches \"RE-2024-0001\" but not \"RE-24-1\".",
        "Use `^RE-\\d{4}-\\d{4}$`.\n\n```python\nimport re\nassert re.match(r'^RE-\\d{4}-\\d{4}$', 'RE-2024-0001')\n```",
        "What about lower case?", "Add `re.IGNORECASE`."]),
    ("Letter to my sister", [
        "Help me say sorry without sounding like a lawyer.",
        "Start with what you did, not with why: “I forgot your concert, and I know what it meant to you.”",
        "She will ask why.", "Then tell her plainly, once, and stop there. 💛"]),
    ("Résumé d'un article", [
        "Résume en trois phrases l'article sur les tourbières que je t'ai donné.",
        "Les tourbières stockent deux fois plus de carbone que les forêts. Drainées, elles l'émettent. Les remettre en eau coûte peu.",
        "Merci, et un titre ?", "« L'eau revient, le carbone reste »"]),
    ("Tapering prednisone", [
        "My doctor wants me to taper from 20 mg. What do people usually feel?",
        "Fatigue, aching joints and low mood are common in the first weeks. Call your doctor if you feel faint.",
        "Is it dangerous to stop at once?", "Yes. Never stop abruptly after weeks of use."]),
    ("План поездки", [
        "Составь план на три дня в Тбилиси без музеев.",
        "День первый: серные бани и старый город. День второй: Мцхета. День третий: рынок и канатная дорога.",
        "А если дождь?", "Тогда чайная на Леселидзе и долгий ужин. ☔"]),
]

PIXEL = base64.b64encode(bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082")).decode()


class Writer:
    """Draws what the samples need from one generator, in order."""

    def __init__(self, rng: random.Random):
        self.rng = rng
        self.clock = 1_690_000_000

    def id(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def tick(self, most: int = 40_000) -> int:
        self.clock += self.rng.randrange(60, most)
        return self.clock

    def user(self, place: int) -> tuple[str, str, str]:
        return (self.id(), *USERS[place % len(USERS)])


class Chat:
    """A chat as a tree, with where each message of it is stored."""

    def __init__(self, writer: Writer, user: str, talk: int, model: str | None = None):
        self.id = writer.id()
        self.user = user
        self.title, texts = TALKS[talk % len(TALKS)]
        self.model = model or writer.rng.choice(MODELS)
        self.created = writer.tick()
        self.messages: list[dict] = []
        self.archived = False
        self.share_id: str | None = None
        time, parent = self.created, None
        for turn, text in enumerate(texts):
            time += writer.rng.randrange(5, 300)
            parent = self.add(writer, parent, "user" if turn % 2 == 0 else "assistant", text, time)["id"]
        self.current: str | None = parent
        self.updated = time + 2
        writer.clock = max(writer.clock, self.updated)
        # Ids by where they are: the tree, the rows of chat_message; only the linear list has the others.
        self.in_tree = [m["id"] for m in self.messages]
        self.in_rows: list[str] = []
        self.linear_extra: list[dict] = []

    def add(self, writer: Writer, parent: str | None, role: str, text, time: int, **more) -> dict:
        message = {"id": writer.id(), "parentId": parent, "childrenIds": [], "role": role, "content": text, "timestamp": time}
        if role == "assistant":
            message |= {"model": self.model, "modelName": self.model, "modelIdx": 0, "done": True}
        else:
            message["models"] = [self.model]
        message |= more
        self.messages.append(message)
        return message

    def find(self, key: str) -> dict | None:
        return next((m for m in self.messages if m["id"] == key), None)

    def regenerate(self, writer: Writer, text: str, model: str):
        """A second answer beside the last one; the first answer's branch is no longer shown."""
        last = self.find(self.current)
        self.updated += 60
        other = self.add(writer, last["parentId"], "assistant", text, self.updated, model=model, modelName=model)
        self.in_tree.append(other["id"])
        self.current = other["id"]

    def branch(self, leaf: str | None) -> list[dict]:
        found = []
        while leaf and (message := self.find(leaf)):
            found.insert(0, message)
            leaf = message["parentId"]
        return found

    def document(self, *, list_first: bool = False, tree: bool = True, linear: bool = True, current="same") -> dict:
        """The object in the column `chat`."""
        for message in self.messages:
            message["childrenIds"] = [m["id"] for m in self.messages if m["parentId"] == message["id"]]
        shown = self.branch(self.current)
        copies = [m for m in shown if m["id"] in self.in_tree or not tree] if linear else []
        listed = copies + self.linear_extra
        history = {
            "messages": {m["id"]: m for m in self.messages if m["id"] in self.in_tree} if tree else {},
            "currentId": self.current if current == "same" else current}
        body = {"id": "", "title": self.title, "models": [self.model], "params": {}}
        if list_first:
            body |= {"messages": listed, "history": history}
        else:
            body |= {"history": history, "messages": listed}
        return body | {"tags": [], "timestamp": self.created * 1000, "files": []}

    def tell(self, known: Conversation, *, tree: bool = True, shown: str | None = "same"):
        """Counts what the chat has into the truth."""
        union = [m for m in self.messages if (tree and m["id"] in self.in_tree) or m["id"] in self.in_rows]
        if not union:
            union = self.branch(self.current)
        active = {m["id"] for m in self.branch(self.current if shown == "same" else shown)}
        for message in union:
            known.message(
                message["role"], model=message.get("model"), time=stamp(message["timestamp"]), hidden=message["id"] not in active)
            for file in message.get("files", []):
                known.attachment(size_of(file))
            if isinstance(message["content"], list):
                for part in message["content"]:
                    if part["type"] == "image_url":
                        known.attachment(size_of(part["image_url"]))
        known.created, known.updated = stamp(self.created), stamp(self.updated)
        known.times += [known.created, known.updated]
        known.extra["user"] = self.owner_name


def stamp(value: int | None) -> str | None:
    """A time as the documents have it, by the size of its number."""
    if not value:
        return None
    if value > 10**17:
        return rfc3339(value // 10**6)
    if value > 10**11:
        return rfc3339(value)
    return rfc3339(value * 1000, milliseconds=False)


def size_of(file: dict) -> int | None:
    url = file.get("url", "")
    if url.startswith("data:"):
        return len(base64.b64decode(url.split(",", 1)[1]))
    return file.get("size", (file.get("file") or {}).get("meta", {}).get("size"))


class Server:
    """One database and the truth about it."""

    def __init__(self, root: Path, path: str, truth: Truth, writer: Writer, *, release: str | None = None,
                 step: int | None = None, upgraded: bool = False, kind: str = "conversations"):
        self.root, self.path, self.truth, self.writer = root, path, truth, writer
        self.release, self.step, self.upgraded = release, step, upgraded
        version = release or (f"peewee {step:03d}" if step else None)
        self.store = truth.store(APP, kind, path, format="open-webui-db", version=version)
        self.store.users = 0
        # Stores are made when the first thing goes into them.
        self.copies: Store | None = None
        self.documents: Store | None = None
        self.scratch = Path(tempfile.mkdtemp())
        self.file = self.scratch / "db"
        self.db = sqlite3.connect(self.file, isolation_level=None)
        # SQLite's own default page is 4096 bytes; the many backups are kept small with one of 1024.
        self.db.execute(f"PRAGMA page_size={4096 if release == '0.12.4' else 1024}")
        self.db.execute("PRAGMA secure_delete=OFF")
        schema.create(self.db, schema.alembic(release, upgraded) if release else schema.peewee(step or 0))
        if release:
            self.db.execute("INSERT INTO alembic_version VALUES (?)", (dict(schema.RELEASES)[release],))
        if upgraded or step:
            for number, name in enumerate(schema.PEEWEE_STEPS[:step or 18], 1):
                schema.insert(self.db, "migratehistory", {"id": number, "name": name, "migrated_at": "2024-02-11 09:30:12"})
        if release and schema.reached(release, "0.10.0"):
            self.store.issue("migration-leftover", path)
        self.users: dict[str, str] = {}
        self.owners: set[str] = set()

    def user(self, place: int = 0) -> str:
        key, name, address = self.writer.user(place)
        now = self.writer.clock
        schema.insert(self.db, "user", {
            "id": key, "name": name, "email": address, "role": "admin" if place == 0 else "user",
            "profile_image_url": "/user.png", "timestamp": now, "last_active_at": now, "updated_at": now, "created_at": now})
        self.users[key] = name
        return key

    def dump(self, value) -> str:
        """JSON as this release writes it: raw UTF-8 from 0.12 on, escapes before."""
        raw = bool(self.release and schema.reached(self.release, "0.12.0"))
        return json.dumps(value, ensure_ascii=not raw)

    def add(self, chat: Chat, document: dict | None = None, *, tree: bool = True, shown: str | None = "same") -> Conversation:
        """Writes a chat's row and its rows of chat_message, and counts it."""
        body = chat.document(tree=tree) if document is None else document
        schema.insert(self.db, "chat", {
            "id": chat.id, "user_id": chat.user, "title": chat.title, "chat": self.dump(body), "created_at": chat.created,
            "updated_at": chat.updated, "timestamp": chat.created, "share_id": chat.share_id,
            "archived": 1 if chat.archived else 0, "pinned": 0, "meta": "{}", "current_message_id": chat.current})
        for key in chat.in_rows:
            self.row(chat, key)
        if self.step is not None and self.step < 5:
            chat.updated = chat.created
        chat.owner_name = self.users.get(chat.user, chat.user)
        known = self.store.conversation(chat.id, chat.title)
        chat.tell(known, tree=tree, shown=shown)
        if self.step is None or self.step >= 4:
            known.extra["archived"] = chat.archived
        if self.step is None or self.step >= 2:
            known.extra["shared"] = chat.share_id is not None
        self.owners.add(chat.user)
        return known

    def row(self, chat: Chat, key: str) -> int:
        message = chat.find(key)
        return schema.insert(self.db, "chat_message", {
            "id": f"{chat.id}-{key}", "chat_id": chat.id, "user_id": chat.user, "role": message["role"],
            "parent_id": message["parentId"], "content": self.dump(message["content"]), "output": self.dump(message["output"]) if "output" in message else None,
            "model_id": message.get("model"), "files": self.dump(message["files"]) if "files" in message else None,
            "done": 1, "created_at": message["timestamp"], "updated_at": message["timestamp"]})

    def snapshots(self) -> Store:
        if self.copies is None:
            self.copies = self.truth.store(APP, "copies", self.path, format="open-webui-snapshots")
            self.copies.files = []
        return self.copies

    def rate(self, chat: Chat, document: dict, *, exists: bool = True):
        """A thumb on an answer: a row of feedback with a copy of the whole chat."""
        snapshot = self.dump({"chat": {
            "id": chat.id, "user_id": chat.user, "title": chat.title, "chat": document, "created_at": chat.created,
            "updated_at": chat.updated, "share_id": None, "archived": False}})
        schema.insert(self.db, "feedback", {
            "id": self.writer.id(), "user_id": chat.user, "version": 0, "type": "rating",
            "data": self.dump({"rating": 1, "model_id": chat.model, "reason": "accurate_information", "comment": "exactly what I needed"}),
            "meta": self.dump({"model_id": chat.model, "message_id": chat.current, "message_index": 2, "chat_id": chat.id}),
            "snapshot": snapshot, "created_at": chat.updated + 5, "updated_at": chat.updated + 5})
        if exists:
            store = self.snapshots()
            chat.owner_name = None
            rows, chat.in_rows = chat.in_rows, []
            chat.tell(store.conversation(chat.id, chat.title))
            chat.in_rows = rows
            store.row_bytes += len(snapshot.encode())

    def document(self, name: str, text: str, user: str, uploads: str | None = None) -> str:
        """A file somebody gave to the server, with the text taken out of it."""
        key = self.writer.id()
        schema.insert(self.db, "file", {
            "id": key, "user_id": user, "filename": name, "hash": None, "path": f"/app/backend/data/uploads/{key}_{name}",
            "data": self.dump({"content": text}), "created_at": self.writer.clock, "updated_at": self.writer.clock,
            "meta": self.dump({"name": name, "content_type": "text/plain", "size": len(text.encode())})})
        if self.documents is None:
            self.documents = self.truth.store(APP, "documents", self.path, format="open-webui-documents")
            self.documents.files = []
        self.documents.document(len(text.encode()))
        if uploads:
            write(self.root, f"{uploads}/{key}_{name}", text)
        return key

    def finish(self, *, leave_log: bool = False):
        """Puts the database where it belongs; with its log where the last commits are only there."""
        target = self.root / self.path
        target.parent.mkdir(parents=True, exist_ok=True)
        self.store.users = len(self.owners)
        names = [self.path]
        if leave_log:
            shutil.copyfile(self.file, target)
            log = Path(f"{target}-wal")
            log.write_bytes(with_salts(Path(f"{self.file}-wal").read_bytes(), self.writer.rng))
            names.append(self.path + "-wal")
            self.db.close()
        else:
            self.db.close()
            shutil.copyfile(self.file, target)
        self.store.files = names
        shutil.rmtree(self.scratch)


def with_salts(log: bytes, rng: random.Random) -> bytes:
    """A write-ahead log with salts of our own: SQLite draws them anew each time, and the samples are to be the
    same bytes for the same seed. The checksums run through all frames (file format, section 4.1)."""
    order = ">" if struct.unpack(">I", log[:4])[0] & 1 else "<"

    def add(sums, data):
        first, second = sums
        words = struct.unpack(f"{order}{len(data) // 4}I", data)
        for even, odd in zip(words[::2], words[1::2]):
            first = (first + even + second) & 0xFFFFFFFF
            second = (second + odd + first) & 0xFFFFFFFF
        return first, second

    page = struct.unpack(">I", log[8:12])[0]
    salts = rng.randbytes(8)
    head = log[:16] + salts
    sums = add((0, 0), head)
    made = [head + struct.pack(">II", *sums)]
    for at in range(32, len(log) - page - 23, page + 24):
        frame = log[at:at + 24 + page]
        sums = add(add(sums, frame[:8]), frame[24:])
        made.append(frame[:8] + salts + struct.pack(">II", *sums) + frame[24:])
    return b"".join(made)


def write(root: Path, path: str, content: str | bytes):
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content.encode() if isinstance(content, str) else content)


# --- The servers ------------------------------------------------------------------------------------------


def current_server(root: Path, truth: Truth, writer: Writer):
    """A container's volume with the newest release: rows, log not checkpointed, uploads, vectors, caches."""
    data = ".local/share/docker/volumes/open-webui/_data"
    server = Server(root, f"{data}/webui.db", truth, writer, release="0.12.4")
    first, second = server.user(0), server.user(1)
    server.db.execute("PRAGMA journal_mode=WAL")
    server.db.execute("PRAGMA wal_autocheckpoint=0")
    chats = [Chat(writer, first if n % 3 else second, n) for n in range(6)]
    for chat in chats:
        chat.in_rows = list(chat.in_tree)
    # Answered by two models, the second one shown.
    chats[0].regenerate(writer, "Check the flour: less than 11 % protein will never hold.", "mistral-nemo:12b")
    # The server's own row is ahead of the document.
    late = chats[1].add(writer, chats[1].current, "assistant", "Soll ich den Brief als PDF setzen?", chats[1].updated + 1)
    chats[1].current = late["id"]
    chats[1].in_rows.append(late["id"])
    # The web client's last save never reached the table.
    chats[2].in_rows = chats[2].in_rows[:2]
    # Reasoning and a tool call as typed items.
    chats[3].messages[-1]["output"] = [
        {"type": "reasoning", "id": "rs_1", "status": "completed", "summary": [],
         "content": [{"type": "output_text", "text": "They want the flag, nothing else."}]},
        {"type": "function_call", "id": "fc_1", "call_id": "call_81", "name": "run_python", "arguments": "{\"code\": \"1+1\"}"},
        {"type": "function_call_output", "call_id": "call_81", "output": [{"type": "input_text", "text": "2"}]},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Add `re.IGNORECASE`."}]}]
    chats[4].archived = True
    key = server.document("Tourbières.txt", "Les tourbières stockent le carbone.\nDrainées, elles l'émettent. 🌿\n", first, f"{data}/uploads")
    chats[5].messages[0]["files"] = [
        {"type": "file", "id": key, "name": "Tourbières.txt", "url": key, "size": 74, "collection_name": f"file-{key}",
         "file": {"id": key, "filename": "Tourbières.txt", "data": {"content": "Les tourbières stockent le carbone."},
                  "meta": {"size": 74, "content_type": "text/plain"}}},
        {"type": "image", "url": f"data:image/png;base64,{PIXEL}"}]
    chats[5].messages[1]["sources"] = [{
        "source": {"name": "Tourbières.txt"}, "document": ["Les tourbières stockent le carbone."],
        "metadata": [{"source": "Tourbières.txt", "start_index": 0}], "distances": [0.21]}]
    for chat in chats[:5]:
        server.add(chat)
    server.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    server.add(chats[5])
    # A clone is a conversation of its own, with all its messages.
    clone = Chat(writer, first, 5)
    clone.title = "Clone of " + clone.title
    server.add(clone)
    # The leaf leads nowhere: the newest one is shown.
    lost = Chat(writer, second, 6)
    gone = writer.id()
    server.add(lost, lost.document(current=gone))
    server.db.execute("UPDATE chat SET current_message_id=? WHERE id=?", (gone, lost.id))
    # No title, no messages yet.
    empty = Chat(writer, first, 7)
    empty.title, empty.messages, empty.in_tree, empty.current = "", [], [], None
    server.add(empty)
    # A share, and a rating.
    share = server.dump(chats[0].document())
    token = writer.id()
    size = schema.insert(server.db, "shared_chat", {
        "id": token, "chat_id": chats[0].id, "user_id": chats[0].user, "title": chats[0].title, "chat": share,
        "created_at": chats[0].updated, "updated_at": chats[0].updated})
    store = server.snapshots()
    known = store.conversation(chats[0].id, chats[0].title)
    rows, chats[0].in_rows, created = chats[0].in_rows, [], chats[0].created
    chats[0].created = chats[0].updated
    chats[0].tell(known)
    chats[0].in_rows, chats[0].created = rows, created
    store.row_bytes += size
    next(c for c in server.store.conversations if c.app_id == chats[0].id).extra["shared"] = True
    server.rate(chats[1], chats[1].document())
    # A chat that was deleted, and what is left of it: a rating, and an upload.
    deleted = Chat(writer, first, 4)
    server.rate(deleted, deleted.document(), exists=False)
    server.store.issue("orphan", server.path)
    channels(server, first, second)
    schema.insert(server.db, "note", {
        "id": writer.id(), "user_id": first, "title": "Packliste", "data": server.dump({"content": {"md": "- Pass\n- Ladegerät\n", "html": "", "json": None}}),
        "created_at": writer.clock * 10**9, "updated_at": writer.clock * 10**9})
    schema.insert(server.db, "memory", {
        "id": writer.id(), "user_id": first, "content": "User is allergic to walnuts.", "created_at": writer.clock, "updated_at": writer.clock})
    schema.insert(server.db, "prompt", {
        "id": writer.id(), "command": "summarise", "user_id": first, "name": "Summarise", "content": "Summarise {{CLIPBOARD}} in three sentences.",
        "created_at": writer.clock, "updated_at": writer.clock})
    schema.insert(server.db, "config", {"key": "openai.api_keys", "value": "[\"sk-invented-000000000000\"]", "updated_at": writer.clock})
    schema.insert(server.db, "config_old", {"id": 1, "data": "{\"version\": 0}", "version": 0, "created_at": "2025-01-02 03:04:05", "updated_at": "2025-01-02 03:04:05"})
    server.finish(leave_log=True)

    orphan = writer.id()
    write(root, f"{data}/uploads/{orphan}_scan.txt", "A letter nobody needs any more.\n")
    uploads = truth.store(APP, "uploads", f"{data}/uploads", format="open-webui-uploads")
    uploads.issue("orphan", f"{data}/uploads")
    vectors(root, f"{data}/vector_db", truth, writer)
    voice = "%064x" % writer.rng.getrandbits(256)
    write(root, f"{data}/cache/audio/speech/{voice}.json", json.dumps({"model": "tts-1", "input": "Then use the fridge.", "voice": "alloy"}))
    write(root, f"{data}/cache/audio/speech/{voice}.mp3", b"\xff\xfb\x90\x00" + bytes(400))
    recording = writer.id()
    write(root, f"{data}/cache/audio/transcriptions/{recording}.json", json.dumps({"text": "How long is the bulk ferment?"}))
    write(root, f"{data}/cache/audio/transcriptions/{recording}.wav", b"RIFF" + bytes(300))
    truth.store(APP, "cache", f"{data}/cache", format="open-webui-cache")
    write(root, f"{data}/audit.log", "".join(json.dumps({
        "timestamp": 1747000000 + n, "id": writer.id(), "user": {"id": first}, "audit_level": "REQUEST_RESPONSE", "verb": "POST",
        "request_uri": "http://localhost:8080/api/v1/memories/add", "request_object": "{\"content\": \"User is allergic to walnuts.\"}"}) + "\n" for n in range(3))
        + "{\"timestamp\": 1747000009, \"id\": \"cut off")
    truth.store(APP, "logs", f"{data}/audit.log", format="open-webui-log")


def channels(server: Server, first: str, second: str):
    """Two channels, one of them deleted, with posts in nanoseconds and an answer of a model."""
    writer = server.writer
    for name, isGone in [("general", False), ("old plans", True)]:
        channel, now = writer.id(), writer.tick()
        schema.insert(server.db, "channel", {
            "id": channel, "user_id": first, "type": None, "name": name, "created_at": now * 10**9 + 123456789,
            "updated_at": now * 10**9 + 123456789, "deleted_at": (now + 900) * 10**9 if isGone else None})
        posts = [(first, "Who brings the cake on Friday? 🎂", None), (second, "I do.", None), (first, "@qwen3 a recipe without nuts, please", None),
                 (first, "Lemon drizzle: 200 g flour, 180 g sugar, 3 eggs, 2 lemons.", "qwen3:8b")]
        known = None if isGone else server.store.conversation(channel, name)
        parent = None
        for number, (user, text, model) in enumerate(posts):
            time = (now + 30 * number) * 10**9 + 5_000_000
            key = writer.id()
            files = [{"type": "image", "id": "x", "url": f"data:image/png;base64,{PIXEL}"}] if number == 1 else []
            schema.insert(server.db, "message", {
                "id": key, "user_id": user, "channel_id": channel, "content": text, "parent_id": parent if number == 3 else None,
                "data": server.dump({"files": files}), "meta": server.dump({"model_id": model, "model_name": model}) if model else None,
                "is_pinned": 0, "created_at": time, "updated_at": time})
            parent = key
            if known:
                known.message("assistant" if model else "user", model=model, time=stamp(time))
                for file in files:
                    known.attachment(size_of(file))
        if known:
            known.created = known.updated = stamp(now * 10**9 + 123456789)
            known.times += [known.created]
            known.extra |= {"channel": True, "user": server.users[first], "archived": False}
            server.owners.add(first)
    server.store.issue("orphan", server.path)


def vectors(root: Path, path: str, truth: Truth, writer: Writer):
    """Chroma's database: chunks taken over, one still in the queue; a folder of vectors beside it."""
    store = truth.store(APP, "documents", path, format="chroma")
    scratch = Path(tempfile.mkdtemp())
    db = sqlite3.connect(scratch / "db", isolation_level=None)
    db.executescript("""
        CREATE TABLE collections (id TEXT PRIMARY KEY, name TEXT NOT NULL, dimension INTEGER, database_id TEXT NOT NULL);
        CREATE TABLE segments (id TEXT PRIMARY KEY, type TEXT NOT NULL, scope TEXT NOT NULL, collection TEXT);
        CREATE TABLE embeddings (id INTEGER PRIMARY KEY, segment_id TEXT NOT NULL, embedding_id TEXT NOT NULL,
          seq_id BLOB NOT NULL, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, UNIQUE (segment_id, embedding_id));
        CREATE TABLE embedding_metadata (id INTEGER REFERENCES embeddings(id), key TEXT NOT NULL, string_value TEXT,
          int_value INTEGER, float_value REAL, bool_value INTEGER, PRIMARY KEY (id, key));
        CREATE TABLE embeddings_queue (seq_id INTEGER PRIMARY KEY, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
          operation INTEGER NOT NULL, topic TEXT NOT NULL, id TEXT NOT NULL, vector BLOB, encoding TEXT, metadata TEXT);
    """)
    segment = writer.id()
    db.execute("INSERT INTO collections VALUES (?, ?, 384, 'default')", (writer.id(), "file-" + writer.id()))
    texts = ["Les tourbières stockent le carbone.", "Drainées, elles l'émettent. 🌿", "Remettre en eau coûte peu."]
    for number, text in enumerate(texts, 1):
        key = writer.id()
        db.execute("INSERT INTO embeddings VALUES (?, ?, ?, ?, '2025-05-01 10:00:00')", (number, segment, key, number.to_bytes(8, "big")))
        db.execute("INSERT INTO embedding_metadata VALUES (?, 'chroma:document', ?, NULL, NULL, NULL)", (number, text))
        db.execute("INSERT INTO embedding_metadata VALUES (?, 'name', 'Tourbières.txt', NULL, NULL, NULL)", (number,))
        db.execute("INSERT INTO embeddings_queue VALUES (?, '2025-05-01 10:00:00', 0, 't', ?, ?, 'FLOAT32', ?)",
                   (number, key, bytes(16), json.dumps({"chroma:document": text})))
        store.document(len(text.encode()))
    pending = "Un dernier paragraphe, pas encore repris."
    db.execute("INSERT INTO embeddings_queue VALUES (4, '2025-05-01 10:00:01', 0, 't', ?, ?, 'FLOAT32', ?)",
               (writer.id(), bytes(16), json.dumps({"chroma:document": pending})))
    store.document(len(pending.encode()))
    db.close()
    (root / path).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(scratch / "db", root / path / "chroma.sqlite3")
    shutil.rmtree(scratch)
    write(root, f"{path}/{segment}/data_level0.bin", bytes(600))
    write(root, f"{path}/{segment}/header.bin", bytes(100))
    store.issue("not-parsed", path)


def upgraded_server(root: Path, truth: Truth, writer: Writer):
    """Installed with uv and upgraded since 0.1: rows that a deletion in 0.8.0 left, shares of the old kind."""
    packages = ".local/share/uv/tools/open-webui/lib/python3.11/site-packages"
    server = Server(root, f"{packages}/open_webui/data/webui.db", truth, writer, release="0.8.0", upgraded=True)
    user = server.user(0)
    chats = [Chat(writer, user, n + 2) for n in range(4)]
    for chat in chats:
        chat.in_rows = list(chat.in_tree)
    # Text and markup as the server inlined it then.
    chats[0].messages[1]["content"] = (
        "<details type=\"reasoning\" done=\"true\" duration=\"3\">\n<summary>Thought for 3 seconds</summary>\n"
        "&gt; 短一點比較好。\n</details>\n" + chats[0].messages[1]["content"])
    chats[1].messages[1]["content"] = (
        "<details type=\"tool_calls\" done=\"true\" id=\"call_7\" name=\"get_weather\" arguments=\"&quot;{\\&quot;city\\&quot;: \\&quot;Tbilisi\\&quot;}&quot;\" "
        "result=\"&quot;21 degrees&quot;\" files=\"\">\n<summary>Tool Executed</summary>\n</details>\nSunny.")
    # Old times in milliseconds, from an import.
    for message in chats[2].messages:
        message["timestamp"] = message["timestamp"] * 1000 + 250
    # The rows were written from the documents as they were: a message that only the list still has.
    removed = chats[3].add(writer, chats[3].current, "user", "Forget that I asked about pills.", chats[3].updated + 9)
    chats[3].linear_extra = [removed]
    chats[3].messages.remove(removed)
    for chat in chats:
        server.add(chat)
    server.store.issue("remnant", server.path)
    shared = chats[1]
    phantom = {
        "id": writer.id(), "user_id": f"shared-{shared.id}", "title": shared.title, "chat": server.dump(shared.document()),
        "created_at": shared.updated, "updated_at": shared.updated + 1, "archived": 0, "meta": "{}", "pinned": 0}
    size = schema.insert(server.db, "chat", phantom)
    server.db.execute("UPDATE chat SET share_id=? WHERE id=?", (phantom["id"], shared.id))
    next(c for c in server.store.conversations if c.app_id == shared.id).extra["shared"] = True
    copy = server.snapshots().conversation(shared.id, shared.title)
    rows, shared.in_rows = shared.in_rows, []
    times = shared.created, shared.updated
    shared.created, shared.updated = shared.updated, shared.updated + 1
    shared.tell(copy)
    (shared.created, shared.updated), shared.in_rows = times, rows
    server.snapshots().row_bytes += size
    # Deleted in 0.8.0: the row is gone, its messages stay.
    deleted = Chat(writer, user, 6)
    for key in deleted.in_tree:
        server.row(deleted, key)
    server.store.issue("orphan", server.path)
    schema.insert(server.db, "document", {
        "id": 1, "collection_name": "a" * 63, "name": "handbook.pdf", "title": "Handbook", "filename": "handbook.pdf",
        "content": "{\"tags\": []}", "user_id": user, "timestamp": writer.clock})
    documents = truth.store(APP, "documents", server.path, format="open-webui-documents")
    documents.files = []
    documents.document(0)
    server.finish()
    # The archive that moving the data folder left.
    archive = f"{packages}/open_webui_data.zip"
    (root / archive).parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(root / archive, "w", zipfile.ZIP_DEFLATED) as made:
        for name, size in [("webui.db", 40_000), ("uploads/notes.txt", 120), ("config.json", 30)]:
            info = zipfile.ZipInfo(name, (2024, 9, 20, 8, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, b"\0" * size)
    kept = truth.store(APP, "copies", archive, format="zip")
    kept.issue("archive-not-opened", archive)


def checkout_server(root: Path, truth: Truth, writer: Writer):
    """A source checkout of 0.3.20, with the settings file that was imported and the proxy's keys."""
    backend = "src/open-webui/backend"
    server = Server(root, f"{backend}/data/webui.db", truth, writer, release="0.3.20", upgraded=True)
    user, other = server.user(0), server.user(1)
    for number in range(3):
        chat = Chat(writer, user if number < 2 else other, number + 4, "llama3:8b")
        if number == 1:
            chat.regenerate(writer, "Write it by hand.", "mistral:7b")
        server.add(chat)
    # Lists of parts, as an import writes them; half a surrogate pair, as JavaScript cuts it.
    odd = Chat(writer, user, 3)
    odd.messages[0]["content"] = [
        {"type": "text", "text": "What is on this picture?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}]
    odd.messages[1]["content"] = "A single pixel \ud83d and nothing else."
    server.add(odd)
    server.finish()
    write(root, f"{backend}/data/old_config.json", json.dumps({"version": 0, "openai": {"api_keys": ["sk-invented-1"]}}))
    truth.store(APP, "settings", f"{backend}/data/old_config.json", format="open-webui-settings")
    write(root, f"{backend}/data/litellm/config.yaml", "model_list:\n- litellm_params:\n    api_key: sk-invented-2\n")
    truth.store(APP, "secrets", f"{backend}/data/litellm/config.yaml", format="litellm-settings")
    write(root, f"{backend}/data/docs/handbook.txt", "Doors close at 22:00.\n")
    truth.store(APP, "uploads", f"{backend}/data/docs", format="open-webui-docs")
    write(root, f"{backend}/.webui_secret_key", "aW52ZW50ZWQta2V5")
    truth.store(APP, "secrets", f"{backend}/.webui_secret_key", format="open-webui-key")


def old_servers(root: Path, truth: Truth, writer: Writer):
    """Backups of the first years: before migrations, after the first, after the fifth, after all eighteen."""
    for step, path in [(0, "Backups/2023/ollama-webui/ollama.db"), (1, "Backups/2024-02/webui.db"),
                       (5, "Backups/2024-04/webui.db"), (18, "Backups/2024-08/data/webui.db")]:
        server = Server(root, path, truth, writer, step=step)
        user = server.user(0)
        for number in range(2):
            chat = Chat(writer, user, number + step, "llama2:7b")
            if number == 0 and step < 5:
                # The tree came later: a list is all there is.
                for message in chat.messages:
                    message.pop("modelIdx", None)
                chat.in_tree = []
                body = {"title": chat.title, "models": [chat.model], "options": {}, "messages": chat.messages, "timestamp": chat.created * 1000}
                if step == 0:
                    # The very first releases gave messages no ids.
                    body["messages"] = [{k: v for k, v in m.items() if k in ("role", "content", "model", "timestamp")} for m in chat.messages]
                server.add(chat, body)
            else:
                server.add(chat, chat.document(list_first=True))
        server.finish()


def every_release(root: Path, truth: Truth, writer: Writer):
    """One small database of each release between, new and upgraded ones by turns."""
    places = {
        "0.3.35": "Backups/webui-releases/2024-10.db", "0.4.8": "Backups/webui-releases/2024-12.db",
        "0.5.20": "Backups/webui-releases/2025-03.db", "0.6.20": "Backups/webui-releases/2025-08.db",
        "0.6.43": "Backups/MacBook/Library/Application Support/open-webui/data/webui.db",
        "0.8.12": "Backups/webui-releases/2026-03.db", "0.9.0": "Backups/webui-releases/2026-04.db",
        "0.9.6": "AppData/Roaming/open-webui/data/webui.db", "0.10.0": "Backups/webui-releases/2026-06.db",
        "0.11.0": "Backups/webui-releases/2026-07.db", "0.11.4": "Backups/webui-releases/2026-08.db",
        "0.12.0": "Backups/webui-releases/2026-09.db"}
    for number, (release, path) in enumerate(places.items()):
        server = Server(root, path, truth, writer, release=release, upgraded=number % 2 == 1)
        user = server.user(number)
        for more in range(2):
            chat = Chat(writer, user, number + more)
            if schema.reached(release, "0.8.0"):
                chat.in_rows = list(chat.in_tree)
            if more == 1:
                chat.regenerate(writer, "Let me try again, shorter.", MODELS[number % len(MODELS)])
                if schema.reached(release, "0.9.0"):
                    # Nothing but rows: a document that was never written.
                    chat.in_rows = list(chat.in_tree)
                    server.add(chat, {"title": chat.title, "history": {"messages": {}, "currentId": chat.current}, "messages": []}, tree=False)
                    continue
            server.add(chat)
        server.finish()
    windows = "AppData/Roaming/open-webui"
    write(root, f"{windows}/data/.key", "%064x" % writer.rng.getrandbits(256))
    truth.store(APP, "secrets", f"{windows}/data/.key", format="open-webui-key")


def desktop(root: Path, truth: Truth, writer: Writer):
    """The desktop app with its data folder moved, and what stayed at the old place."""
    home = ".config/open-webui"
    settings = {
        "version": 1, "defaultConnectionId": "local", "connections": [{"id": "local", "name": "Local", "type": "local", "url": "http://127.0.0.1:8080"}],
        "installDir": "", "dataDir": "/home/ines/Documents/webui-data", "localServer": {"port": 8080, "serveOnLocalNetwork": False, "autoUpdate": True},
        "openTerminal": {"enabled": True, "cwd": "", "apiKey": "invented"}, "envVars": {}}
    write(root, f"{home}/config.json", json.dumps(settings, indent=2))
    truth.store(APP, "settings", f"{home}/config.json", format="open-webui-desktop-settings")
    write(root, f"{home}/logs/main.log", "[2026-10-01 09:00:00] [info] starting server\n")
    write(root, f"{home}/logs/server.log", "INFO:     127.0.0.1 - \"POST /api/chat/completions HTTP/1.1\" 200\n")
    truth.store(APP, "logs", f"{home}/logs", format="open-webui-log")
    write(root, f"{home}/Partitions/connection-local/Local Storage/leveldb/000003.log", bytes(200))
    profiles = truth.store(APP, "cache", f"{home}/Partitions", format="chromium-profile")
    profiles.issue("not-parsed", f"{home}/Partitions")
    server = Server(root, "Documents/webui-data/webui.db", truth, writer, release="0.12.4")
    user = server.user(1)
    for number in range(3):
        server.add(Chat(writer, user, number + 1))
    # A message whose parent was pruned away.
    loose = Chat(writer, user, 0)
    kept = loose.messages[2:]
    loose.messages, loose.in_tree = kept, [m["id"] for m in kept]
    server.add(loose)
    server.store.issue("dangling-parent", server.path)
    server.finish()
    old = Server(root, f"{home}/data/webui.db", truth, writer, release="0.11.4", kind="copies")
    user = old.user(1)
    old.add(Chat(writer, user, 2))
    old.finish()
    write(root, f"{home}/data/.key", "%064x" % writer.rng.getrandbits(256))
    truth.store(APP, "secrets", f"{home}/data/.key", format="open-webui-key")


def stack(root: Path, truth: Truth, writer: Writer):
    """A compose project that moved to Postgres and left its SQLite file behind."""
    folder = "stacks/open-webui"
    write(root, f"{folder}/docker-compose.yml", "services:\n  open-webui:\n    image: ghcr.io/open-webui/open-webui:main\n"
          "    volumes:\n      - ./data:/app/backend/data\n    environment:\n      - DATABASE_URL=postgresql://webui:invented@db:5432/webui\n")
    server = Server(root, f"{folder}/data/webui.db", truth, writer, release="0.6.20")
    user = server.user(0)
    server.add(Chat(writer, user, 5))
    server.store.issue("possibly-stale", server.path)
    server.finish()
    # A backup beside the database in use is a copy.
    backup = Server(root, f"{folder}/data/webui-before-move.db", truth, writer, release="0.6.20", kind="copies")
    user = backup.user(0)
    backup.add(Chat(writer, user, 5))
    backup.finish()
    truth.issue("not-parsed", f"{folder}/docker-compose.yml")


def leftovers(root: Path, truth: Truth, writer: Writer):
    """An export, and a database that is encrypted."""
    chats = [Chat(writer, writer.id(), n + 3) for n in range(2)]
    chats[0].regenerate(writer, "A second try.", "gemma3:4b")
    path = "Downloads/chat-export-1746012345678.json"
    write(root, path, json.dumps([{
        "id": c.id, "user_id": c.user, "title": c.title, "chat": c.document(), "updated_at": c.updated, "created_at": c.created,
        "share_id": None, "archived": False, "pinned": False, "meta": {}, "folder_id": None} for c in chats], ensure_ascii=False))
    store = truth.store(APP, "copies", path, format="open-webui-export")
    for chat in chats:
        chat.owner_name = None
        chat.tell(store.conversation(chat.id, chat.title))
    locked = "Backups/office/webui.db"
    write(root, locked, writer.rng.randbytes(16 * 1024))
    store = truth.store(APP, "conversations", locked, format="open-webui-db")
    store.issue("encrypted", locked)


def build(root: Path, rng: random.Random, truth: Truth):
    """Writes Open WebUI's part of the home below `root`."""
    writer = Writer(rng)
    before = {str(p) for p in root.rglob("*")}
    old_servers(root, truth, writer)
    checkout_server(root, truth, writer)
    every_release(root, truth, writer)
    stack(root, truth, writer)
    upgraded_server(root, truth, writer)
    leftovers(root, truth, writer)
    desktop(root, truth, writer)
    current_server(root, truth, writer)
    for number, made in enumerate(sorted(p for p in root.rglob("*") if str(p) not in before)):
        time = 1_760_000_000 + 61 * number
        os.utime(made, (time, time))
