"""The operations that a seed gives: a list that does not depend on how they come out, so that any part of it can be
tried again.

An operation is a list of its name and its arguments; paths are below the folder that is worked on. The list keeps a
rough picture of what should be there, so that most operations find something; the rest are meant to fail.
"""

import os
import random

SLOTS, MAPS = 8, 3
PAGE, GROUP, FIRST = 4096, 102 * 4096, 64 * 4096
INSIDE = 3864                    # contents up to here lie in the head of an object
READ, WRITE, BOTH = os.O_RDONLY, os.O_WRONLY, os.O_RDWR

NAMES = [
    b"chat.json", b"Chat.json", b"notes", b"messages.jsonl", b".hidden", b"folder", b"log", b"new", b"header.1",
    b"k2vd.name", b"a b\tc", b"line\nfeed", b"-wal", b"chat.sqlite-wal", "Überraschung 🎂".encode(), b"\xff\xfe\x80 no text",
    b"l" * 255, b"L" * 254 + b"\xe4", "ä".encode() * 127, b"m" * 143, b"m" * 144, b"m" * 176, b"~", b"x", b"*?[",
]
ATTRIBUTES = ["user.origin", "user.a", "user." + "n" * 60]
LONG = b"z" * 256


def edges():
    """Places where the format begins a page of another kind."""
    return [0, INSIDE, PAGE, FIRST, *(FIRST + GROUP * index for index in range(1, 6))]


class Picture:
    """What should be there: which path is a file, a folder or a link."""

    def __init__(self):
        self.kinds = {b"": "folder"}

    def paths(self, *kinds):
        return [path for path, kind in self.kinds.items() if kind in kinds and path]

    def folders(self):
        return [path for path, kind in self.kinds.items() if kind == "folder"]

    def fits(self, path):
        """Whether something can be made at a path."""
        return self.kinds.get(os.path.dirname(path)) == "folder" and len(os.path.basename(path)) <= 255

    def make(self, path, kind):
        """Whether there is something of a kind at a path, made if need be."""
        if path not in self.kinds and self.fits(path):
            self.kinds[path] = kind
        return self.kinds.get(path) == kind

    def below(self, path):
        return [one for one in self.kinds if one.startswith(path + b"/")]

    def remove(self, path, folder=False):
        if path and (self.kinds.get(path) == "folder") == folder and not self.below(path):
            self.kinds.pop(path, None)

    def move(self, old, new, replace=True):
        if old not in self.kinds or not self.fits(new) or old == new or (new + b"/").startswith(old + b"/"):
            return
        if new in self.kinds:
            if not replace or (self.kinds[old] == "folder") != (self.kinds[new] == "folder") or self.below(new):
                return
            del self.kinds[new]
        for path in [old, *self.below(old)]:
            self.kinds[new + path[len(old):]] = self.kinds.pop(path)

    def exchange(self, one, other):
        inside = (one + b"/").startswith(other + b"/") or (other + b"/").startswith(one + b"/")
        if one in self.kinds and other in self.kinds and not inside:
            moved = {b"\0" + path[len(one):]: self.kinds.pop(path) for path in [one, *self.below(one)]}
            self.move(other, one)
            self.kinds.update({other + path[1:]: kind for path, kind in moved.items()})


class Generator:
    """Operations, one after the other."""

    def __init__(self, seed, without=()):
        self.choice = random.Random(f"operations {seed}")
        self.without = set(without)    # modes of fallocate, and names of operations
        self.picture = Picture()
        self.open, self.both, self.maps = {}, set(), set()
        self.kinds = {
            self.opening: 14, self.closing: 4, self.writing: 26, self.appending: 8, self.reading: 8, self.seeking: 2,
            self.cutting: 8, self.mapping: 9, self.syncing: 3, self.renaming: 8, self.exchanging: 3, self.removing: 6,
            self.linking: 4, self.pointing: 3, self.making: 4, self.unmaking: 4, self.permitting: 3, self.timing: 4,
            self.attributing: 6, self.allocating: 6, self.copying: 2, self.asking: 5, self.listing: 3, self.bursting: 1,
            self.replacing: 5, self.orphaning: 2, self.crowding: 0.3, self.churning: 0.5}

    def some(self, count):
        kinds, weights = list(self.kinds), list(self.kinds.values())
        made = []
        while len(made) < count:
            operation = self.choice.choices(kinds, weights)[0]()
            if operation is not None and operation[0] not in self.without:
                made.append(operation)
        return made

    # ---- choosing ----

    def folder(self):
        return self.choice.choice(self.picture.folders())

    def new(self):
        """A path at which perhaps nothing is."""
        kind = self.choice.random()
        if kind < 0.02:
            return self.choice.choice([LONG, b"not there/" + self.choice.choice(NAMES)])
        folder, name = self.folder(), self.choice.choice(NAMES)
        if kind < 0.05:
            folder = self.anything()
        return folder + b"/" + name if folder else name

    def file(self):
        files = self.picture.paths("file")
        return self.choice.choice(files) if files and self.choice.random() < 0.95 else self.anything()

    def anything(self):
        known = self.picture.paths("file", "folder", "link")
        return self.choice.choice(known) if known and self.choice.random() < 0.95 else self.choice.choice(NAMES)

    def slot(self):
        return self.choice.choice(sorted(self.open)) if self.open else None

    def place(self):
        kind = self.choice.random()
        if kind < 0.45:
            return max(0, self.choice.choice(edges()) + self.choice.choice([0, 0, -1, 1, -PAGE, PAGE, -700, 513]))
        if kind < 0.7:
            return self.choice.randrange(600) * PAGE
        if kind < 0.98:
            return self.choice.randrange(0, 600 * PAGE)
        return self.choice.randrange(0, 5000 * PAGE)

    def length(self):
        kind = self.choice.random()
        if kind < 0.3:
            return self.choice.randint(1, 200)
        if kind < 0.55:
            return self.choice.randint(1, 3 * PAGE)
        if kind < 0.8:
            return self.choice.randint(1, 20) * PAGE
        if kind < 0.97:
            return self.choice.randint(1, 200_000)
        return 1 << 20

    def fill(self):
        return self.choice.randrange(1 << 20)

    # ---- contents ----

    def opening(self):
        slot = self.choice.randrange(SLOTS)
        files = self.picture.paths("file")
        flags = self.choice.choice([BOTH, BOTH, BOTH, WRITE, READ])
        path = self.new() if self.choice.random() < 0.4 or len(files) < 4 else self.file()
        for flag, share in ((os.O_CREAT, 0.3 if path in files else 0.97), (os.O_APPEND, 0.2), (os.O_TRUNC, 0.08),
                            (os.O_EXCL, 0.03), (os.O_NOFOLLOW, 0.05), (os.O_DIRECTORY, 0.01)):
            flags |= flag if self.choice.random() < share else 0
        self.open.pop(slot, None)
        there = self.picture.make(path, "file") if flags & os.O_CREAT else path in files
        if there and not flags & os.O_DIRECTORY and not (flags & os.O_EXCL and path in files):
            self.open[slot] = path
            (self.both.add if flags & BOTH else self.both.discard)(slot)
        return ["open", slot, path, flags, self.choice.choice([0o644, 0o600, 0o666, 0o755, 0o400])]

    def closing(self):
        slot = self.slot()
        self.open.pop(slot, None)
        return None if slot is None else ["close", slot]

    def writing(self):
        slot = self.slot()
        return None if slot is None else ["pwrite", slot, self.place(), self.length(), self.fill()]

    def appending(self):
        slot = self.slot()
        return None if slot is None else ["write", slot, self.length() % 70_000 + 1, self.fill()]

    def reading(self):
        slot = self.slot()
        return None if slot is None else ["pread", slot, self.place(), self.length()]

    def seeking(self):
        slot = self.slot()
        return None if slot is None else ["seek", slot, self.place(), self.choice.random() < 0.5]

    def cutting(self):
        size = self.place()
        slot = self.slot()
        if slot is None or self.choice.random() < 0.4:
            return ["truncate", self.file(), size]
        return ["ftruncate", slot, size]

    def mapping(self):
        kind, index = self.choice.random(), self.choice.randrange(MAPS)
        if kind < 0.3 or not self.maps:
            slots = sorted(self.both & set(self.open))
            if not slots:
                return None
            self.maps.add(index)
            return ["map", index, self.choice.choice(slots)]
        index = self.choice.choice(sorted(self.maps))
        if kind < 0.75:
            return ["mapwrite", index, self.place(), self.length() % 100_000 + 1, self.fill()]
        if kind < 0.85:
            return ["mapread", index, self.place(), self.length()]
        if kind < 0.95:
            return ["mapsync", index, self.place() // PAGE * PAGE, self.length()]
        self.maps.remove(index)
        return ["unmap", index]

    def syncing(self):
        if self.choice.random() < 0.3:
            return ["syncfolder", self.folder()]
        slot = self.slot()
        return None if slot is None else ["sync", slot, self.choice.random() < 0.5]

    def allocating(self):
        slot = self.slot()
        modes = [mode for mode in (0, 1, 3, 16, 17) if mode not in self.without]
        if slot is None or not modes:
            return None
        return ["allocate", slot, self.choice.choice(modes), self.place(), self.length()]

    def copying(self):
        slot, other = self.slot(), self.slot()
        return None if slot is None else ["copy", slot, other, self.place(), self.place(), self.length()]

    def bursting(self):
        path = self.new()
        self.picture.make(path, "file")
        return ["burst", path, self.choice.choice(["threads", "processes"]), self.choice.choice(["apart", "append"]),
                self.fill()]

    # ---- names ----

    def renaming(self):
        old, new = self.anything(), self.anything() if self.choice.random() < 0.5 else self.new()
        replace = self.choice.random() < 0.75
        self.picture.move(old, new, replace)
        return ["rename", old, new] if replace else ["rename2", old, new, 1]

    def exchanging(self):
        one, other = self.anything(), self.anything()
        self.picture.exchange(one, other)
        return ["rename2", one, other, 2]

    def replacing(self):
        """As applications save: beside it, then renamed over what perhaps is open."""
        path = self.file()
        return ["replace", path, self.length(), self.fill(), self.choice.random() < 0.5]

    def orphaning(self):
        """A file that is open and has no name any more is written and read on."""
        slot = self.slot()
        if slot is None:
            return None
        self.picture.remove(self.open[slot])
        return ["orphan", slot, self.open[slot], self.place(), self.length(), self.fill()]

    def removing(self):
        path = self.anything() if self.choice.random() < 0.3 else self.file()
        self.picture.remove(path)
        return ["unlink", path]

    def linking(self):
        old, new = self.file(), self.new()
        if self.picture.kinds.get(old) == "file":
            self.picture.make(new, "file")
        return ["link", old, new]

    def pointing(self):
        path = self.new()
        self.picture.make(path, "link")
        target = self.choice.choice([b"nowhere", b"../x", b"chat.json", b"/nirgends/wirklich nicht", b"t" * 300, b"\xff",
                                     b"d/" * 1500])
        return ["symlink", target, path]

    def making(self):
        path = self.new()
        if path.count(b"/") > 4:
            return None
        self.picture.make(path, "folder")
        return ["mkdir", path, self.choice.choice([0o755, 0o700, 0o777, 0o1777, 0o2755])]

    def unmaking(self):
        folders = self.picture.paths("folder")
        path = self.choice.choice(folders) if folders and self.choice.random() < 0.9 else self.anything()
        self.picture.remove(path, folder=True)
        return ["rmdir", path]

    def crowding(self):
        """A folder with many names, which are removed while it is being listed."""
        return ["crowd", self.new(), self.choice.choice([3, 90, 700])]

    def churning(self):
        """A folder that is made, filled, synced and removed under the same name again and again."""
        return ["churn", self.choice.choice([b"work", b"work", self.new()]), self.choice.choice([5, 30]), self.fill()]

    # ---- attributes ----

    def permitting(self):
        if self.choice.random() < 0.4 and os.geteuid() == 0:
            owner = self.choice.choice([0, 1000, 65534])
            return ["chown", self.anything(), owner, self.choice.choice([0, 1000, -1]), self.choice.random() < 0.5]
        return ["chmod", self.anything(), self.choice.choice([0o644, 0o600, 0o755, 0o4755, 0o2644, 0o700, 0o400, 0o7777])]

    def timing(self):
        nanoseconds = self.choice.choice([0, 1, 999_999_999, 123_456_789])
        when = self.choice.choice([0, 1, 1_000_000_000, 1_700_000_000, 1_234_567_890, -1, -86_400 * 365])
        accessed = when + self.choice.choice([0, 0, 86_400 * 200])
        return ["times", self.anything(), accessed * 10 ** 9 + nanoseconds, when * 10 ** 9 + nanoseconds,
                self.choice.random() < 0.7]

    def attributing(self):
        path, name = self.anything(), self.choice.choice(ATTRIBUTES)
        kind = self.choice.random()
        if kind < 0.6:
            length = self.choice.choice([0, 1, 20, 700, 1100])
            return ["setxattr", path, name, length, self.fill(), self.choice.choice([0, 0, 0, 1, 2])]
        return ["removexattr" if kind < 0.8 else "getxattr", path, name]

    # ---- asking ----

    def asking(self):
        slot = self.slot()
        if slot is not None and self.choice.random() < 0.5:
            return ["fstat", slot]
        return ["stat", self.anything(), self.choice.random() < 0.5]

    def listing(self):
        return ["list", self.folder()] if self.choice.random() < 0.8 else ["readlink", self.anything()]


def written(operations):
    """As JSON: bytes become text of one character a byte."""
    return [[{"path": word.decode("latin-1")} if isinstance(word, bytes) else word for word in operation]
            for operation in operations]


def read(document):
    return [[word["path"].encode("latin-1") if isinstance(word, dict) else word for word in operation]
            for operation in document]


def shown(operation):
    """An operation in words that are not too long."""
    words = [str(word) if not isinstance(word, bytes) else repr(word if len(word) < 60 else word[:40] + b"...")[1:]
             for word in operation]
    return " ".join(words)
