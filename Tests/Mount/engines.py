"""SQLite on a mount: locks, two processes, killed writers, a killed server, a torn log."""

import fcntl
import mmap
import os
import random
import shutil
import sqlite3
import struct

import databases
import mounts
from databases import Child

PLACE = 37    # F_OFD_SETLK


class Engines:
    """The checks on one mount. Each gives what is wrong, or None."""

    def __init__(self, given, mount, plain):
        self.given, self.mount, self.plain = given, mount, plain
        self.choice = random.Random(f"engines {given.seed}")
        self.name = f"engines-{os.getpid()}-{given.seed}"
        self.folder = os.path.join(mount.folder, self.name)

    def checks(self):
        for kind in ("flock", "fcntl", "ofd"):
            yield f"locks by {kind}", lambda kind=kind: self.locked(kind)
        yield "a mapping is seen by reading", self.mapped
        for mode in ("wal", "delete"):
            yield f"two writers, {mode}", lambda mode=mode: self.together(mode, 2, False)
            yield f"writer and reader, {mode}", lambda mode=mode: self.together(mode, 1, True)
            yield f"killed writers, {mode}", lambda mode=mode: self.killed_writers(mode)
            yield f"killed server, {mode}", lambda mode=mode: self.killed_server(mode)
        for kind in ("zeroed", "garbled"):
            yield f"a log that is torn by the application, {kind}", lambda kind=kind: self.torn(kind)
            yield f"a log that is torn beneath, {kind}", lambda kind=kind: self.torn_beneath(kind)

    def path(self, name):
        return os.path.join(self.folder, name)

    # ---- locks ----

    def locked(self, kind):
        path = self.path(kind)
        with open(path, "wb") as file:
            file.write(bytes(4096))

        def take(file):
            if kind == "flock":
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            elif kind == "fcntl":
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, 0)
            else:
                fcntl.fcntl(file, PLACE, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 10, 0))

        def other(say):
            with open(path, "r+b") as file:
                take(file)
                say("taken")

        with open(path, "r+b") as file:
            take(file)
            if Child(other).end() == ["taken"]:
                return "two processes have the same lock"
        return None if Child(other).end() == ["taken"] else "a lock outlives the process that had it"

    def mapped(self):
        path, (asked, answer), (done, go_on) = self.path("mapped"), os.pipe(), os.pipe()
        with open(path, "wb") as file:
            file.write(bytes(65536))

        def other(say):
            os.read(asked, 1)
            with open(path, "rb", buffering=0) as file:
                say(os.pread(file.fileno(), 5, 5000).decode())

        child = Child(other)
        with open(path, "r+b") as file, mmap.mmap(file.fileno(), 65536) as memory:
            memory[5000:5005] = b"hello"
            os.write(answer, b"x")
            said = child.end()
        for file in (asked, answer, done, go_on):
            os.close(file)
        return None if said == ["hello"] else f"another process reads {said}"

    # ---- processes ----

    def together(self, mode, writers, reader):
        path = self.path(f"together-{mode}-{writers}.db")
        databases.make(path, mode)
        children = [Child(databases.write, path, mode, writer, self.given.rows) for writer in range(writers)]
        looking = Child(databases.read, path, self.given.rows) if reader else None
        counts, errors = {}, []
        for writer, child in enumerate(children):
            counts[writer], wrong = databases.acknowledged(child.end())
            errors += wrong
            if counts[writer] != self.given.rows and not wrong:
                errors.append(f"writer {writer} ended with {child.status} after {counts[writer]} rows")
        if looking:
            errors += looking.end()
        return errors[0] if errors else databases.problem(path, counts)

    def killed_writers(self, mode):
        path, counts = self.path(f"killed-{mode}.db"), {}
        databases.make(path, mode)
        for writer in range(self.given.kills):
            child = Child(databases.write, path, mode, writer, 1 << 30)
            child.until(self.choice.randrange(1, 25))
            counts[writer], errors = databases.acknowledged(child.end(killed=True))
            wrong = errors[0] if errors else databases.problem(path, counts)
            if wrong:
                return f"kill {writer + 1}: {wrong}"
        return None

    def killed_server(self, mode):
        path, counts = self.path(f"server-{mode}.db"), {}
        databases.make(path, mode)
        for writer in range(self.given.kills):
            child = Child(databases.write, path, mode, writer, 1 << 30)
            child.until(self.choice.randrange(1, 40))
            server = self.mount.pid()
            if server is None:
                child.end(killed=True)
                raise mounts.Missing("no serving process is known")
            mounts.kill(server)
            # Its next word may be that the server is gone, which it does not have to wait for.
            counts[writer], _ = databases.acknowledged(child.end(killed=True))
            self.mount.recover()
            wrong = databases.problem(path, counts)
            if wrong:
                return f"kill {writer + 1}: {wrong}"
        return None

    # ---- torn logs ----

    def torn_log(self, folder, name):
        """A database whose writer was killed, with every row still in the log; how many were acknowledged."""
        path = os.path.join(folder, name)
        databases.make(path, "wal")
        child = Child(databases.write, path, "wal", 1, 1 << 30, "FULL", False)
        child.until(300)
        count, errors = databases.acknowledged(child.end(killed=True))
        if errors:
            raise mounts.Wrong(errors[0])
        return path, count

    def torn(self, kind):
        """Torn in the same place on both, so that the same rows must be left."""
        name = f"torn-{kind}.db"
        path, _ = self.torn_log(os.path.join(self.plain.folder, self.name), name)
        for end in ("", "-wal"):
            shutil.copyfile(path + end, self.path(name) + end)
        for log in (path + "-wal", self.path(name) + "-wal"):
            tear(log, kind)
        # Left over from the writer; what is in it is of no use to another.
        os.unlink(path + "-shm")
        self.mount.remount()
        wanted, found = databases.rows(path), databases.rows(self.path(name))
        if wanted != found:
            return f"{found} rows are left, {wanted} on the plain disk"
        return databases.problem(self.path(name), {})

    def torn_beneath(self, kind):
        """The server dies, and of what was written last beneath the end is torn: no more is lost than on a plain disk."""
        if not self.mount.disk:
            raise mounts.Missing("what lies beneath cannot be copied")
        name = f"beneath-{kind}.db"
        path, count = self.torn_log(os.path.join(self.plain.folder, self.name), name)
        tear(path + "-wal", kind)
        os.unlink(path + "-shm")
        lost = count - databases.rows(path)
        self.mount.remount()
        before = times(self.mount.beneath)
        _, count = self.torn_log(self.folder, name)
        mounts.kill(self.mount.pid())
        changed = [one for one, when in times(self.mount.beneath).items() if before.get(one) != when]
        mounts.detach(self.mount.folder)
        copy = self.mount.kept()
        for number, one in enumerate(changed):
            if number:
                self.mount.put_back(copy)
            tear(os.path.join(self.mount.beneath, one), kind)
            self.mount.open()
            wrong = databases.problem(self.path(name), {})
            left = databases.rows(self.path(name)) if not wrong else 0
            # Where exactly a sector lies in a log is not the same in ours.
            if not wrong and count - left > lost + (15 if kind == "garbled" else 0):
                wrong = f"{count - left} of {count} rows are lost, {lost} on the plain disk"
            if wrong:
                return f"{one!r} torn: {wrong}"
            if number + 1 < len(changed):
                mounts.kill(self.mount.pid())
                mounts.detach(self.mount.folder)
        return None


def times(folder):
    """When each file below a folder was changed last."""
    found = {}
    for path, _, names in os.walk(folder):
        for name in names:
            whole = os.path.join(path, name)
            status = os.lstat(whole)
            found[os.path.relpath(whole, folder)] = status.st_mtime_ns, status.st_ctime_ns
    return found


def tear(path, kind):
    """What a power cut leaves of what was written last: its last 700 bytes zero, or a sector of its last tenth other."""
    with open(path, "r+b") as file:
        data = file.read()
        end = len(data.rstrip(b"\0"))
        if end < 700:
            return
        if kind == "zeroed":
            file.seek(end - 700)
            file.write(bytes(700))
        else:
            file.seek((end - end // 20) // 512 * 512)
            file.write(bytes(byte ^ 0x5A for byte in data[(end - end // 20) // 512 * 512:][:512]))


def run(given, mount, plain):
    engines = Engines(given, mount, plain)
    lines, folders = [], [engines.folder, os.path.join(plain.folder, engines.name)]
    for folder in folders:
        os.mkdir(folder)
    for title, check in engines.checks():
        if given.only and given.only not in title:
            continue
        try:
            wrong = check()
        except mounts.Missing as missing:
            print(f"  not tried: {title}: {missing}")
            continue
        except (sqlite3.Error, OSError, mounts.Wrong) as error:
            wrong = f"{type(error).__name__}: {error}"
        print(f"  {title}: {'goes wrong' if wrong else 'holds'}", flush=True)
        if wrong:
            lines.append(f"{title}: {wrong}")
            if not os.path.isdir(engines.folder):
                break
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    return lines
