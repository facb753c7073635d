"""What a power cut may leave on a disk, from the tree as it was and the trace of the calls since.

What was synced stays: fsync and fdatasync of a file keep its contents and size, fsync of a folder its entries, syncfs
everything. Of the rest a seed chooses. A file system may write names back in one of three orders, of which the seed
takes one:

    journal   all changes of names and attributes in one order, and any sync commits those before it (ext4, XFS)
    folders   those of each folder in their order, folders independently (what POSIX promises, and a careful reading)
    names     each name by itself: any of its values since the folder was synced (the loosest that is still a file
              system: what rename takes away it has added elsewhere, what rmdir removed was empty)

Contents not synced are gone, there, there up to some write, or a mixture of sectors of 512 bytes, and the size is any
that the file had. New sectors that were not written read as zeros.
"""

import os
import random

from image import Node

SECTOR = 512
ORDERS = ["journal", "folders", "names"]


class Inode:
    """A file, folder or link on the disk: what is durable, and what has changed since."""

    def __init__(self, node):
        self.node, self.kind = node, node.kind
        self.data = node.data
        self.changes = []        # of contents: (offset, bytes) or (size, None), not yet durable
        self.attributes = []     # (when, key, value), all of them
        self.synced = 0          # when the attributes were last made durable
        self.entries = {}        # name: [(when, inode or None)], the first of when 0

    def settle(self):
        self.data = applied(self.data, self.changes)
        self.changes = []


def applied(data, changes):
    if not changes:
        return data
    data = bytearray(data)
    for place, new in changes:
        if new is None:
            data[place:] = b"" if place <= len(data) else bytes(place - len(data))
        else:
            if place > len(data):
                data += bytes(place - len(data))
            data[place:place + len(new)] = new
    return bytes(data)


class Disk:
    """A disk while a trace is played to it."""

    def __init__(self, before, order="journal"):
        self.order, self.when = order, 0
        self.inodes = {}     # by number, the one that has it now
        self.all = []        # also those whose number was used again
        self.floors = {}     # what each group of names is known to have reached
        self.renames = []    # (when, from folder, from name, to folder, to name, is a folder)
        self.exchanges = []  # (when, folder, name, other folder, other name)
        self.removals = []   # (when, folder, name, removed folder)
        self.top = self.taken(before)

    def taken(self, node):
        if node.number in self.inodes and node.kind != "folder":
            return self.inodes[node.number]
        inode = self.add(node.number, node)
        if node.kind == "folder":
            inode.entries = {name: [(0, self.taken(entry))] for name, entry in node.entries.items()}
        return inode

    def add(self, number, node):
        inode = self.inodes[number] = Inode(node)
        self.all.append(inode)
        return inode

    def group(self, folder, name):
        return {"journal": 0, "folders": folder, "names": (folder, name)}[self.order]

    def play(self, calls):
        for call in calls:
            self.when += 1
            getattr(self, "on_" + call.call)(call)

    # ---- calls ----

    def made(self, call, kind, data=b""):
        return self.add(call["inode"], Node(kind, call.get("mode", 0o777), os.geteuid(), os.getegid(), data=data))

    def enter(self, folder, name, inode):
        folder = self.inodes[folder]
        folder.entries.setdefault(name, [(0, None)]).append((self.when, inode))
        folder.attributes.append((self.when, "modified", None))
        return folder

    def on_open(self, call):
        if call["made"]:
            inode = self.made(call, "file")
            if not call["nameless"]:
                self.enter(call["folder"], call["name"], inode)
        elif call["cut"]:
            self.inodes[call["inode"]].changes.append((0, None))

    def on_write(self, call):
        inode = self.inodes[call["inode"]]
        inode.changes.append((call["offset"], call.bytes))
        inode.attributes.append((self.when, "modified", None))

    def on_truncate(self, call):
        self.inodes[call["inode"]].changes.append((call["size"], None))

    def on_fallocate(self, call):
        keep, punch, zero = call["kind"] & 1, call["kind"] & 2, call["kind"] & 16
        if call["kind"] & ~(1 | 2 | 16):
            raise ValueError("fallocate of a kind that the model does not have")
        inode = self.inodes[call["inode"]]
        size = len(applied(inode.data, inode.changes))
        end = call["offset"] + call["length"]
        if not keep and end > size:
            inode.changes.append((end, None))
            size = end
        if punch or zero:
            inode.changes.append((call["offset"], bytes(max(0, min(end, size) - call["offset"]))))

    def on_rename(self, call):
        inode = self.inodes[call["inode"]]
        source, target = self.inodes[call["folder"]], self.inodes[call["to"]]
        if call["flags"] & ~3:
            raise ValueError("a rename of a kind that the model does not have")
        if call["flags"] & 2:
            other = target.entries[call["as"]][-1][1]
            if "folder" in (inode.kind, other.kind):
                raise ValueError("an exchange of folders, which the model does not have")
            self.enter(call["folder"], call["name"], other)
            self.exchanges.append((self.when, source, call["name"], target, call["as"]))
        else:
            self.enter(call["folder"], call["name"], None)
            self.renames.append((self.when, source, call["name"], target, call["as"], inode.kind == "folder"))
        self.enter(call["to"], call["as"], inode)

    def on_unlink(self, call):
        self.enter(call["folder"], call["name"], None)

    def on_rmdir(self, call):
        folder = self.enter(call["folder"], call["name"], None)
        self.removals.append((self.when, folder, call["name"], self.inodes[call["inode"]]))

    def on_link(self, call):
        self.enter(call["folder"], call["name"], self.inodes[call["inode"]])

    def on_symlink(self, call):
        self.enter(call["folder"], call["name"], self.made(call, "link", call["target"]))

    def on_mkdir(self, call):
        self.enter(call["folder"], call["name"], self.made(call, "folder"))

    def on_fsync(self, call):
        inode = self.inodes[call["inode"]]
        if self.order == "journal":
            self.floors[0] = self.when
        inode.settle()
        inode.synced = self.when
        for name, values in inode.entries.items():
            self.floors[self.group(inode, name)] = self.when
            # A link cannot be synced by itself.
            if values[-1][1] is not None and values[-1][1].kind == "link":
                values[-1][1].synced = self.when

    def on_fdatasync(self, call):
        inode = self.inodes[call["inode"]]
        # A journal need not be committed for contents written over in place.
        if self.order == "journal" and len(applied(inode.data, inode.changes)) != len(inode.data):
            self.floors[0] = self.when
        inode.settle()
        for name in inode.entries:
            self.floors[self.group(inode, name)] = self.when

    def on_syncfs(self, call):
        self.floors[0] = self.when
        for inode in self.all:
            inode.settle()
            inode.synced = self.when
            for name in inode.entries:
                self.floors[self.group(inode, name)] = self.when

    def attribute(self, call, key, value):
        self.inodes[call["inode"]].attributes.append((self.when, key, value))

    def on_chmod(self, call):
        self.attribute(call, "mode", call["mode"] & 0o7777)

    def on_chown(self, call):
        for key in ("owner", "group"):
            if call[key] != -1:
                self.attribute(call, key, call[key])

    def on_times(self, call):
        seconds, _, fraction = call["modified"].partition(".")
        self.attribute(call, "modified", int(seconds) * 10 ** 9 + int(fraction))

    def on_setxattr(self, call):
        self.attribute(call, ("attribute", call["name"].decode()), call.bytes)

    def on_removexattr(self, call):
        self.attribute(call, ("attribute", call["name"].decode()), None)

    def on_setflags(self, call):
        self.attribute(call, "flags", call["flags"] & 0x30)

    # ---- the cut ----

    def left(self, choice):
        """The tree that is left: all of it for `choice` None, else what its numbers choose."""
        bounds = self.bounds(choice)
        made = {}

        def bound(folder, name):
            return bounds.get(self.group(folder, name), 0)

        def rendered(inode):
            if id(inode) in made:
                return made[id(inode)]
            old = inode.node
            node = made[id(inode)] = Node(inode.kind, old.mode, old.owner, old.group, old.modified, old.data)
            node.attributes, node.flags = dict(old.attributes), old.flags
            reached = self.attributes_reached(inode, bounds, choice)
            for when, key, value in inode.attributes:
                if when > reached:
                    break
                if isinstance(key, str):
                    setattr(node, key, value)
                elif value is None:
                    node.attributes.pop(key[1], None)
                else:
                    node.attributes[key[1]] = value
            if inode.kind == "file":
                node.data = survivors(inode, choice)
            elif inode.kind == "folder":
                for name, values in inode.entries.items():
                    entry = [value for when, value in values if when <= bound(inode, name)][-1]
                    if entry is not None:
                        node.entries[name] = rendered(entry)
            return node

        return rendered(self.top)

    def attributes_reached(self, inode, bounds, choice):
        if choice is None:
            return self.when
        if self.order == "journal":
            return max(bounds.get(0, 0), inode.synced)
        later = [when for when, _, _ in inode.attributes if when > inode.synced]
        return choice.choice([inode.synced] + later)

    def bounds(self, choice):
        """How far each group of names has come."""
        changes = {}
        for inode in self.all:
            for name, values in inode.entries.items():
                changes.setdefault(self.group(inode, name), set()).update(when for when, _ in values)
            if self.order == "journal":
                changes.setdefault(0, set()).update(when for when, _, _ in inode.attributes)
        bounds = {}
        for group in sorted(changes, key=lambda group: min(changes[group] - {0}, default=0)):
            floor = self.floors.get(group, 0)
            later = sorted(when for when in changes[group] if when > floor)
            if choice is None:
                bounds[group] = self.when
            else:
                bounds[group] = choice.choice(
                    [floor, floor, later[-1] if later else floor, later[-1] if later else floor] + later)
        changed = True
        while changed:
            changed = False

            def raised(folder, name, when):
                group = self.group(folder, name)
                if bounds.get(group, 0) < when:
                    bounds[group] = when
                    return True
                return False

            for when, source, name, target, to, whole in self.renames:
                if bounds.get(self.group(source, name), 0) >= when:
                    changed |= raised(target, to, when)
                if whole and bounds.get(self.group(target, to), 0) >= when:
                    changed |= raised(source, name, when)
            for when, one, name, other, to in self.exchanges:
                # With only one of the two, a file would have both names and the other none.
                if bounds.get(self.group(one, name), 0) >= when:
                    changed |= raised(other, to, when)
                if bounds.get(self.group(other, to), 0) >= when:
                    changed |= raised(one, name, when)
            for when, folder, name, removed in self.removals:
                if bounds.get(self.group(folder, name), 0) >= when:
                    for entry, values in removed.entries.items():
                        changed |= raised(removed, entry, max(w for w, _ in values if w < when))
        return bounds


def survivors(inode, choice):
    """What is left of a file's contents."""
    if choice is None or not inode.changes:
        return applied(inode.data, inode.changes)
    style = choice.choice(["none", "all", "prefix", "torn", "torn"])
    if style == "none":
        return inode.data
    if style == "all":
        return applied(inode.data, inode.changes)
    if style == "prefix":
        return applied(inode.data, inode.changes[:choice.randint(0, len(inode.changes))])
    kept, sizes, share = [], [len(inode.data)], choice.choice([0.1, 0.5, 0.9])
    for index, (place, new) in enumerate(inode.changes):
        sizes.append(len(applied(inode.data, inode.changes[:index + 1])))
        if new is None:
            if choice.random() < 0.5:
                kept.append((place, new))
            continue
        start = 0
        while start < len(new):
            end = min(len(new), start + SECTOR - (place + start) % SECTOR)
            if choice.random() < share:
                kept.append((place + start, new[start:end]))
            start = end
    return applied(applied(inode.data, kept), [(choice.choice(sizes), None)])


def after_all(before, calls):
    """The tree after every call, nothing lost: must be what is on the disk, or the trace lacks something."""
    disk = Disk(before)
    disk.play(calls)
    return disk.left(None)


def after_cut(before, calls, seed):
    """One tree that a power cut may leave, and what was chosen, in words."""
    choice = random.Random(seed)
    order = choice.choice(ORDERS)
    at = choice.randint(0, len(calls))
    disk = Disk(before, order)
    disk.play(calls[:at])
    return disk.left(choice), f"cut after call {at} of {len(calls)}, {order}"
