"""Writes the databases of Bionic: sessions as linked lists of entries, one database a project."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import struct
import tempfile
from pathlib import Path

from .truth import Store, Truth, rfc3339

APP = "lm-studio"

SCHEMA = """
CREATE TABLE migrations (name TEXT PRIMARY KEY, appliedTimestamp INTEGER NOT NULL);
CREATE TABLE sessions (session_id TEXT PRIMARY KEY NOT NULL, session_name TEXT, suggested_session_name TEXT,
  committed_head_entry_id TEXT, session_json TEXT NOT NULL, updated_timestamp INTEGER NOT NULL,
  user_draft_json TEXT, queued_user_turn_edit_draft_json TEXT, latest_user_message_edit_draft_json TEXT,
  is_transient INTEGER NOT NULL DEFAULT 0, is_temporary INTEGER NOT NULL DEFAULT 0,
  has_unread INTEGER NOT NULL DEFAULT 0, parent_session_id TEXT, ref_count INTEGER NOT NULL DEFAULT 0);
CREATE TABLE chat_entries (id TEXT PRIMARY KEY NOT NULL, previous_id TEXT, entry_json TEXT NOT NULL,
  redirect_to_id TEXT, referenced_session_id TEXT, ref_count INTEGER NOT NULL DEFAULT 0);
CREATE INDEX chat_entries_previous ON chat_entries(previous_id);
CREATE TABLE file_references (id TEXT PRIMARY KEY, session_id TEXT, path TEXT);
CREATE TABLE resource_cleanup_queue (id INTEGER PRIMARY KEY, path TEXT);
CREATE TABLE global_checkpoint_log (id INTEGER PRIMARY KEY, session_id TEXT, user_prompt TEXT,
  created_timestamp INTEGER);
CREATE TABLE global_checkpoint_file_states (id INTEGER PRIMARY KEY, checkpoint_id INTEGER, path TEXT,
  file_sha256_base64 TEXT);
"""


class Sessions:
    """One `ng-sessions.sqlite` while it is written, and what is to be counted of it."""

    def __init__(self, store: Store, rng: random.Random):
        self.store, self.rng = store, rng
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "ng-sessions.sqlite"
        self.db = sqlite3.connect(self.path, isolation_level=None)
        self.db.execute("PRAGMA page_size=4096")
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA wal_autocheckpoint=0")
        self.db.executescript(SCHEMA)
        self.db.execute("INSERT INTO migrations VALUES ('0001-start', 1770000000000)")

    def uuid(self) -> str:
        bits = f"{self.rng.getrandbits(128):032x}"
        return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-a{bits[17:20]}-{bits[20:]}"

    def session(self, name, suggested, updated: int, temporary: bool = False, **columns) -> tuple[str, object]:
        ident = self.uuid()
        title = name if name is not None else suggested
        known = self.store.conversation(ident, title)
        known.updated = rfc3339(updated)
        known.times.append(known.updated)
        known.extra["temporary"] = temporary
        body = {"baseSystemPrompt": "Du hilfst beim Bauen.", "modelSpecifier": {"identifier": "qwen3-coder-30b"},
                "inferenceConfig": {}, "sessionConfig": {}, "sessionParams": {"working_directory": "/home/mira/boot"}}
        values = {"session_id": ident, "session_name": name, "suggested_session_name": suggested,
                  "session_json": json.dumps(body), "updated_timestamp": updated, "is_temporary": int(temporary), **columns}
        self.insert("sessions", values)
        return ident, known

    def insert(self, table: str, values: dict):
        marks = ", ".join("?" for _ in values)
        self.db.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values()))

    def entry(self, previous: str | None, kind: str, at: int, *, role=None, parts=None, redirect=None, hidden=False, **more) -> str:
        ident = self.uuid()
        body = {"id": ident, "type": kind, "hidden": hidden, "createdTimestamp": at, **more}
        if role:
            body["message"] = {"role": role, "parts": parts}
        self.insert("chat_entries", {"id": ident, "previous_id": previous, "redirect_to_id": redirect,
                                     "entry_json": json.dumps(body, ensure_ascii=False)})
        return ident

    def head(self, session: str, entry: str):
        self.db.execute("UPDATE sessions SET committed_head_entry_id = ? WHERE session_id = ?", (entry, session))

    def finish(self, root: Path):
        """Copies the database beside its log while the writer has both open."""
        target = root / self.store.path
        target.parent.mkdir(parents=True, exist_ok=True)
        self.store.files = [self.store.path]
        shutil.copyfile(self.path, target)
        log = Path(f"{self.path}-wal")
        if log.exists() and log.stat().st_size:
            Path(f"{target}-wal").write_bytes(settled(log.read_bytes()))
            self.store.files.append(f"{self.store.path}-wal")
        self.db.close()
        self.folder.cleanup()


def settled(log: bytes) -> bytes:
    """The same write-ahead log with salts that are not random, so that a seed gives the same bytes.

    SQLite file format, section 4.1 and 4.2: header of 32 bytes, frames of 24 bytes and a page, checksums of
    pairs of 32-bit words that go on from frame to frame, big-endian where the magic number is odd.
    """
    order = ">" if log[3] & 1 else "<"
    size = struct.unpack(">I", log[8:12])[0]

    def sum_up(data: bytes, first: int, second: int) -> tuple[int, int]:
        for one, two in struct.iter_unpack(f"{order}II", data):
            first = (first + one + second) & 0xFFFFFFFF
            second = (second + two + first) & 0xFFFFFFFF
        return first, second

    salts = struct.pack(">II", 0x5A17, 0x0FAC)
    head = log[:16] + salts
    sums = sum_up(head, 0, 0)
    out = [head + struct.pack(">II", *sums)]
    for start in range(32, len(log) - 23 - size, 24 + size):
        if log[start + 8:start + 16] != log[16:24]:
            break
        page = log[start + 24:start + 24 + size]
        sums = sum_up(page, *sum_up(log[start:start + 8], *sums))
        out.append(log[start:start + 8] + salts + struct.pack(">II", *sums) + page)
    return b"".join(out)


def said(text: str) -> list:
    return [{"type": "text", "text": text}]


def build(root: Path, home: str, rng: random.Random, truth: Truth, talks: list):
    """Writes the home of Bionic at `home`."""
    path = f"{home}/.internal/ng-sessions.sqlite"
    outside = Sessions(truth.store(APP, "conversations", path, format="lm-studio-bionic"), rng)
    at = 1_769_000_000_000
    # A talk with an edited question: the first branch is not reachable from the head any more.
    session, known = outside.session("Bootshaus", "Boathouse plan", at + 90_000,
                                     user_draft_json=json.dumps({"text": "und das Dach? (Entwurf)"}))
    fork = outside.entry(None, "forkPoint", at)
    known.times.append(rfc3339(at))
    first = outside.entry(fork, "message", at + 1, role="user", parts=said(talks[0][1][0][0]))
    known.message("user", time=rfc3339(at + 1))
    outside.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    left = outside.entry(first, "message", at + 2, role="assistant", parts=said("Ein erster Versuch, verworfen."))
    known.message("assistant", time=rfc3339(at + 2), hidden=True)
    outside.entry(left, "message", at + 3, role="user", parts=said("Nein, anders."))
    known.message("user", time=rfc3339(at + 3), hidden=True)
    call = {"type": "toolCallRequest", "name": "list_files", "parameters": {"path": "."}, "uniqueToolCallId": "call-1"}
    reply = outside.entry(first, "message", at + 4, role="assistant", parts=[
        {"type": "reasoning", "text": "Erst sehen, was da ist."}, call, *said(talks[0][1][0][1])])
    known.message("assistant", time=rfc3339(at + 4))
    result = outside.entry(reply, "message", at + 5, role="tool", parts=[
        {"type": "toolCallResult", "uniqueToolCallId": "call-1", "result": "plan.md"}])
    known.message("tool", time=rfc3339(at + 5))
    summary = outside.entry(result, "turnSummary", at + 6, summary="Plan angesehen")
    moved = outside.entry(summary, "message", at + 7, role="user", hidden=True, parts=[
        {"type": "image", "fileName": "skizze.png"}, *said("So etwa."), {"type": "gesture", "kind": "wave"}])
    known.message("user", time=rfc3339(at + 7), hidden=True)
    known.attachment(None)
    pointer = outside.entry(None, "redirect", at + 8, redirect=moved)
    last = outside.entry(pointer, "message", at + 9, role="assistant", parts=said("Gut, mit Gaube."))
    known.message("assistant", time=rfc3339(at + 9))
    outside.head(session, last)

    # A temporary session without entries, one with a suggested name only, and entries of nobody.
    outside.session(None, None, at + 100_000, temporary=True)
    session, known = outside.session(None, talks[1][0], at + 200_000)
    previous = None
    for number, (question, answer) in enumerate(talks[1][1]):
        for role, words in (("user", question), ("assistant", answer)):
            previous = outside.entry(previous, "message", at + 150_000 + number, role=role, parts=said(words))
            known.message(role, time=rfc3339(at + 150_000 + number))
    outside.head(session, previous)
    outside.entry("gone-" + outside.uuid(), "message", at + 5_000, role="user", parts=said("Wem gehört das?"))
    outside.store.issue("orphan", path)
    outside.insert("global_checkpoint_log", {"session_id": session, "user_prompt": "build the boathouse", "created_timestamp": at})
    outside.finish(root)

    project = f"{home}/projects/0b5c2f3e-7a10-4c86-9d1e-3a2b8f0c4d51"
    (root / project / ".internal").mkdir(parents=True)
    (root / project / "project.json").write_text(json.dumps({"name": "Segelboot", "projectType": "folder"}))
    inside = Sessions(truth.store(APP, "conversations", f"{project}/.internal/ng-sessions.sqlite", format="lm-studio-bionic"), rng)
    session, known = inside.session("", "Rumpf", at + 300_000)
    known.title = "Rumpf"
    entry = inside.entry(None, "message", at + 290_000, role="user", parts=said("Welches Holz für den Kiel?"))
    known.message("user", time=rfc3339(at + 290_000))
    inside.head(session, inside.entry(entry, "message", at + 291_000, role="assistant", parts=said("Eiche, gut abgelagert.")))
    known.message("assistant", time=rfc3339(at + 291_000))
    inside.finish(root)

    cache = truth.store(APP, "cache", f"{home}/projects", format="tool-files")
    cache.files = [f"{project}/project.json"]
    (root / home / "settings.json").write_text(json.dumps({"theme": "dark"}))
    truth.store(APP, "settings", f"{home}/settings.json", format="lm-studio-settings")
    settings = truth.store(APP, "settings", f"{home}/.internal", format="lm-studio-internal")
    (root / home / ".internal" / "settings.json").write_text(json.dumps({"json": {}}))
    settings.files = [f"{home}/.internal/settings.json"]
