"""Writers that make promises: each changes files in its own way, syncs, and only then says what it did. After a crash
everything that was said must be there, and of the rest an older or a newer state, whole."""

import os
import struct

from databases import Child

RECORD, PAGES = 512, 48
KINDS = ["appender", "pages", "saver", "maker", "remover", "database-like"]


def record(writer, number):
    """A record that is known by itself to be whole."""
    head = struct.pack("<II", writer, number)
    return (head * (RECORD // 8))[:RECORD]


def page(writer, number, version):
    return struct.pack("<III4x", writer, number, version) * 256


def sync_folder(path):
    file = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(file)
    os.close(file)


def put(path, data, flags=os.O_CREAT | os.O_EXCL):
    file = os.open(path, os.O_WRONLY | flags, 0o644)
    os.write(file, data)
    os.fsync(file)
    os.close(file)


def work(say, kind, writer, top):
    """Goes on until the process is killed or the mount is gone."""
    os.mkdir(top)
    sync_folder(os.path.dirname(top))
    say("begun")
    steps = {"appender": append, "pages": overwrite, "saver": save, "maker": make, "remover": remove,
             "database-like": journal}[kind]
    for said in steps(writer, top):
        say(said)


def append(writer, top):
    """Records at the end of a file, a few for each sync."""
    file = os.open(os.path.join(top, "log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    sync_folder(top)
    number = 0
    while True:
        for _ in range(1 + number % 5):
            os.write(file, record(writer, number))
            number += 1
        os.fdatasync(file)
        yield number


def overwrite(writer, top):
    """Pages of a file over and over, in an order that comes by all edges."""
    file = os.open(os.path.join(top, "pages"), os.O_RDWR | os.O_CREAT, 0o644)
    os.write(file, b"".join(page(writer, number, 0) for number in range(PAGES)))
    os.fsync(file)
    sync_folder(top)
    version = 0
    yield version
    while True:
        version += 1
        os.pwrite(file, page(writer, version * 7 % PAGES, version), version * 7 % PAGES * 4096)
        os.fdatasync(file)
        yield version


def save(writer, top):
    """A file that is written beside and renamed over, as most applications save."""
    path, version = os.path.join(top, "saved"), 0
    while True:
        put(path + ".tmp", record(writer, version) * (1 + version % 30), os.O_CREAT | os.O_TRUNC)
        os.rename(path + ".tmp", path)
        sync_folder(top)
        yield version
        version += 1


def make(writer, top):
    """New files, in new folders now and then."""
    number = 0
    while True:
        folder = os.path.join(top, f"folder {number // 10}")
        if number % 10 == 0:
            os.mkdir(folder)
            sync_folder(top)
        put(os.path.join(folder, f"{number}"), record(writer, number) * (1 + number % 20))
        sync_folder(folder)
        yield number
        number += 1


def remove(writer, top):
    """Every second file that is made is removed again."""
    number = 0
    while True:
        path = os.path.join(top, f"{number}")
        put(path, record(writer, number))
        if number % 2:
            os.unlink(path)
        sync_folder(top)
        yield number
        number += 1


def journal(writer, top):
    """Two pages that must change together: the old ones are written down and synced first, as databases do."""
    data, old = os.path.join(top, "data"), os.path.join(top, "journal")
    put(data, page(writer, 0, 0) + page(writer, 1, 0))
    sync_folder(top)
    version, file = 0, os.open(data, os.O_RDWR)
    yield version
    while True:
        put(old, os.pread(file, 8192, 0))
        sync_folder(top)
        version += 1
        os.pwrite(file, page(writer, 0, version), 0)
        os.pwrite(file, page(writer, 1, version), 4096)
        os.fsync(file)
        os.unlink(old)
        sync_folder(top)
        yield version


# ---- what must hold ----


def read(path):
    with open(path, "rb") as file:
        return file.read()


def broken(kind, writer, top, words, torn=False):
    """What is missing of what a writer has said, in words; None if nothing."""
    if words[:1] != ["begun"]:
        return None
    said = [int(word) for word in words[1:] if word.isdigit()]
    if kind == "pages" and torn:
        return not_overwritten(writer, top, said[-1] if said else None, 512)
    return {"appender": not_appended, "pages": not_overwritten, "saver": not_saved, "maker": not_made,
            "remover": not_removed, "database-like": not_journalled}[kind](writer, top, said[-1] if said else None)


def not_appended(writer, top, said):
    path = os.path.join(top, "log")
    if said is None and not os.path.exists(path):
        return None
    data = read(path)
    for number in range(max(said or 0, (len(data) + RECORD - 1) // RECORD)):
        found = data[number * RECORD:(number + 1) * RECORD]
        if found == record(writer, number):
            continue
        if number < (said or 0):
            return f"record {number} is gone, though {said} were synced"
        if any(byte not in (0, want) for byte, want in zip(found, record(writer, number))):
            return f"record {number}, which was not synced, is neither there nor empty"
    return None


def not_overwritten(writer, top, said, unit=4096):
    if said is None:
        return None
    data = read(os.path.join(top, "pages"))
    if len(data) != PAGES * 4096:
        return f"the pages have {len(data)} bytes"
    for number in range(PAGES):
        wanted = max((version for version in range(max(0, said - PAGES), said + 1) if version * 7 % PAGES == number),
                     default=0)
        found, next_one = data[number * 4096:][:4096], (said + 1) * 7 % PAGES == number
        allowed = [page(writer, number, wanted), *([page(writer, number, said + 1)] if next_one else [])]
        if not all(any(found[at:at + unit] == one[at:at + unit] for one in allowed) for at in range(0, 4096, unit)):
            return f"page {number} is not version {wanted}: {found[:12].hex()}…"
    return None


def not_saved(writer, top, said):
    if said is None:
        return None
    data = read(os.path.join(top, "saved"))
    if data not in [record(writer, version) * (1 + version % 30) for version in (said, said + 1)]:
        return f"what was saved is not version {said} or {said + 1}: {len(data)} bytes, {data[:8].hex()}"
    return None


def not_made(writer, top, said):
    for number in range(-1 if said is None else said + 1):
        path = os.path.join(top, f"folder {number // 10}", f"{number}")
        if not os.path.exists(path):
            return f"file {number} is gone, {said} were synced"
        if read(path) != record(writer, number) * (1 + number % 20):
            return f"file {number} has other contents"
    return None


def not_removed(writer, top, said):
    for number in range(-1 if said is None else said + 1):
        path = os.path.join(top, f"{number}")
        if os.path.exists(path) == bool(number % 2):
            return f"file {number} is {'back' if number % 2 else 'gone'}"
        if not number % 2 and read(path) != record(writer, number):
            return f"file {number} has other contents"
    return None


def not_journalled(writer, top, said):
    if said is None:
        return None
    data, old = read(os.path.join(top, "data")), os.path.join(top, "journal")
    # What the journal holds counts while it is whole; before, nothing has been changed.
    kept = read(old) if os.path.exists(old) else b""
    if kept == page(writer, 0, said) + page(writer, 1, said):
        data = kept
    wanted = [page(writer, 0, version) + page(writer, 1, version) for version in (said, said + 1)]
    return None if data in wanted else f"the two pages are not version {said} or {said + 1}"


class Load:
    """One writer of each kind, and one that only makes noise, in a folder of their own."""

    def __init__(self, top, mark=None):
        self.top = top
        os.mkdir(top)
        self.writers = {kind: Child(work, kind, number, os.path.join(top, kind), mark=mark)
                        for number, kind in enumerate(KINDS)}
        self.noise = Child(noise, os.path.join(top, "noise"))
        self.words = {}

    def end(self):
        """Kills them all, and keeps what they said."""
        self.words = {kind: child.end(killed=True) for kind, child in self.writers.items()}
        self.noise.end(killed=True)

    def said(self, until):
        """What was said before a file was longer than that."""
        return {kind: [word.split(" ")[0] for word in words if word.startswith("error") or int(word.split(" ")[1]) <= until]
                for kind, words in self.words.items()}

    def broken(self, said=None, torn=False):
        """What does not hold of what was said, in words. `torn`: a page not synced may be neither old nor new."""
        problems = []
        for number, kind in enumerate(KINDS):
            try:
                wrong = broken(kind, number, os.path.join(self.top, kind), (said or self.words)[kind], torn)
            except OSError as error:
                wrong = f"{error}"
            if wrong:
                problems.append(f"{kind}: {wrong}")
        problems += unreadable(self.top)
        return problems


def noise(say, top):
    """Writes without any promise: more than is synced, in large and in small pieces."""
    os.mkdir(top)
    number = 0
    while True:
        file = os.open(os.path.join(top, f"{number % 7}"), os.O_RDWR | os.O_CREAT, 0o644)
        os.pwrite(file, os.urandom(1 + number * 7919 % 300_000), number * 104_729 % 3_000_000)
        if number % 11 == 0:
            os.ftruncate(file, number * 50_021 % 1_000_000)
        os.close(file)
        number += 1


def unreadable(top):
    """Everything must be readable, whatever it is."""
    problems = []
    for folder, _, names in os.walk(top, onerror=lambda error: problems.append(str(error))):
        for name in names:
            try:
                read(os.path.join(folder, name))
            except OSError as error:
                problems.append(str(error))
    return problems
