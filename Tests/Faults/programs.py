"""The programs that are tried, and how a vault of theirs is read without them."""

import importlib.util
import os
import sys
from pathlib import Path

from image import Node

HERE = Path(__file__).resolve().parent


class Unreadable(Exception):
    """The independent reader gives nothing."""


class Sotto:
    """The real command; vaults are read by scripts/rescue.py, which shares no line with it."""

    def __init__(self, path):
        self.argv = [os.path.abspath(path)]
        self.environment = {}

    def open(self, vault, key_files):
        """The vault as rescue.py sees it, with the first of the files that opens it."""
        rescue = rescuer()
        for path in key_files:
            try:
                opened = rescue.Vault(vault, secret_in(path), Damages())
                opened.secret = secret_in(path)
                return opened
            except rescue.Stop as stop:
                if stop.status != 10:
                    raise Unreadable(str(stop)) from None
            except rescue.Damaged as damage:
                raise Unreadable(str(damage)) from None
        raise Unreadable("no key file opens a slot")

    def read(self, vault, key_files, whole=False):
        """The tree in a vault. Contents that are not all there are None; with `whole`, damage is an error."""
        opened = self.open(vault, key_files)
        try:
            top = walked(opened)
        finally:
            opened.close()
        if whole and opened.report.said:
            raise Unreadable("; ".join(opened.report.said[:4]))
        return top

    def places(self, vault, key_files):
        """What each file of a sealed vault belongs to: its path in the store, or None for the vault's own."""
        opened = self.open(vault, key_files)
        places = {}
        try:
            for _, node in opened.walk():
                for _, path, _ in node.places:
                    whole = os.path.join(os.fsencode(vault), path)
                    places[path + b"/folder" if os.path.isdir(whole) else path] = node.path
                    if os.path.exists(whole + b".name"):
                        places[path + b".name"] = node.path
                if node.head and any(node.head.attributes_id):
                    places[b"attributes/" + node.head.attributes_id.hex().encode()] = node.path
        finally:
            opened.close()
        for name in os.listdir(os.fsencode(vault)):
            if os.path.isfile(os.path.join(os.fsencode(vault), name)):
                places[name] = None
        return places

    def secrets(self, vault, key_files):
        """Every secret that must not be found in a process's memory, by name."""
        opened = self.open(vault, key_files)
        header, kind, value = opened.header, *opened.secret
        found = {"passphrase" if kind == 1 else "key file's hash": value}
        for slot in header.slots:
            inner = header.open_slot(slot, opened.secret)
            if inner:
                found["private key of the slot"], found["header key"] = inner
        for epoch, keys in opened.keys.items():
            found[f"volume key {epoch}"] = keys.volume_key
            for purpose in ("header", "settings", "content", "names", "name ids", "journal", "log"):
                found[f"key for {purpose}, {epoch}"] = keys.purpose(purpose)
        for _, node in opened.walk():
            for use in ("head", "block", "tree"):
                if node.head:
                    key = opened.keys[node.head.epoch].of_object(use.encode(), node.object_id)
                    found[f"{use} key of {os.fsdecode(node.path) or '.'}"] = key
        opened.close()
        return found


def secret_in(path):
    """The secret in a file, as rescue.py takes it: a passphrase if the file is called so, else a key file."""
    with open(path, "rb") as file:
        data = file.read()
    if "passphrase" in os.path.basename(path):
        return 1, data.rstrip(b"\n")
    return 3, rescuer().H(data)


class Damages:
    """Remembers what rescue.py would say."""

    def __init__(self):
        self.said, self.notes = [], []
        self.damages = self.failures = 0

    def damage(self, what, message):
        self.damages += 1
        self.said.append(f"{rescuer().shown(what)}: {message}")

    failure = damage

    def note(self, message):
        self.notes.append(message)


def rescuer():
    """scripts/rescue.py as a module. It says by itself when PyNaCl is missing, and ends."""
    global rescue_module
    if rescue_module is None:
        spec = importlib.util.spec_from_file_location("rescue", HERE.parent.parent / "scripts" / "rescue.py")
        rescue_module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(rescue_module)
    return rescue_module


rescue_module = None


def walked(opened):
    """The nodes of a vault that rescue.py has opened, with their contents."""
    rescue, nodes, above, top = rescuer(), {}, [], Node("folder")
    kinds = {rescue.FILE: "file", rescue.FOLDER: "folder", rescue.LINK: "link"}
    for event, found in opened.walk():
        if event == "leave":
            above.pop()
            continue
        node = nodes.get(found.object_id) if found.kind != rescue.FOLDER else None
        if node is None:
            node = Node(kinds.get(found.kind, "other"), data=b"" if event == "enter" else None)
            head = found.head
            if head:
                damages = opened.report.damages
                complain = lambda message: opened.report.damage(found.path, message)  # noqa: B023, E731
                node.mode, node.owner, node.group = head.mode, head.owner, head.group
                node.modified = head.modified[0] * 10 ** 9 + head.modified[1]
                node.attributes = {os.fsdecode(key): value for key, value in opened.attributes(found, complain)}
                if event == "file":
                    with opened.object(found) as thing:
                        node.data = rescue.gather(thing, head, complain, 1 << 30)
                    if opened.report.damages != damages:
                        node.data = None
            if found.object_id:
                nodes[found.object_id] = node
        if above:
            above[-1].entries[found.name] = node
        else:
            top = node
        if event == "enter":
            above.append(node)
    return top


class StandIn:
    """The stand-in, with one mistake or none."""

    def __init__(self, bug=""):
        self.argv = [sys.executable, "-I", "-S", str(HERE / "standin.py")]
        self.environment = {"STANDIN_BUG": bug}

    def read(self, vault, key_files, whole=False):
        import standin
        try:
            objects = standin.read(vault, key_files)
        except (standin.Refused, OSError, ValueError) as error:
            raise Unreadable(str(error)) from None
        nodes, top = {}, None
        for path, (known, data) in sorted(objects.items()):
            node = nodes.get(known.get("number"))
            if node is None:
                node = Node(known["kind"], known["mode"], known["owner"], known["group"], known["modified"], data)
                node.attributes = {name: bytes.fromhex(value) for name, value in known["attributes"].items()}
                if known["kind"] == "file":
                    nodes[known["number"]] = node
            if not path:
                top = node
                continue
            above = top
            for part in path.split(b"/")[:-1]:
                above = above and above.entries.setdefault(part, Node("folder"))
            top = top or Node("folder")
            (above or top).entries[path.split(b"/")[-1]] = node
        return top or Node("folder")

    def places(self, vault, key_files):
        import standin
        opened = standin.Vault(vault, key_files[0])
        places = {os.fsencode(f"tree.{epoch}/{name}"): bytes.fromhex(opened.read(epoch, tree, name)[0]["path"])
                  for epoch, tree in opened.trees() for name in os.listdir(tree)}
        return {**places, b"header": None, b"manifest": None}
