"""The four acts that must lose nothing, each with its beginning, its command and what must hold during and after it."""

import hashlib
import json
import os
import signal

import image
import layer
import sandbox
from programs import Unreadable

BULK = "models"


def limit():
    """No run may take for ever."""
    signal.alarm(60)


class Act:
    """An act in a sandbox. `before` is the tree it begins with, `truth` what the user owns."""

    name = ""

    def __init__(self, library, place, size="small"):
        self.layer, self.place, self.program = library, place, place.program
        whole = sandbox.home(size)
        self.truth = whole.find("home/diary")
        self.outside = whole.find("outside")
        self.sealed = self.without_bulk(self.truth)
        self.samples = [sample for path, node in self.sealed.walk() if node.kind == "file"
                        for sample in self.samples_of(node.data)]
        place.put(whole)
        self.prepare()
        self.before = image.scan(place.root)

    @staticmethod
    def without_bulk(top):
        bare = image.Node("folder", top.mode, top.owner, top.group, top.modified)
        bare.attributes = top.attributes
        bare.entries = {name: entry for name, entry in top.entries.items() if name != BULK.encode()}
        return bare

    @staticmethod
    def samples_of(data):
        parts = [data[at:at + 32] for at in (0, len(data) // 2, len(data) - 32)]
        return [part for part in parts if len(part) == 32 and any(part)]

    # ---- running ----

    def start(self, *words, **wanted):
        wanted.setdefault("before", limit)
        return layer.Running(self.layer, self.program.argv + list(words), self.place.environment, self.place.root,
                             self.place.folder, **wanted)

    def run(self, *words, **wanted):
        wanted.setdefault("no_sync", 1)
        return self.start(*words, **wanted).result()

    def must(self, *words):
        result = self.run(*words)
        if result.status != 0:
            raise SystemExit(f"{self.name} cannot begin: {' '.join(words)}: {result.said()}")

    def lock_words(self, key=0):
        return ("lock", self.place.store, "--vault", self.place.vault, "--bulk", BULK, "--yes", "--format", "json",
                "--kdf", "interactive", *self.place.opening(key))

    def prepare(self):
        self.must(*self.lock_words())

    def words(self):
        raise NotImplementedError

    def begin(self):
        self.place.put(self.before)

    # ---- what must hold ----

    def lost(self):
        """At any instant: what of the user's is neither in its place nor in the vault, and what was touched outside."""
        problems = []
        plain = image.scan(self.place.store) or image.Node("folder")
        gone = [path for path, node in self.truth.walk() if node.kind in ("file", "link")
                and not self.same(node, plain.find(path))]
        if gone:
            try:
                vault = self.program.read(self.place.vault, self.place.keys)
                problems += [f"{os.fsdecode(path)} is neither in its place nor in the vault"
                             for path in gone if not self.same(self.truth.find(path), vault.find(path))]
            except Unreadable as reason:
                problems.append(f"{len(gone)} files are not in their places, and the vault is unreadable: {reason}")
        return problems + self.touched()

    def touched(self):
        return [f"outside the store: {text}"
                for text in image.differences(self.outside, image.scan(self.place.outside))]

    @staticmethod
    def same(want, have):
        return have is not None and have.kind == want.kind and have.data == want.data

    def finish(self):
        """Runs the act again, as a user would; gives what is wrong then."""
        result = self.run(*self.words())
        problems = self.incomplete()
        if result.status != 0 and (problems or not self.may_refuse):
            problems.insert(0, f"resuming: {result.said()}")
        return problems + self.touched()

    may_refuse = False

    def incomplete(self):
        raise NotImplementedError

    def sealed_whole(self, key):
        """What is missing for a vault that is complete under a key file, and a store that is locked."""
        problems = []
        plain = image.scan(self.place.store)
        if plain is None or plain.kind != "folder":
            return ["the store's folder is gone"]
        bulk = self.truth.entries.get(BULK.encode())
        left = {os.fsdecode(name) for name in plain.entries if name != BULK.encode()}
        if left:
            problems.append(f"left in the store: {sorted(left)}")
        if bulk:
            problems += image.differences(bulk, plain.entries.get(BULK.encode()), BULK)
        if plain.mode != 0o500:
            problems.append(f"the store's folder has mode {plain.mode:o}")
        try:
            problems += image.differences(self.sealed, self.program.read(
                self.place.vault, [self.place.keys[key]], whole=True))
        except Unreadable as reason:
            problems.append(f"the vault is unreadable: {reason}")
        problems += [f"left in the vault: {name}" for name in ("new", "erasing", "journal", "log", "header.new")
                     if os.path.lexists(f"{self.place.vault}/{name}")]
        result = self.run("verify", self.place.vault, "--format", "json", *self.place.opening(key))
        if result.status != 0 or json.loads(result.output)["findings"]:
            problems.append(f"verify: {result.said()} {result.output.strip()[:300]}")
        return problems + self.readable()

    def given_back(self, key):
        """What is wrong with what the vault gives back at last."""
        result = self.run("restore", self.place.store, "--yes", "--format", "json", *self.place.opening(key))
        problems = [] if result.status == 0 else [f"restoring: {result.said()}"]
        return problems + image.differences(self.truth, image.scan(self.place.store))

    def readable(self):
        """Text of sealed files that can be read somewhere else than in the store or outside."""
        problems = []
        for top in (self.place.vault, self.place.state):
            for folder, _, names in os.walk(top):
                for name in names:
                    with open(os.path.join(folder, name), "rb") as file:
                        contents = file.read()
                    if any(sample in contents for sample in self.samples):
                        problems.append(f"plaintext is left in {os.path.join(folder, name)}")
        return problems


class Locking(Act):
    """Locking a store that never was."""

    name = "lock"

    def prepare(self):
        pass

    def words(self):
        return self.lock_words()

    def incomplete(self):
        return self.sealed_whole(0)


class Restoring(Act):
    """Decrypting for good."""

    name, may_refuse = "restore", True

    def words(self):
        return ("restore", self.place.store, "--yes", "--format", "json", *self.place.opening(0))

    def incomplete(self):
        problems = image.differences(self.truth, image.scan(self.place.store))
        if os.path.lexists(self.place.vault):
            problems.append("the vault is still there")
        return problems + self.readable()


class Changing(Act):
    """Another secret for the slot that the old one opens."""

    name = "key change"

    def prepare(self):
        super().prepare()
        result = self.run("key", "list", self.place.vault, "--format", "json")
        self.slots = [bytes.fromhex(slot["id"]) for slot in json.loads(result.output)["slots"]]

    def finish(self):
        return super().finish() or self.given_back(1)

    def words(self):
        return ("key", "change", self.place.vault, "--yes", *self.place.opening(0), *self.place.opening(1, new=True))

    def incomplete(self):
        problems = self.sealed_whole(1)
        for key, status in ((0, 10), (1, 0)):
            result = self.run("verify", self.place.vault, "--format", "json", *self.place.opening(key))
            if result.status != status:
                problems.append(f"verify with the {'new' if key else 'old'} secret: {result.said()}")
        for folder, _, names in os.walk(self.place.vault):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    contents = file.read()
                if any(slot in contents or slot.hex().encode() in contents for slot in self.slots):
                    problems.append(f"{name} still holds the old slot")
        return problems


class Rotating(Act):
    """A new volume key, and everything encrypted anew."""

    name = "key rotate"

    def prepare(self):
        super().prepare()
        self.old = set(self.digests())

    def digests(self):
        for folder, _, names in os.walk(self.place.vault):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    yield hashlib.sha256(file.read()).digest()

    def finish(self):
        return super().finish() or self.given_back(0)

    def words(self):
        return ("key", "rotate", self.place.vault, "--yes", *self.place.opening(0))

    def incomplete(self):
        problems = self.sealed_whole(0)
        old = len(self.old.intersection(self.digests()))
        if old:
            problems.append(f"{old} files of the vault are still the old ones")
        return problems


ACTS = {act.name.replace(" ", "-"): act for act in (Locking, Restoring, Changing, Rotating)}


class Verifying(Act):
    """Looking at every byte; changes nothing, and is tried for what it leaves in memory."""

    name = "verify"

    def words(self):
        return ("verify", self.place.vault, "--format", "json", *self.place.opening(0))
