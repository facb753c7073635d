"""One of the two folders that operations are tried on, with what is open in it. What an operation gives can be compared
with what it gives on the other."""

import ctypes
import errno
import hashlib
import os
import random
import stat
import threading

POOL = random.Random("contents").randbytes(3 << 20)
LIBRARY = ctypes.CDLL(None, use_errno=True)
PAGE = 4096
TOO_LARGE = 20 << 20    # files longer than this are not appended to
MAPPED = 34 << 20
LIBRARY.mmap64.restype = ctypes.c_void_p


def contents(fill, length):
    return POOL[fill:fill + length]


def sign(data):
    """Contents short enough to be told in a message."""
    return data if len(data) <= 32 else (len(data), hashlib.blake2b(data, digest_size=8).hexdigest())


def call(name, *words):
    """A call of the C library that Python lacks."""
    result = getattr(LIBRARY, name)(*words)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def fallocate(file, mode, offset, length):
    call("fallocate64", file, mode, ctypes.c_int64(offset), ctypes.c_int64(length))


def mapping(file, length):
    """Maps a file, shared and to be written, also beyond its end, which Python itself does not."""
    place = LIBRARY.mmap64(None, ctypes.c_size_t(length), 3, 1, file, ctypes.c_int64(0))
    if place == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return place


class Side:
    """A folder and the descriptors and mappings of one run. Every operation is a method."""

    def __init__(self, top, begun):
        self.top, self.begun = os.fsencode(top), begun
        self.files, self.maps = {}, {}

    def do(self, operation):
        """Does it; gives its result or its error."""
        try:
            return getattr(self, "on_" + operation[0])(*operation[1:])
        except OSError as error:
            if error.errno is None:
                raise
            # POSIX leaves the choice between these two.
            number = errno.ENOTEMPTY if error.errno == errno.EEXIST and operation[0] in ("rename", "rmdir") else error.errno
            return "error " + errno.errorcode.get(number, str(number))

    def at(self, path):
        return os.path.join(self.top, path) if path else self.top

    def file(self, slot):
        if slot not in self.files:
            raise OSError(errno.EBADF, "")
        return self.files[slot]

    def leave(self):
        """Lets go of everything; what is dead answers with errors, which no longer matter."""
        for index in list(self.maps):
            self.on_unmap(index)
        for file in self.files.values():
            try:
                os.close(file)
            except OSError:
                pass
        self.files = {}

    def facts(self, status):
        """What both sides must agree on."""
        kind = stat.S_IFMT(status.st_mode)
        size = None if stat.S_ISDIR(kind) else status.st_size
        return oct(status.st_mode), status.st_nlink, status.st_uid, status.st_gid, size, self.when(status)

    def when(self, status):
        """A time that was set is the same on both; one that came by itself is only later than the beginning."""
        return status.st_mtime_ns if status.st_mtime_ns < self.begun else "now"

    # ---- contents ----

    def on_open(self, slot, path, flags, mode):
        if slot in self.files:
            os.close(self.files.pop(slot))
        file = os.open(self.at(path), flags | os.O_CLOEXEC, mode)
        if stat.S_ISDIR(os.fstat(file).st_mode):
            os.close(file)
            return "a folder"
        self.files[slot] = file
        return self.facts(os.fstat(file))

    def on_close(self, slot):
        file = self.file(slot)
        del self.files[slot]
        os.close(file)

    def on_pwrite(self, slot, offset, length, fill):
        file = self.file(slot)
        return os.pwrite(file, contents(fill, length), offset), os.fstat(file).st_size

    def on_write(self, slot, length, fill):
        file = self.file(slot)
        if os.fstat(file).st_size > TOO_LARGE:
            return "long enough"
        return os.write(file, contents(fill, length)), os.lseek(file, 0, os.SEEK_CUR), os.fstat(file).st_size

    def on_pread(self, slot, offset, length):
        return sign(os.pread(self.file(slot), length, offset))

    def on_seek(self, slot, offset, hole):
        """Where holes are is the file system's own affair, but what it says must be true."""
        file = self.file(slot)
        size = os.fstat(file).st_size
        if offset >= size:
            return os.lseek(file, offset, os.SEEK_HOLE if hole else os.SEEK_DATA)
        try:
            found = os.lseek(file, offset, os.SEEK_HOLE if hole else os.SEEK_DATA)
        except OSError as error:
            if hole or error.errno != errno.ENXIO:
                raise
            found = size
        finally:
            os.lseek(file, 0, os.SEEK_SET)
        if not offset <= found <= size:
            return f"found {found}, searched from {offset} in {size} bytes"
        if hole:
            # Up to the end of its page a hole is empty; at the end of the file is the last one.
            empty = os.pread(file, min(PAGE - found % PAGE, size - found), found)
        else:
            empty = os.pread(file, found - offset, offset)
        return "true" if not any(empty) else f"data said to be a hole near {found}"

    def on_truncate(self, path, size):
        os.truncate(self.at(path), size)
        return self.facts(os.stat(self.at(path)))

    def on_ftruncate(self, slot, size):
        os.ftruncate(self.file(slot), size)
        return self.facts(os.fstat(self.file(slot)))

    def on_map(self, index, slot):
        """A mapping as long as files become: what lies beyond the end is not touched."""
        file = os.dup(self.file(slot))
        self.on_unmap(index)
        try:
            self.maps[index] = mapping(file, MAPPED), file
        except OSError:
            os.close(file)
            raise

    def mapped(self, index, offset, length, page=1):
        """A place in a mapping, its file, and how much of a range is within it. What is beyond begins anew."""
        if index not in self.maps:
            raise OSError(errno.EBADF, "")
        memory, file = self.maps[index]
        size = os.fstat(file).st_size
        offset = offset % size // page * page if size else 0
        return memory + offset, file, max(0, min(offset + length, size, MAPPED) - offset)

    def on_mapwrite(self, index, offset, length, fill):
        place, file, length = self.mapped(index, offset, length)
        ctypes.memmove(place, contents(fill, length), length)
        # When the time of a mapped change is taken is the kernel's affair.
        os.utime(file)
        return length

    def on_mapread(self, index, offset, length):
        place, _, length = self.mapped(index, offset, length)
        return sign(ctypes.string_at(place, length))

    def on_mapsync(self, index, offset, length):
        place, _, length = self.mapped(index, offset, length, PAGE)
        if length:
            call("msync", ctypes.c_void_p(place), ctypes.c_size_t(length), 4)

    def on_unmap(self, index):
        if index in self.maps:
            memory, file = self.maps.pop(index)
            LIBRARY.munmap(ctypes.c_void_p(memory), ctypes.c_size_t(MAPPED))
            try:
                os.close(file)
            except OSError:
                pass

    def on_sync(self, slot, data):
        (os.fdatasync if data else os.fsync)(self.file(slot))

    def on_syncfolder(self, path):
        file = os.open(self.at(path), os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(file)
        finally:
            os.close(file)

    def on_allocate(self, slot, mode, offset, length):
        file = self.file(slot)
        fallocate(file, mode, offset, length)
        return os.fstat(file).st_size

    def on_copy(self, slot, other, offset, to, length):
        one, two = self.file(slot), self.file(other)
        if os.path.samestat(os.fstat(one), os.fstat(two)) and abs(offset - to) < length:
            return "overlaps"
        done = 0
        while done < length:
            now = os.copy_file_range(one, two, length - done, offset + done, to + done)
            if now == 0:
                break
            done += now
        return done, os.fstat(two).st_size

    def on_burst(self, path, kind, style, fill):
        """Several write at once: apart in one file, or by appending records."""
        path, choice = self.at(path), random.Random(fill)
        flags = os.O_RDWR | os.O_CREAT | (os.O_APPEND if style == "append" else 0)
        os.close(os.open(path, flags, 0o644))
        os.truncate(path, 0)
        count, records = 4, 40
        work = [[choice.randint(1, 9000) for _ in range(records)] for _ in range(count)]

        def one(number):
            file = os.open(path, flags)
            for index, length in enumerate(work[number]):
                if style == "append":
                    os.write(file, bytes([number, index]) * 256)
                else:
                    # Each has a place of its own in each page range, and none a page of its own.
                    os.pwrite(file, contents(fill + number, length), (index * count + number) * 9001)
            if number == 0:
                os.fsync(file)
            os.close(file)

        together(kind, one, count)
        with open(path, "rb") as file:
            data = file.read()
        if style == "append":
            data = b"".join(sorted(data[at:at + 512] for at in range(0, len(data), 512)))
            with open(path, "wb") as file:
                file.write(data)
        return sign(data)

    # ---- names ----

    def on_rename(self, old, new):
        os.rename(self.at(old), self.at(new))

    def on_rename2(self, old, new, flags):
        call("renameat2", -100, self.at(old), -100, self.at(new), flags)

    def on_replace(self, path, length, fill, sync):
        beside = self.at(path) + b".tmp" if len(os.path.basename(path)) < 250 else self.at(path)[:-4] + b".tmp"
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(file, contents(fill, length))
        if sync:
            os.fsync(file)
        os.close(file)
        try:
            os.rename(beside, self.at(path))
        finally:
            if os.path.lexists(beside):
                os.unlink(beside)
        return self.facts(os.lstat(self.at(path)))

    def on_orphan(self, slot, path, offset, length, fill):
        file = self.file(slot)
        try:
            os.unlink(self.at(path))
        except FileNotFoundError:
            pass
        before = os.fstat(file).st_nlink
        written = os.pwrite(file, contents(fill, length), offset)
        read = os.pread(file, length + 100, max(0, offset - 50))
        os.fsync(file)
        return before, written, sign(read), os.fstat(file).st_size

    def on_unlink(self, path):
        os.unlink(self.at(path))

    def on_link(self, old, new):
        os.link(self.at(old), self.at(new), follow_symlinks=False)
        return os.lstat(self.at(old)).st_nlink

    def on_symlink(self, target, path):
        os.symlink(target, self.at(path))
        return os.lstat(self.at(path)).st_size

    def on_readlink(self, path):
        return os.readlink(self.at(path))

    def on_mkdir(self, path, mode):
        os.mkdir(self.at(path), mode)
        return self.facts(os.stat(self.at(path)))

    def on_rmdir(self, path):
        os.rmdir(self.at(path))

    def on_crowd(self, path, count):
        top = self.at(path)
        os.mkdir(top)
        for number in range(count):
            os.close(os.open(top + b"/%d" % number, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
        seen = sorted(os.listdir(top))
        with os.scandir(top) as entries:
            for entry in entries:
                os.unlink(entry.path)
        os.rmdir(top)
        return sign(b"\0".join(seen))

    def on_churn(self, path, count, fill):
        top, found = self.at(path), []
        os.mkdir(top)
        for number in range(count):
            one = top + b"/%d" % number
            file = os.open(one, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
            os.write(file, contents(fill, number * 997))
            os.fsync(file)
            os.close(file)
            os.rename(one, one + b" moved")
            os.truncate(one + b" moved", number * 100)
            with open(one + b" moved", "rb") as again:
                found.append(sign(again.read()))
        for number in range(count):
            os.unlink(top + b"/%d moved" % number)
        os.rmdir(top)
        return sign(repr(found).encode())

    def on_list(self, path):
        """Listed twice, by one descriptor: the second time must be whole as well."""
        file = os.open(self.at(path), os.O_RDONLY | os.O_DIRECTORY)
        try:
            first = sorted(os.fsencode(name) for name in os.listdir(file))
            again = sorted(os.fsencode(name) for name in os.listdir(file))
        finally:
            os.close(file)
        return first if first == again else (first, again)

    # ---- attributes ----

    def on_chmod(self, path, mode):
        os.chmod(self.at(path), mode)
        return self.facts(os.stat(self.at(path)))

    def on_chown(self, path, owner, group, follow):
        os.chown(self.at(path), owner, group, follow_symlinks=follow)
        return self.facts(os.stat(self.at(path), follow_symlinks=follow))

    def on_times(self, path, accessed, modified, follow):
        os.utime(self.at(path), ns=(accessed, modified), follow_symlinks=follow)
        status = os.stat(self.at(path), follow_symlinks=follow)
        return status.st_atime_ns, status.st_mtime_ns

    def on_setxattr(self, path, name, length, fill, flags):
        os.setxattr(self.at(path), name, contents(fill, length), flags, follow_symlinks=False)

    def on_getxattr(self, path, name):
        return sign(os.getxattr(self.at(path), name, follow_symlinks=False))

    def on_removexattr(self, path, name):
        os.removexattr(self.at(path), name, follow_symlinks=False)

    # ---- asking ----

    def on_stat(self, path, follow):
        return self.facts(os.stat(self.at(path), follow_symlinks=follow))

    def on_fstat(self, slot):
        return self.facts(os.fstat(self.file(slot)))


def together(kind, work, count):
    """Does work in so many threads or processes at once; an error in any is an error."""
    if kind == "threads":
        errors = []

        def guarded(number):
            try:
                work(number)
            except OSError as error:
                errors.append(error)

        threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]
        return
    children = []
    for number in range(count):
        child = os.fork()
        if child == 0:
            status = 0
            try:
                work(number)
            except OSError as error:
                status = error.errno or 255
            finally:
                os._exit(status)
        children.append(child)
    ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    for end in ends:
        if end:
            raise OSError(end if end > 0 else errno.EIO, f"a writer ended with {end}")

