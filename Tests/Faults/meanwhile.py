"""What others do while a store is locked: an application that writes, a link made, a folder or file swapped.

The act is stopped before its n-th call, the other acts, the act goes on. Then it is run again, and the store is
restored. Nothing that anybody wrote may be lost at any time, and nothing outside may be touched.
"""

import json
import os
import subprocess
import sys
import time

import image
from programs import Unreadable

HERE = os.path.dirname(os.path.abspath(__file__))
APPLICATION = ["append", "replace", "create", "hold"]
OTHERS = ["link", "swap-folder", "swap-store", "swap-file", "swap-for-other-file", "swap-erasing"]
KINDS = APPLICATION + OTHERS


class Obligations:
    """Contents that somebody has brought, by name: each must be found in the store, in the vault or where it went."""

    def __init__(self, act):
        self.act = act
        self.contents = {(path, node.data) for path, node in act.truth.walk() if node.kind == "file"}

    def bring(self, path, data, existed):
        path = os.fsencode(os.path.relpath(path, self.act.place.store))
        if existed:
            old = self.act.truth.find(path)
            # A line added to a file is added under each of its names.
            names = {name for name, node in self.act.truth.walk() if node is old and data.startswith(old.data)}
            self.contents = {entry for entry in self.contents if entry[0] not in names | {path}}
        self.contents.add((path, data))

    def lost(self):
        """What is nowhere to be found, though perhaps under another name."""
        have = set()
        place = self.act.place
        for top in (place.store, place.store + ".sotto-kept", place.outside, place.root + "/moved"):
            tree = image.scan(top)
            have.update(node.data for _, node in tree.walk() if node.kind == "file") if tree else None
        problems = []
        missing = [(path, data) for path, data in self.contents if data not in have]
        if missing:
            try:
                vault = self.act.program.read(self.act.place.vault, self.act.place.keys)
                have.update(node.data for _, node in vault.walk() if node.kind == "file")
            except Unreadable as reason:
                problems.append(f"the vault is unreadable: {reason}")
        problems += [f"lost: {os.fsdecode(path)}, {len(data)} bytes, {data[-40:]!r}"
                     for path, data in sorted(missing) if data not in have]
        return problems


def blocked(child):
    """Whether a process waits for a lease to be broken."""
    try:
        with open(f"/proc/{child.pid}/wchan") as file:
            return "lease" in file.read()
    except OSError:
        return False


def start_application(act, kind):
    """Starts it and lets it come as far as it can while the act is stopped."""
    child = subprocess.Popen([sys.executable, "-I", "-S", HERE + "/application.py", kind, act.place.store],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    patience = time.monotonic() + 2
    holding = b""
    if kind == "hold":
        os.set_blocking(child.stdout.fileno(), False)
    while child.poll() is None and not blocked(child) and time.monotonic() < patience:
        if kind == "hold" and (holding := child.stdout.read() or b""):
            break
        time.sleep(0.002)
    if kind == "hold":
        os.set_blocking(child.stdout.fileno(), True)
    return child, holding


def end_application(child, holding, obligations):
    output = holding + child.communicate(b"now\n", timeout=60)[0]
    for line in output.splitlines():
        said = json.loads(line)
        if "data" in said:
            obligations.bring(said["path"], bytes.fromhex(said["data"]), said["existed"])


WHEN = 1_600_000_000_000_000_000


def somebodys(path):
    """A tree with the names of another, each file with contents of its own. Opens nothing: leases would be broken."""
    if not os.path.isdir(path):
        return image.Node("file", 0o644, os.geteuid(), os.getegid(), WHEN,
                          b"somebody else's, to be left alone: " + os.fsencode(os.path.basename(path)))
    tree = image.Node("folder", 0o755, os.geteuid(), os.getegid(), WHEN)
    for entry in os.scandir(path):
        tree.entries[os.fsencode(entry.name)] = somebodys(entry.path)
    return tree


def immutable(path, clear=False):
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    flags = image.flags_of(folder)
    if clear and flags:
        image.set_flags(folder, 0)
    os.close(folder)
    return flags != 0


def swap(path, place, name, outside):
    """Moves what is at a path away and puts a link to somebody else's in its stead."""
    if not os.path.lexists(path) or os.path.islink(path) or immutable(os.path.dirname(path)):
        return
    aside = os.path.join(place.root, "moved")
    os.makedirs(aside, exist_ok=True)
    victim = outside.entries[b"victim"] = somebodys(path)
    image.write(victim, os.path.join(place.outside, "victim"))
    if os.path.isdir(path):
        immutable(path, clear=True)
    os.rename(path, os.path.join(aside, name))
    os.symlink(os.path.join(place.outside, "victim"), path)


def interfere(kind, act, outside):
    """Does what the kind says, where it still can be done; adds to `outside` what is outside from then on."""
    place = act.place
    letter = place.store + "/letter.txt"
    if kind == "swap-folder":
        swap(place.store + "/notes", place, "notes", outside)
    elif kind == "swap-store":
        swap(place.store, place, "diary", outside)
    elif kind == "swap-file":
        swap(letter, place, "letter.txt", outside)
    elif kind == "swap-erasing":
        swap(place.vault + "/erasing", place, "erasing", outside)
    elif not os.path.lexists(letter) or immutable(place.store):
        return
    elif kind == "link":
        os.link(letter, place.outside + "/linked in the middle.txt")
        outside.entries[b"linked in the middle.txt"] = act.truth.find("letter.txt")
    elif kind == "swap-for-other-file":
        os.makedirs(place.root + "/moved", exist_ok=True)
        other = outside.entries[b"somebody else's.txt"] = somebodys("somebody else's.txt")
        image.write(other, place.outside + "/somebody else's.txt")
        os.rename(letter, place.root + "/moved/letter.txt")
        os.link(place.outside + "/somebody else's.txt", letter)


def interrupted(act, at, kind):
    """One stop, one interference; everything looked at after the act, after it is run again, and after restoring."""
    act.begin()
    obligations = Obligations(act)
    running = act.start(*act.words(), mode="stop", at=at, no_sync=1)
    problems = []
    if not running.wait():
        return [], "past the end"
    child = None
    outside = image.Node("folder")
    outside.entries = dict(act.outside.entries)
    try:
        if kind in APPLICATION:
            child, holding = start_application(act, kind)
        else:
            interfere(kind, act, outside)
    finally:
        running.go_on()
    result = running.result()
    if child:
        end_application(child, holding, obligations)

    def look(when):
        now = image.scan(act.place.outside)
        found = obligations.lost()
        for name, node in outside.entries.items():
            found += image.differences(node, now.entries.get(name), "outside/" + os.fsdecode(name))
        return [f"{when}: {problem}" for problem in found]

    if result.status < 0 or result.status not in (0, 2, 13, 14):
        problems.append(result.said())
    problems += look(f"after it ({result.said()})")
    if not problems:
        again = act.run(*act.words())
        problems += look(f"run again ({again.said()})") + unnamed(act, again)
    if not problems:
        back = act.run("restore", act.place.store, "--yes", "--format", "json", "--key-file", act.place.keys[0])
        problems += look(f"restored ({back.said()})")
    return problems, f"{kind} at {result.what}"


def unnamed(act, result):
    """Files left in the clear that a run which ended well did not mention."""
    left = image.scan(act.place.store)
    if result.status != 0 or left is None or left.kind != "folder":
        return []
    return [f"exit 0, and not a word of {os.fsdecode(path)}, which is in the store" for path, node in left.walk()
            if node.kind == "file" and not path.startswith(b"models/")
            and json.dumps(os.fsdecode(path.split(b"/")[-1]))[1:-1] not in result.output + result.errors
            and os.fsdecode(path.split(b"/")[-1]) not in result.output + result.errors]
