"""A FUSE file system that passes everything to a folder beneath, so that the harnesses have something to be tried on.
It speaks the kernel's protocol itself, with the write-back cache on, and makes one mistake if it is told to:

    tail        what was cut off comes back when the file becomes longer
    edge        the byte after the seals of the head are full is lost
    hole        a hole is a page too short
    times       times of files have whole seconds
    orphan      an open file without a name cannot be synced
    forgetful   attributes are gone after closing and opening
    links       every file has one name
    exchange    one of two exchanged files is gone
    listing     long listings lack a name
    seek        where holes are is told, without what the kernel has not written back yet
    lazy        what was synced is written when the file is closed
    nosync      what was synced is written, but not synced beneath
    late        only the file itself is synced, not the name it was given
    leak        descriptors of closed files stay open
    hang        requests are not answered once nothing can be written beneath
"""

import ctypes
import errno
import os
import socket
import stat
import struct
import subprocess

LIBRARY = ctypes.CDLL(None, use_errno=True)
FOREVER, PAGE, FIRST = 1 << 30, 4096, 64 * 4096
IN, OUT = struct.Struct("<IIQQIIIHH"), struct.Struct("<IiQ")
ATTRIBUTES = struct.Struct("<6Q10I")
WRITEBACK, OPTIONS = 1 << 16, 1 | 8 | 32 | 1 << 16 | 1 << 18 | 1 << 19 | 1 << 22
NAMES = {
    1: "lookup", 2: "forget", 3: "getattr", 4: "setattr", 5: "readlink", 6: "symlink", 8: "mknod", 9: "mkdir", 10: "unlink",
    11: "rmdir", 12: "rename", 13: "link", 14: "open", 15: "read", 16: "write", 17: "statfs", 18: "release", 20: "fsync",
    21: "setxattr", 22: "getxattr", 23: "listxattr", 24: "removexattr", 25: "flush", 26: "init", 27: "opendir",
    28: "readdir", 29: "releasedir", 30: "fsyncdir", 35: "create", 36: "interrupt", 38: "destroy", 42: "batch_forget",
    43: "fallocate", 45: "rename2", 46: "lseek"}


def call(name, *words):
    result = getattr(LIBRARY, name)(*words)
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result


class Node:
    """A file, folder or link that the kernel knows: a descriptor that only names it, and one to work with."""

    __slots__ = ("number", "place", "file", "known", "opened", "beyond", "kept")

    def __init__(self, number, place):
        self.number, self.place, self.file, self.known, self.opened = number, place, None, 0, 0
        self.beyond, self.kept = b"", []

    def path(self):
        return f"/proc/self/fd/{self.place}"


class Passing:
    """Serves one mount until it is unmounted."""

    def __init__(self, beneath, folder, bug=""):
        self.bug = bug
        os.umask(0)
        root = Node(1, os.open(beneath, os.O_PATH | os.O_DIRECTORY))
        self.nodes, self.by_file, self.listings, self.next = {1: root}, {self.identity(root.place): 1}, {}, 2
        self.device = self.mounted(folder)

    @staticmethod
    def mounted(folder):
        """Mounts; through the helper where only root may. Gives the device."""
        if os.geteuid() == 0:
            device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
            options = f"fd={device},rootmode=40000,user_id=0,group_id={os.getegid()},default_permissions,allow_other"
            call("mount", b"standin", os.fsencode(folder), b"fuse.standin", 6, options.encode())
            return device
        mine, theirs = socket.socketpair()
        subprocess.run(["fusermount3", "-o", "fsname=standin,subtype=standin,default_permissions", "--", folder], check=True,
                       pass_fds=[theirs.fileno()], env={**os.environ, "_FUSE_COMMFD": str(theirs.fileno())})
        _, devices, _, _ = socket.recv_fds(mine, 1, 1)
        return devices[0]

    @staticmethod
    def identity(file):
        status = os.fstat(file)
        return status.st_dev, status.st_ino

    def serve(self):
        while True:
            try:
                request = os.read(self.device, (1 << 20) + PAGE)
            except OSError as error:
                if error.errno in (errno.EINTR, errno.ENOENT, errno.EAGAIN):
                    continue
                if error.errno == errno.ENODEV:
                    return
                raise
            _, kind, unique, number, owner, group, *_ = IN.unpack_from(request)
            name = NAMES.get(kind)
            if name in ("forget", "batch_forget", "interrupt"):
                getattr(self, name)(number, request[40:])
                continue
            try:
                # The kernel does not write back before it asks where holes are; without an answer it knows none.
                if name is None or name == "lseek" and self.bug != "seek":
                    raise OSError(errno.ENOSYS, "")
                self.caller = owner, group
                answer, error = getattr(self, name)(self.nodes.get(number), request[40:]) or b"", 0
            except OSError as failed:
                answer, error = b"", failed.errno or errno.EIO
                if self.bug == "hang" and error == errno.ENOSPC:
                    continue
            try:
                os.write(self.device, OUT.pack(16 + len(answer), -error, unique) + answer)
            except OSError as failed:
                if failed.errno not in (errno.ENOENT, errno.ENODEV):
                    raise

    # ---- nodes ----

    def entry(self, folder, name):
        """The answer with which the kernel gets to know a node."""
        place = os.open(name, os.O_PATH | os.O_NOFOLLOW, dir_fd=folder.place)
        identity = self.identity(place)
        node = self.nodes.get(self.by_file.get(identity))
        if node is None:
            node = Node(self.next, place)
            self.next += 1
            self.nodes[node.number], self.by_file[identity] = node, node.number
        elif self.bug != "leak":
            os.close(place)
        node.known += 1
        return struct.pack("<4Q2I", node.number, 0, FOREVER, FOREVER, 0, 0) + self.attributes(node), node

    def attributes(self, node):
        status = os.fstat(node.place)
        size = max([status.st_size, *(offset + len(data) for offset, data in node.kept)])
        links = 1 if self.bug == "links" and stat.S_ISREG(status.st_mode) and status.st_nlink else status.st_nlink
        times = [status.st_atime_ns, status.st_mtime_ns, status.st_ctime_ns]
        return ATTRIBUTES.pack(
            status.st_ino, size, status.st_blocks, *(time // 10 ** 9 & (1 << 64) - 1 for time in times),
            *(time % 10 ** 9 for time in times), status.st_mode, links, status.st_uid, status.st_gid, 0, PAGE, 0)

    def forget(self, number, body):
        node = self.nodes.get(number)
        if node is None or number == 1:
            return
        node.known -= struct.unpack_from("<Q", body)[0]
        if node.known <= 0:
            self.by_file.pop(self.identity(node.place), None)
            for file in (node.file, node.place):
                if file is not None:
                    os.close(file)
            del self.nodes[number]

    def batch_forget(self, _, body):
        for index in range(struct.unpack_from("<I", body)[0]):
            number, = struct.unpack_from("<Q", body, 8 + 16 * index)
            self.forget(number, body[16 + 16 * index:])

    def file(self, node):
        if node.file is None:
            try:
                node.file = os.open(node.path(), os.O_RDWR | os.O_CLOEXEC)
            except PermissionError:
                # The kernel has decided already who may, and reads what others only write.
                mode = stat.S_IMODE(os.fstat(node.place).st_mode)
                os.chmod(node.path(), mode | 0o600)
                node.file = os.open(node.path(), os.O_RDWR | os.O_CLOEXEC)
                os.chmod(node.path(), mode)
        return node.file

    # ---- questions ----

    def init(self, _, body):
        flags = struct.unpack_from("<4I", body)[3] & OPTIONS
        return struct.pack("<4I2H2I2H8I", 7, 31, 1 << 20, flags, 12, 9, 1 << 20, 1, 256, 0, *[0] * 8)

    def destroy(self, *_):
        pass

    def lookup(self, folder, body):
        return self.entry(folder, body[:-1])[0]

    def getattr(self, node, _):
        return struct.pack("<QII", FOREVER, 0, 0) + self.attributes(node)

    def readlink(self, node, _):
        buffer = ctypes.create_string_buffer(PAGE)
        length = call("readlinkat", node.place, b"", buffer, PAGE)
        return buffer.raw[:length]

    def statfs(self, *_):
        found = os.statvfs(self.nodes[1].path())
        return struct.pack("<5Q10I", found.f_blocks, found.f_bfree, found.f_bavail, found.f_files, found.f_ffree,
                           found.f_bsize, 255, found.f_frsize, *[0] * 7)

    # ---- attributes ----

    def setattr(self, node, body):
        (valid, _, _, size, _, accessed, modified, _, accessed_ns, modified_ns, _, mode, _, owner,
         group, _) = struct.unpack_from("<IIQQQQQQ8I", body)
        link = stat.S_ISLNK(os.fstat(node.place).st_mode)
        if valid & 6:
            call("fchownat", node.place, b"", ctypes.c_uint(owner if valid & 2 else 0xFFFFFFFF),
                 ctypes.c_uint(group if valid & 4 else 0xFFFFFFFF), 0x1000)
        if valid & 1:
            os.chmod(node.path(), mode & 0o7777)
        if valid & 8:
            self.cut(node, size)
        if valid & (16 | 32):
            now, leave = (1 << 30) - 1, (1 << 30) - 2
            if self.bug == "times" and not link:
                accessed_ns = modified_ns = 0
            times = struct.pack(
                "<qqqq", struct.unpack("<q", struct.pack("<Q", accessed))[0],
                now if valid & 128 else accessed_ns if valid & 16 else leave,
                struct.unpack("<q", struct.pack("<Q", modified))[0],
                now if valid & 256 else modified_ns if valid & 32 else leave)
            if link:
                call("utimensat", node.place, b"", times, 0x1000)
            else:
                call("utimensat", -100, os.fsencode(node.path()), times, 0)
        return self.getattr(node, b"")

    def cut(self, node, size):
        before = os.fstat(node.place).st_size
        if self.bug == "tail" and size < before:
            node.beyond = os.pread(self.file(node), min(PAGE, before - size), size)
        self.written(node)
        os.truncate(self.file(node), size)
        if self.bug == "tail" and size > before and node.beyond:
            os.pwrite(self.file(node), node.beyond[:size - before], before)
            node.beyond = b""

    def xattr_path(self, node):
        if stat.S_ISLNK(os.fstat(node.place).st_mode):
            raise OSError(errno.EOPNOTSUPP, "")
        return node.path()

    def setxattr(self, node, body):
        size, flags = struct.unpack_from("<II", body)
        name, value = body[8:].split(b"\0", 1)
        if self.bug == "forgetful":
            name = name.replace(b"user.", b"user.open-")
        os.setxattr(self.xattr_path(node), name, value[:size], flags)

    def getxattr(self, node, body):
        size, = struct.unpack_from("<I", body)
        name = body[8:-1]
        if self.bug == "forgetful":
            name = name.replace(b"user.", b"user.open-")
        return self.sized(os.getxattr(self.xattr_path(node), name), size)

    def listxattr(self, node, body):
        size, = struct.unpack_from("<I", body)
        names = b"".join(os.fsencode(name) + b"\0" for name in os.listxattr(self.xattr_path(node)))
        return self.sized(names.replace(b"user.open-", b"user."), size)

    @staticmethod
    def sized(value, size):
        if size == 0:
            return struct.pack("<II", len(value), 0)
        if len(value) > size:
            raise OSError(errno.ERANGE, "")
        return value

    def removexattr(self, node, body):
        name = body[:-1]
        os.removexattr(self.xattr_path(node), name.replace(b"user.", b"user.open-") if self.bug == "forgetful" else name)

    # ---- names ----

    def made(self, folder, name):
        """Gives what was just made its owner; the answer about it."""
        owner, group = self.caller
        if (owner, group) != (os.geteuid(), os.getegid()):
            inherited = os.stat(folder.path()).st_mode & stat.S_ISGID
            os.chown(name, owner, -1 if inherited else group, dir_fd=folder.place, follow_symlinks=False)
        return self.entry(folder, name)

    def mkdir(self, folder, body):
        mode, _ = struct.unpack_from("<II", body)
        os.mkdir(body[8:-1], mode, dir_fd=folder.place)
        # mkdir leaves out these bits, and the kernel asks for those that a folder inherits.
        if mode & 0o7000:
            inherited = os.stat(body[8:-1], dir_fd=folder.place).st_mode & stat.S_ISGID
            os.chmod(body[8:-1], mode & 0o7777 & ~stat.S_ISGID | inherited, dir_fd=folder.place)
        return self.made(folder, body[8:-1])[0]

    def mknod(self, folder, body):
        mode, _, _, _ = struct.unpack_from("<4I", body)
        os.mknod(body[16:-1], mode, dir_fd=folder.place)
        return self.made(folder, body[16:-1])[0]

    def symlink(self, folder, body):
        name, target, _ = body.split(b"\0")
        os.symlink(target, name, dir_fd=folder.place)
        return self.made(folder, name)[0]

    def link(self, folder, body):
        node, = struct.unpack_from("<Q", body)
        call("linkat", self.nodes[node].place, b"", folder.place, body[8:], 0x1000)
        return self.entry(folder, body[8:-1])[0]

    def unlink(self, folder, body):
        os.unlink(body[:-1], dir_fd=folder.place)

    def rmdir(self, folder, body):
        os.rmdir(body[:-1], dir_fd=folder.place)

    def renamed(self, folder, other, names, flags):
        old, new = names.split(b"\0")[:2]
        if self.bug == "exchange" and flags == 2:
            flags = 0
        call("renameat2", folder.place, old, self.nodes[other].place, new, flags)

    def rename(self, folder, body):
        self.renamed(folder, struct.unpack_from("<Q", body)[0], body[8:], 0)

    def rename2(self, folder, body):
        other, flags = struct.unpack_from("<QI", body)
        self.renamed(folder, other, body[16:], flags)

    def opendir(self, *_):
        self.next += 1
        return struct.pack("<QII", self.next, 0, 0)

    def readdir(self, node, body):
        handle, offset, size = struct.unpack_from("<QQI", body)
        if offset == 0:
            names = sorted(os.fsencode(name) for name in os.listdir(node.path()))
            if self.bug == "listing" and len(names) > 200:
                del names[150]
            self.listings[handle] = [b".", b"..", *names]
        answer = b""
        for index, name in enumerate(self.listings[handle][offset:], offset + 1):
            try:
                status = os.stat(name if name != b".." else b".", dir_fd=node.place, follow_symlinks=False)
                number, kind = status.st_ino, status.st_mode >> 12
            except FileNotFoundError:
                continue
            except PermissionError:
                # A folder that may be read and not gone through.
                number, kind = (1 << 32) - 1, 0
            entry = struct.pack("<QQII", number, index, len(name), kind) + name
            entry += bytes(-len(entry) % 8)
            if len(answer) + len(entry) > size:
                break
            answer += entry
        return answer

    def releasedir(self, _, body):
        self.listings.pop(struct.unpack_from("<Q", body)[0], None)

    def fsyncdir(self, node, _):
        if self.bug in ("nosync", "late"):
            return
        file = os.open(node.path(), os.O_RDONLY)
        os.fsync(file)
        os.close(file)

    # ---- contents ----

    def open(self, node, body):
        flags, = struct.unpack_from("<I", body)
        self.file(node)
        node.opened += 1
        if flags & os.O_TRUNC:
            self.cut(node, 0)
        return struct.pack("<QII", node.number, 2, 0)

    def create(self, folder, body):
        flags, mode, _, _ = struct.unpack_from("<4I", body)
        name = body[16:-1]
        os.close(os.open(name, os.O_RDWR | os.O_CREAT | flags & os.O_EXCL | os.O_CLOEXEC, mode & 0o7777,
                         dir_fd=folder.place))
        answer, node = self.made(folder, name)
        self.file(node)
        node.opened += 1
        return answer + struct.pack("<QII", node.number, 2, 0)

    def read(self, node, body):
        _, offset, size = struct.unpack_from("<QQI", body)
        self.written(node)
        return os.pread(self.file(node), size, offset)

    def write(self, node, body):
        _, offset, size = struct.unpack_from("<QQI", body)
        data = body[40:40 + size]
        if self.bug == "edge" and offset <= FIRST < offset + size:
            data = data[:FIRST - offset] + b"\0" + data[FIRST - offset + 1:]
        if self.bug == "lazy":
            node.kept.append((offset, data))
            return struct.pack("<II", size, 0)
        done = 0
        while done < len(data):
            done += os.pwrite(self.file(node), data[done:], offset + done)
        return struct.pack("<II", size, 0)

    def written(self, node):
        for offset, data in node.kept:
            os.pwrite(self.file(node), data, offset)
        node.kept = []

    def flush(self, *_):
        pass

    def release(self, node, _):
        node.opened -= 1
        if node.opened == 0 and node.file is not None:
            self.written(node)
            if self.bug != "leak":
                os.close(node.file)
            node.file = None

    def fsync(self, node, body):
        if self.bug == "orphan" and os.fstat(node.place).st_nlink == 0:
            raise OSError(errno.ENOENT, "")
        if self.bug in ("lazy", "nosync"):
            return
        _, flags = struct.unpack_from("<QI", body)
        (os.fdatasync if flags & 1 else os.fsync)(self.file(node))

    def fallocate(self, node, body):
        _, offset, length, mode = struct.unpack_from("<QQQI", body)
        self.written(node)
        if self.bug == "hole" and mode & 2:
            length = max(1, length - PAGE)
        call("fallocate64", self.file(node), mode, ctypes.c_int64(offset), ctypes.c_int64(length))

    def lseek(self, node, body):
        _, offset, whence = struct.unpack_from("<QQI", body)
        return struct.pack("<Q", os.lseek(self.file(node), offset, whence))
