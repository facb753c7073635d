"""Changes to a locked vault by somebody who knows nothing of its format: a byte, a cut, a swap, an old file put back.

Each must be found by `verify`, which names what was changed; and no file may come out of it with other bytes than it
had, unless that is said.
"""

import json
import os
import random

import image
from acts import Restoring
from programs import Unreadable

PAGE = 4096


class Change:
    """One change: what it touches in the vault, what it adds, and how it is made there."""

    def __init__(self, what, touched, make, added=(), statuses=(13,)):
        self.what, self.touched, self.make, self.added, self.statuses = what, touched, make, added, statuses


class Vaults(Restoring):
    """A locked vault, what each of its files stands for, and older and other vaults to take files from."""

    def __init__(self, library, place, size):
        super().__init__(library, place, size)
        self.vault = self.before.find("home/diary.sotto")
        self.files = {path: node.data for path, node in self.vault.walk() if node.kind == "file"}
        self.places = self.program.places(place.vault, place.keys)
        strangers = set(self.files) - set(self.places)
        if strangers:
            raise SystemExit(f"files in a sealed vault that stand for nothing: {strangers}")

    def prepare(self):
        """Before the vault that counts: another of the same store, and this one before its keys were changed."""
        super().prepare()
        self.other = {path: node.data for path, node in image.scan(self.place.vault).walk() if node.kind == "file"}
        self.must("restore", self.place.store, "--yes", "--key-file", self.place.keys[0])
        with open(self.place.store + "/letter.txt", "ab") as file:
            file.write(b"a line more than in the first vault\n")
        self.truth = image.scan(self.place.store)
        self.must(*self.lock_words())
        self.older = image.scan(self.place.vault)
        for old, new in ((0, 1), (1, 0)):
            self.must("key", "change", self.place.vault, "--key-file", self.place.keys[old], "--new-key-file",
                      self.place.keys[new])

    # ---- one change ----

    def tried(self, change):
        """Makes a change, looks at what is said of it, and unmakes it. Gives what was wrong."""
        if not self.fresh:
            self.begin()
            self.fresh = True
        vault = os.fsencode(self.place.vault)
        try:
            change.make(vault)
            return self.judged(change)
        finally:
            self.unmake(change, vault)

    fresh = False

    def unmake(self, change, vault):
        if not change.touched or change.added:
            self.fresh = False
            return
        for path in change.touched:
            image.remove(os.path.join(vault, path))
            image.write(self.vault.find(path), os.path.join(vault, path))

    def judged(self, change):
        result = self.run("verify", self.place.vault, "--format", "json", "--key-file", self.place.keys[0])
        if result.status not in change.statuses:
            return [f"verify: {result.said()}"]
        problems = []
        if result.status == 13:
            findings = json.loads(result.output)["findings"]
            said = json.dumps(findings, ensure_ascii=False)
            if not findings:
                problems.append("verify: exit 13 without a finding")
            headers = {path for path in self.files if path.startswith(b"header")}
            # Without any header nothing can be opened to be named.
            touched = headers if headers <= set(change.touched) else change.touched
            problems += [f"verify does not name {os.fsdecode(path)} "
                         f"({os.fsdecode(self.places.get(path) or b'')}): {said[:400]}"
                         for path in touched if not self.names(path, findings, said)]
            problems += [f"verify does not name {name}: {said[:400]}" for name in change.added if name not in said]
        return problems + self.served()

    def names(self, path, findings, said):
        """Whether findings name a file of the vault: as what it is in the store, or as itself."""
        inside = self.places.get(path)
        if inside is None:
            return os.fsdecode(os.path.basename(path)) in said
        inside = os.fsdecode(inside)
        return os.fsdecode(path) in said or any(
            inside == finding["path"].strip("/") or inside and inside in finding["path"] + finding["text"]
            for finding in findings)

    def served(self):
        """What the independent reader gives without complaint must be true."""
        try:
            tree = self.program.read(self.place.vault, self.place.keys)
        except Unreadable:
            return []
        return self.untrue(tree)

    def untrue(self, tree):
        return [f"{os.fsdecode(path)} comes out with other bytes, and nothing is said"
                for path, node in self.truth.walk() if node.kind in ("file", "link")
                and (found := tree.find(path)) is not None and found.data is not None and found.kind == node.kind
                and found.data != node.data]

    def restored(self, change):
        """The same, but what `restore` does with it: refuses, and at most gives back true files."""
        self.begin()
        self.fresh = False
        change.make(os.fsencode(self.place.vault))
        problems = []
        for words in ([], ["--accept"]):
            result = self.run("restore", self.place.store, "--yes", *words, "--key-file", self.place.keys[0])
            if result.status < 0 or not words and result.status not in (*change.statuses, 0, 2):
                problems.append(f"restore {' '.join(words)}: {result.said()}")
            tree = image.scan(self.place.store)
            problems += [f"restore {' '.join(words)} ({result.said()}): {text}" for text in self.untrue(tree)]
            if result.status == 0:
                problems += [f"restore, exit 0: {text}"
                             for text in image.differences(self.truth, tree) if not words]
                break
        return problems

    # ---- the changes ----

    def flips(self, choice, count):
        """A bit of a byte: the whole first page's beginning and end of each file, the rest by chance."""
        for path, data in sorted(self.files.items()):
            near = {at for at in (*range(0, 72), *range(4072, 4104), *range(len(data) - 8, len(data)))
                    if 0 <= at < len(data)}
            far = {choice.randrange(len(data)) for _ in range(count or 0)} if data else set()
            if count is None:
                near = set(range(len(data)))
            for at in sorted(near | far):
                yield self.flip(path, at, 1 << choice.randrange(8))

    def flip(self, path, at, bit):
        def make(vault):
            with open(os.path.join(vault, path), "r+b", buffering=0) as file:
                file.seek(at)
                file.write(bytes([self.files[path][at] ^ bit]))
        return Change(f"byte {at} of {os.fsdecode(path)}", [path], make)

    def rewritten(self, what, contents, **more):
        """Files of the vault with other contents."""
        def make(vault):
            for path, data in contents.items():
                with open(os.path.join(vault, path), "wb") as file:
                    file.write(data)
        return Change(what, list(contents), make, **more)

    def lengths(self, choice):
        for path, data in sorted(self.files.items()):
            name = os.fsdecode(path)
            cuts = {0, 1, PAGE - 1, PAGE, len(data) - PAGE, len(data) - 1, choice.randrange(len(data) + 1)}
            for length in sorted(cut for cut in cuts if 0 <= cut < len(data)):
                yield self.rewritten(f"{name} cut to {length} of {len(data)}", {path: data[:length]})
            for tail in (b"\0", bytes(PAGE), data[-PAGE:]):
                yield self.rewritten(f"{name} and {len(tail)} bytes more", {path: data + tail})

    def pages(self, choice, count):
        for path, data in sorted(self.files.items()):
            numbers = list(range(len(data) // PAGE))
            for number in choice.sample(numbers, min(count, len(numbers))):
                start, end = number * PAGE, (number + 1) * PAGE
                yield self.rewritten(f"page {number} of {os.fsdecode(path)} zero",
                                     {path: data[:start] + bytes(PAGE) + data[end:]})
                other = choice.choice(numbers) * PAGE
                if data[other:other + PAGE] != data[start:end]:
                    yield self.rewritten(f"page {number} of {os.fsdecode(path)} over another", {
                        path: data[:other] + data[start:end] + data[other + PAGE:]})

    def swaps(self, choice, count):
        pairs = [(a, b) for a in self.files for b in self.files
                 if a < b and self.files[a] != self.files[b] and not {a, b} <= {b"header.1", b"header.2"}]
        equal = [pair for pair in pairs if len(self.files[pair[0]]) == len(self.files[pair[1]])]
        for a, b in choice.sample(equal, min(count, len(equal))) + choice.sample(pairs, min(count, len(pairs))):
            yield self.rewritten(f"{os.fsdecode(a)} and {os.fsdecode(b)} swapped", {a: self.files[b], b: self.files[a]})
            yield self.rewritten(f"{os.fsdecode(a)} over {os.fsdecode(b)}", {b: self.files[a]})

    def older_files(self):
        """Files of this vault as they were before its keys were changed, and of another vault of the same store."""
        older = {path: node.data for path, node in self.older.walk() if node.kind == "file"}
        for path, data in sorted(older.items()):
            if path in self.files and self.files[path] != data:
                yield self.rewritten(f"{os.fsdecode(path)} as it was", {path: data})
        headers = {path: data for path, data in older.items() if path.startswith(b"header")}
        if headers:
            yield self.rewritten("both headers as they were", headers)
        newest = max((path for path in self.files if path.startswith(b"manifest")), default=None)
        for path, data in sorted(self.other.items()):
            if path in self.files:
                yield self.rewritten(f"{os.fsdecode(path)} of another vault", {path: data})
        for path, data in zip(sorted(self.files), sorted(self.other.items())):
            if path != data[0]:
                yield self.rewritten(f"{os.fsdecode(path)} from another vault", {path: data[1]})
        if newest in older:
            yield self.rewritten("the newest manifest as it was", {newest: older[newest]})

    def removals(self):
        for path in sorted(self.files):
            yield Change(f"{os.fsdecode(path)} gone", [path],
                         lambda vault, path=path: os.unlink(os.path.join(vault, path)),
                         statuses=(11, 13) if path == b"header" else (13,))
        manifests = sorted((path for path in self.files if path.startswith(b"manifest")),
                           key=lambda path: int(path[9:] or b"0"))
        if len(manifests) > 1:
            yield Change("the newest manifest renamed to the one before", [manifests[-1], manifests[-2]],
                         lambda vault: os.rename(os.path.join(vault, manifests[-1]), os.path.join(vault, manifests[-2])))
        yield Change("all manifests gone", manifests,
                     lambda vault: [os.unlink(os.path.join(vault, path)) for path in manifests])
        headers = [path for path in self.files if path.startswith(b"header")]
        yield Change("all headers gone", headers,
                     lambda vault: [os.unlink(os.path.join(vault, path)) for path in headers], statuses=(11, 13))

    def moves(self, choice):
        """Names changed, moved, exchanged for things that are no files, and things added."""
        def rename(source, target):
            return lambda vault: os.rename(os.path.join(vault, source), os.path.join(vault, target))
        inside = sorted(path for path in self.files if b"/" in path)
        folders = sorted({os.path.dirname(path) for path in inside})
        for path in inside:
            folder, name = os.path.split(path)
            other = name[:-1] + (b"a" if name[-1:] != b"a" else b"b")
            yield Change(f"{os.fsdecode(path)} renamed", [path], rename(path, folder + b"/" + other),
                         added=[""])
            for target in folders:
                if target != folder and not os.path.join(target, name) in self.files:
                    yield Change(f"{os.fsdecode(path)} moved to {os.fsdecode(target)}", [path],
                                 rename(path, target + b"/" + name), added=[""])
            yield Change(f"{os.fsdecode(path)} a pipe", [path], lambda vault, path=path: (
                os.unlink(os.path.join(vault, path)), os.mkfifo(os.path.join(vault, path))))
            yield Change(f"{os.fsdecode(path)} a link", [path], lambda vault, path=path: (
                os.rename(os.path.join(vault, path), self.place.folder + "/moved out"),
                os.symlink(self.place.folder + "/moved out", os.path.join(vault, path))))
            double = folder + b"/" + name[::-1]
            yield Change(f"{os.fsdecode(path)} twice", [], lambda vault, path=path, double=double: os.link(
                os.path.join(vault, path), os.path.join(vault, double)), added=[os.fsdecode(name[::-1])])
        for folder in folders:
            if folder.count(b"/") < 1:
                continue
            below = [path for path in inside if path.startswith(folder + b"/")]
            yield Change(f"folder {os.fsdecode(folder)} gone", below,
                         lambda vault, folder=folder: image.remove(os.path.join(vault, folder)), added=[""])
            # What is in it is where it was; only the folder's own name is another.
            yield Change(f"folder {os.fsdecode(folder)} renamed", [folder + b"/folder"],
                         rename(folder, folder[:-2] + folder[-1:] + folder[-2:-1]), added=[""])
        for folder in [b"", *folders]:
            for name in ("stranger", "zq3tamn5ydzxq5qlhbrdggcyyy5wpmjrc4xgtpxp5zwumejktfdq"):
                def add(vault, folder=folder, name=name):
                    with open(os.path.join(vault, folder, os.fsencode(name)), "wb") as file:
                        file.write(choice.randbytes(PAGE))
                yield Change(f"{name} added to {os.fsdecode(folder)}", [], add, added=[name])

    def rollbacks(self):
        def whole(vault):
            image.remove(vault)
            image.write(self.older, vault)
        yield Change("the whole vault as it was", [], whole, added=[""])

    def all(self, count):
        """All kinds of changes; `count` is how many bytes and pages of each file are tried by chance, None for every
        byte."""
        choice = random.Random(4)
        yield from self.flips(choice, count)
        count = 10 if count is None else count
        yield from self.lengths(choice)
        yield from self.pages(choice, max(2, count // 10))
        yield from self.swaps(choice, count)
        yield from self.older_files()
        yield from self.removals()
        yield from self.moves(choice)
        yield from self.rollbacks()
