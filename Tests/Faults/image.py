"""A tree of files held in memory: read from a disk, compared, and written to a disk again."""

import array
import fcntl
import os
import stat

GET_FLAGS, SET_FLAGS, IMMUTABLE, APPEND = 0x80086601, 0x40086602, 0x10, 0x20


class Node:
    """A file, folder or link. Two names of one file are one node."""

    __slots__ = ("kind", "mode", "owner", "group", "modified", "attributes", "flags", "data", "entries", "number")

    def __init__(self, kind, mode=0o644, owner=0, group=0, modified=None, data=b"", number=0):
        self.kind, self.mode, self.owner, self.group = kind, mode, owner, group
        self.modified, self.data, self.number = modified, data, number
        self.attributes, self.flags = {}, 0
        self.entries = {} if kind == "folder" else None

    def find(self, path):
        """The node at a path below this one, or None."""
        node = self
        for part in os.fsencode(path).split(b"/"):
            if node is not None and part:
                node = node.entries.get(part) if node.kind == "folder" else None
        return node

    def walk(self, below=b""):
        """Every node with its path, folders before what they hold."""
        yield below, self
        if self.kind == "folder":
            for name in sorted(self.entries):
                yield from self.entries[name].walk(below + b"/" + name if below else name)


def flags_of(file):
    value = array.array("l", [0])
    try:
        fcntl.ioctl(file, GET_FLAGS, value)
    except OSError:
        return 0
    return value[0] & (IMMUTABLE | APPEND)


def set_flags(file, flags):
    value = array.array("l", [0])
    try:
        fcntl.ioctl(file, GET_FLAGS, value)
        value[0] = value[0] & ~(IMMUTABLE | APPEND) | flags
        fcntl.ioctl(file, SET_FLAGS, value)
    except OSError:
        pass


def scan(path, known=None):
    """Reads the tree at a path; None if there is nothing."""
    known = {} if known is None else known
    path = os.fsencode(path)
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    if status.st_ino in known and not stat.S_ISDIR(status.st_mode):
        return known[status.st_ino]
    kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}
    node = Node(kinds.get(stat.S_IFMT(status.st_mode), "other"), stat.S_IMODE(status.st_mode), status.st_uid,
                status.st_gid, status.st_mtime_ns, number=status.st_ino)
    known[status.st_ino] = node
    if node.kind == "link":
        node.data = os.readlink(path)
        return node
    for name in os.listxattr(path):
        node.attributes[name] = os.getxattr(path, name)
    if node.kind == "file":
        with open(path, "rb") as file:
            node.data = file.read()
    elif node.kind == "folder":
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        node.flags = flags_of(folder)
        os.close(folder)
        for name in os.listdir(path):
            node.entries[name] = scan(path + b"/" + name, known)
    return node


def write(node, path, made=None):
    """Writes a tree to where nothing is."""
    made = {} if made is None else made
    path = os.fsencode(path)
    if id(node) in made and node.kind != "folder":
        os.link(made[id(node)], path, follow_symlinks=False)
        return
    made[id(node)] = path
    if node.kind == "other":
        os.mkfifo(path, node.mode)
        return
    if node.kind == "link":
        os.symlink(node.data, path)
        if os.geteuid() == 0:
            os.chown(path, node.owner, node.group, follow_symlinks=False)
        if node.modified is not None:
            os.utime(path, ns=(node.modified, node.modified), follow_symlinks=False)
        return
    if node.kind == "folder":
        os.mkdir(path, 0o700)
        for name, entry in node.entries.items():
            write(entry, path + b"/" + name, made)
        file = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    else:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        data = memoryview(node.data)
        while data:
            data = data[os.write(file, data):]
    if os.geteuid() == 0:
        os.fchown(file, node.owner, node.group)
    for name, value in node.attributes.items():
        os.setxattr(file, name, value)
    os.fchmod(file, node.mode)
    if node.modified is not None:
        os.utime(file, ns=(node.modified, node.modified))
    if node.flags:
        set_flags(file, node.flags)
    os.close(file)


def remove(path):
    """Removes a tree, whatever its modes and flags forbid."""
    path = os.fsencode(path)
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(status.st_mode):
        os.unlink(path)
        return
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    if flags_of(folder):
        set_flags(folder, 0)
    if status.st_mode & 0o700 != 0o700:
        os.fchmod(folder, 0o700)
    os.close(folder)
    for entry in list(os.scandir(path)):
        if entry.is_dir(follow_symlinks=False):
            remove(entry.path)
        else:
            os.unlink(entry.path)
    os.rmdir(path)


def differences(wanted, found, below="", attributes=True, limit=8):
    """What is different in `found`, in words; at most so many. Access times and numbers do not count."""
    result = []

    def compare(want, have, path):
        name = path or "the folder itself"
        if want is None or have is None:
            result.append(f"{name} is {'missing' if have is None else 'new'}")
            return
        if want.kind != have.kind:
            result.append(f"{name} is a {have.kind}, not a {want.kind}")
            return
        if want.data != have.data:
            result.append(f"{name} has other contents ({len(have.data)} bytes, not {len(want.data)})")
        if attributes and want.kind != "link":
            for key in ("mode", "owner", "group", "attributes"):
                if getattr(want, key) != getattr(have, key):
                    result.append(f"{name}: {key} is {getattr(have, key)!r}, not {getattr(want, key)!r}")
        if attributes and None not in (want.modified, have.modified) and want.modified != have.modified:
            result.append(f"{name}: modified is {have.modified}, not {want.modified}")
        if want.kind == "folder":
            for entry in sorted(set(want.entries) | set(have.entries)):
                compare(want.entries.get(entry), have.entries.get(entry),
                        f"{path}/{os.fsdecode(entry)}" if path else os.fsdecode(entry))

    compare(wanted, found, below)
    groups = lambda node: sorted(  # noqa: E731
        tuple(sorted(paths)) for paths in names_of(node).values() if len(paths) > 1)
    if attributes and not result and groups(wanted) != groups(found):
        result.append(f"names of one file are {groups(found)}, not {groups(wanted)}")
    if len(result) > limit:
        result = result[:limit] + [f"and {len(result) - limit} more"]
    return result


def names_of(node):
    names = {}
    for path, entry in node.walk():
        if entry.kind == "file":
            names.setdefault(id(entry), []).append(path)
    return names
