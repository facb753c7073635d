"""What a generator knows of what it wrote: the lists that expected.json is made of.

Every number here is counted by the generator while it writes, never read back from the files and never
taken from a scan. The words are those of the documents `sotto scan` and `sotto list` print, so a test
compares key by key. Paths are relative to the sample's root.
"""

from __future__ import annotations

import datetime
import json
import os
from collections import Counter
from pathlib import Path


def rfc3339(ms: int | None, milliseconds: bool = True) -> str | None:
    """A time as the documents spell it: `ms` since 1970; without the fraction where the store had none."""
    if ms is None:
        return None
    seconds, rest = divmod(ms, 1000)
    text = (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    return text + (f".{rest:03d}Z" if milliseconds else "Z")


class Conversation:
    """One conversation, filled in while it is written."""

    def __init__(self, app_id: str | None, title: str | None):
        self.app_id = app_id
        self.title = title
        self.created: str | None = None
        self.updated: str | None = None
        self.by_role: Counter[str] = Counter()
        self.models: Counter[str] = Counter()
        self.hidden = 0
        self.attachments = 0
        self.attachment_bytes = 0
        self.times: list[str] = []
        self.extra: dict = {}  # archived, shared, temporary, channel, user

    def message(self, role: str, *, model: str | None = None, time: str | None = None, hidden: bool = False):
        """Counts one turn; `time` as `rfc3339` gives it."""
        self.by_role[role] += 1
        if model:
            self.models[model] += 1
        if time:
            self.times.append(time)
        if hidden:
            self.hidden += 1

    def attachment(self, size: int | None):
        """Counts one file carried or named by a message; `size` in bytes, decoded."""
        self.attachments += 1
        self.attachment_bytes += size or 0


class Store:
    """One store as the inventory is to show it."""

    def __init__(self, app: str, kind: str, path: str, *, format: str | None = None, version: str | None = None):
        self.app, self.kind, self.path = app, kind, path
        self.format, self.version = format, version
        self.conversations: list[Conversation] = []
        self.documents: int | None = None
        self.document_bytes = 0
        self.users: int | None = None
        self.loose: Conversation | None = None  # counts of a store that has messages and no conversations
        self.times: list[str] = []
        self.issues: list[dict] = []
        self.files: list[str] | None = None  # what is counted as its files; None: everything below path
        self.row_bytes = 0  # of a store without files of its own: the bytes of its rows' texts

    def conversation(self, app_id: str | None, title: str | None = None) -> Conversation:
        found = Conversation(app_id, title)
        self.conversations.append(found)
        return found

    def document(self, size: int):
        """Counts one document kept for retrieval, with so many bytes of text."""
        self.documents = (self.documents or 0) + 1
        self.document_bytes += size

    def issue(self, code: str, path: str, offset: int | None = None):
        """An issue that must be reported, in this store."""
        self.issues.append({"code": code, "path": path, **({"offset": offset} if offset is not None else {})})

    def as_json(self, root: Path) -> dict:
        parts = self.conversations + ([self.loose] if self.loose else [])
        roles, models = Counter(), Counter()
        times = list(self.times)
        for part in parts:
            roles.update(part.by_role)
            models.update(part.models)
            times += part.times
        files = self.files
        if files is None:
            files = below(root, self.path)
        document = {
            "app": self.app, "kind": self.kind, "path": self.path,
            "conversations": len(self.conversations),
            "messages": sum(roles.values()), "byRole": dict(sorted(roles.items())),
            "models": dict(sorted(models.items())),
            "attachments": {
                "count": sum(p.attachments for p in parts), "bytes": sum(p.attachment_bytes for p in parts)},
            "files": len(files), "bytes": sum(os.lstat(root / f).st_size for f in files) + self.row_bytes,
            "issues": sorted(self.issues, key=lambda i: (i["path"], i.get("offset", -1), i["code"])),
        }
        if self.format:
            document["format"] = self.format
        if self.version:
            document["formatVersion"] = self.version
        if self.documents is not None:
            document["documents"] = {"count": self.documents, "bytes": self.document_bytes}
        if self.users is not None:
            document["users"] = self.users
        if times:
            document["earliest"], document["latest"] = min(times), max(times)
        return document


def below(root: Path, path: str) -> list[str]:
    """All regular files at or below `path`, relative to `root`; links are not followed."""
    top = root / path
    if not os.path.isdir(top) or os.path.islink(top):
        return [path]
    found = []
    for folder, _, names in os.walk(top):
        for name in names:
            full = os.path.join(folder, name)
            if os.path.isfile(full) and not os.path.islink(full):
                found.append(os.path.relpath(full, root))
    return sorted(found)


class Truth:
    """Everything a sample home holds."""

    def __init__(self):
        self.stores: list[Store] = []
        self.issues: list[dict] = []

    def store(self, *args, **named) -> Store:
        found = Store(*args, **named)
        self.stores.append(found)
        return found

    def issue(self, code: str, path: str, offset: int | None = None):
        """An issue outside of any store."""
        self.issues.append({"code": code, "path": path, **({"offset": offset} if offset is not None else {})})

    def as_json(self, root: Path) -> dict:
        stores = [s.as_json(root) for s in self.stores]
        stores.sort(key=lambda s: (s["app"], s["path"], s["kind"]))
        conversations = []
        for store in self.stores:
            if store.kind == "copies":
                continue
            for c in store.conversations:
                conversations.append({
                    "app": store.app, "store": store.path, "appId": c.app_id, "title": c.title,
                    "created": c.created, "updated": c.updated,
                    "messages": sum(c.by_role.values()), "hiddenMessages": c.hidden,
                    "byRole": dict(sorted(c.by_role.items())), "models": sorted(c.models),
                    "attachments": c.attachments, **c.extra})
        conversations.sort(key=lambda c: (c["app"], c["store"], c["appId"] or ""))
        counted = [s for s in stores if s["kind"] != "copies"]
        apps = sorted({s["app"] for s in counted})
        return {
            "stores": stores,
            "conversations": conversations,
            "issues": sorted(self.issues, key=lambda i: (i["path"], i.get("offset", -1), i["code"])),
            "totals": {
                "stores": len(counted),
                "conversations": sum(s["conversations"] for s in counted),
                "messages": sum(s["messages"] for s in counted),
                "byApp": {
                    app: {
                        "conversations": sum(s["conversations"] for s in counted if s["app"] == app),
                        "messages": sum(s["messages"] for s in counted if s["app"] == app)}
                    for app in apps},
            },
        }

    def write(self, root: Path, out: Path):
        out.write_text(json.dumps(self.as_json(root), indent=1, ensure_ascii=False, sort_keys=True) + "\n")
