"""Searches a locked store, its vault, the state folder and, on a disk of its own, the raw disk for what was sealed."""

import os
import subprocess

import image
from layer import Missing

LENGTH = 16


def telling(sample):
    """Whether a sample of a text can only have come from it."""
    return len(sample) == LENGTH and len(set(sample)) > 5


def samples(tree, kinds=("file", "link")):
    """Every 16 bytes of every file, at multiples of 16 and of the file's end; with links, attributes as well."""
    found = {}
    for path, node in tree.walk():
        if node.kind in kinds:
            for at in [*range(0, len(node.data) - LENGTH + 1, LENGTH), len(node.data) - LENGTH]:
                if at >= 0 and telling(node.data[at:at + LENGTH]):
                    found[node.data[at:at + LENGTH]] = path
        for name, value in node.attributes.items() if "link" in kinds else ():
            for at in range(0, len(value) - LENGTH + 1, LENGTH):
                if telling(value[at:at + LENGTH]):
                    found[value[at:at + LENGTH]] = path + b" " + os.fsencode(name)
    return found


def names(tree):
    """The names that tell something: six bytes and more, and their beginnings where they are long."""
    found = {}
    for path, node in tree.walk():
        name = os.path.basename(path)
        if len(name) >= 6:
            found[name[:40]] = path
        for attribute in node.attributes:
            found[os.fsencode(attribute)] = path
    return found


def readable(top):
    """Everything that can be read below a folder: names, links, attributes and contents."""
    tree = image.scan(top)
    for path, node in tree.walk() if tree else ():
        parts = [path.split(b"/")[-1], *(os.fsencode(name) + b"=" + value for name, value in node.attributes.items())]
        if node.kind in ("file", "link"):
            parts.append(node.data)
        yield os.path.join(os.fsencode(top), path), b"\0".join(parts)


def search(top, texts, titles):
    """What of the texts and names is below a folder."""
    problems = []
    for path, data in readable(top):
        inside = {texts[data[at:at + LENGTH]] for at in range(len(data) - LENGTH + 1) if data[at:at + LENGTH] in texts}
        problems += [f"text of {os.fsdecode(name)} is in {os.fsdecode(path)}" for name in sorted(inside)]
        problems += [f"the name of {os.fsdecode(where)} is in {os.fsdecode(path)}"
                     for name, where in titles.items() if name in data]
    return problems


def locked(act):
    """Locks and searches. Gives what was found, and what was searched for."""
    act.begin()
    tree = act.sealed
    texts, titles = samples(tree), names(tree)
    result = act.run(*act.words())
    problems = [] if result.status == 0 else [result.said()]
    bulk = act.truth.entries.get(b"models")
    hidden = bulk and {node.data for _, node in bulk.walk()}
    for top in (act.place.vault, act.place.state):
        problems += search(top, texts, titles)
    for path, node in image.scan(act.place.store).walk():
        if node.kind == "file" and node.data not in (hidden or ()):
            problems.append(f"{os.fsdecode(path)} is left in the store")
    what = f"{len(texts)} samples of text and {len(titles)} names"
    for word in (result.output, result.errors):
        if any(sample in word.encode() for sample in texts):
            problems.append("text is in what the command says")
    return problems, what


class RawDisk:
    """An ext4 file system in a file, without journalling of contents. Needs the right to mount."""

    def __init__(self, folder, megabytes=96):
        self.image, self.folder = os.path.join(folder, "disk.image"), os.path.join(folder, "disk")
        os.makedirs(self.folder)
        with open(self.image, "wb") as file:
            file.truncate(megabytes << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", "-b", "4096", self.image], check=True, capture_output=True)
        self.mount()

    def mount(self):
        result = subprocess.run(["mount", "-o", "loop,data=ordered,nodiscard", self.image, self.folder],
                                capture_output=True, text=True)
        if result.returncode:
            raise Missing(f"a disk of its own cannot be mounted here ({result.stderr.strip()})")

    def end(self):
        subprocess.run(["umount", self.folder], check=True)


def raw(act, disk):
    """Locks on a disk whose every byte is then searched for contents. What the file system's journal may have kept
    of names, links and attributes is told, not counted as wrong."""
    act.begin()
    os.sync()
    # Samples that stand in the clear elsewhere too tell nothing.
    clear = b"\0".join([node.data for _, node in act.outside.walk()]
                       + [node.data for path, node in act.truth.walk() if path.startswith(b"models/")]
                       + [value for _, node in act.truth.walk() for value in node.attributes.values()])
    result = act.run(*act.words(), no_sync=None)
    problems = [] if result.status == 0 else [result.said()]
    disk.end()
    with open(disk.image, "rb") as file:
        data = file.read()
    contents = {sample: path for sample, path in samples(act.sealed, ("file",)).items()
                if sample not in clear}
    others = {sample: path for sample, path in samples(act.sealed).items() if sample not in contents}
    there = set()
    # Contents begin at multiples of a block; other texts wherever the file system put them.
    for skew in (0, 4, 8, 12):
        there |= {data[at:at + LENGTH] for at in range(skew, len(data) - LENGTH, LENGTH)}
    problems += [f"text of {os.fsdecode(contents[sample])} is on the disk at {data.index(sample)}: {sample!r}"
                 for sample in sorted(there.intersection(contents))]
    told = {os.fsdecode(path) for name, path in names(act.sealed).items() if name in data}
    told |= {os.fsdecode(others[sample]) for sample in there.intersection(others)}
    return problems, f"{len(contents)} samples; names, links and attributes still on the disk: {sorted(told)}"
