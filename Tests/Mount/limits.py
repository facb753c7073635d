"""A mount at its limits: many threads, many files, long names, huge sparse files, no room, nothing beneath any more,
hours of work, and users who are not root."""

import errno
import hashlib
import mmap
import os
import random
import select
import shlex
import shutil
import signal
import subprocess
import sys
import threading

import mounts
from databases import Child
from side import fallocate

OTHER = 1000    # a user who is not root


class Limits:
    """The checks. Each gives what is wrong, or None. Those that spoil a mount put one up for themselves."""

    def __init__(self, given, mount, fresh, scratch):
        self.given, self.mount, self.scratch = given, mount, scratch
        self.making, self.servers = fresh, [mount.pid()]
        self.top, self.disks = os.path.join(mount.folder, f"limits-{os.getpid()}"), 0

    def checks(self):
        yield "threads", self.threads
        yield "many files", self.many
        yield "sparse file", self.sparse
        yield "names", self.names
        yield "flat", self.flat
        yield "disk full", self.full
        yield "reserve", self.reserve
        yield "gone beneath", self.gone
        yield "open to others", self.others
        yield "ordinary user", self.ordinary
        yield "user namespace", self.namespace

    def fresh(self, place, others=False):
        """Another mount, for one check alone."""
        made = self.making(place, others)
        self.servers.append(made.pid())
        return made

    def path(self, *names):
        return os.path.join(self.top, *names)

    def watched(self, check):
        """Does a check; where it hangs for ever, kills what does not answer."""
        hanging = []

        def end():
            hanging.append(True)
            for server in self.servers:
                if server:
                    mounts.kill(server)

        timer = threading.Timer(self.given.patience, end)
        timer.start()
        try:
            wrong = check()
        except (OSError, mounts.Wrong):
            if not hanging:
                raise
        finally:
            timer.cancel()
        return f"hangs for {self.given.patience} seconds" if hanging else wrong

    # ---- much at once ----

    def threads(self):
        """64 threads, each on a file of its own and all on one."""
        count, rounds, wrong = 64, self.given.rounds, []
        shared = os.open(self.path("shared"), os.O_RDWR | os.O_CREAT, 0o644)

        def work(number):
            choice, own = random.Random(number), self.path(f"thread-{number}")
            kept = {}
            try:
                for turn in range(rounds):
                    data = choice.randbytes(choice.randint(1, 20_000))
                    name = f"{own}-{turn % 7}"
                    with open(name + ".tmp", "wb") as file:
                        file.write(data)
                        if turn % 5 == 0:
                            file.flush()
                            os.fsync(file.fileno())
                    os.rename(name + ".tmp", name)
                    kept[name] = data
                    os.pwrite(shared, bytes([number]) * 4096, (turn * count + number) * 4096)
                    other = choice.choice(list(kept))
                    if turn % 11 == 3:
                        os.unlink(other)
                        del kept[other]
                    else:
                        with open(other, "rb") as file:
                            if file.read() != kept[other]:
                                wrong.append(f"{other} has other contents")
                    os.listdir(self.top)
                for name, data in kept.items():
                    with open(name, "rb") as file:
                        if file.read() != data:
                            wrong.append(f"{name} has other contents at the end")
            except OSError as error:
                wrong.append(str(error))

        running = [threading.Thread(target=work, args=(number,)) for number in range(count)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        for index in range(count * rounds):
            if os.pread(shared, 4096, index * 4096) != bytes([index % count]) * 4096:
                wrong.append(f"page {index} of the shared file is another's")
                break
        os.close(shared)
        return wrong[0] if wrong else None

    def many(self):
        """So many files in a few folders, one of them crowded; there after closing, and gone after removing."""
        count, crowd = self.given.files, self.given.files // 2
        places = [self.path("many", "crowd" if number < crowd else f"{number // 1000}", f"{number}")
                  for number in range(count)]
        for number, path in enumerate(places):
            if number >= crowd and number % 1000 == 0 or number == crowd or number == 0:
                os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb", buffering=0) as file:
                file.write(b"%d" % number)
        self.mount.remount()
        if sorted(os.listdir(self.path("many", "crowd"))) != sorted(str(number) for number in range(crowd)):
            return "the crowded folder does not list what was made"
        for number in range(0, count, 97):
            with open(places[number], "rb") as file:
                if file.read() != b"%d" % number:
                    return f"file {number} has other contents"
        shutil.rmtree(self.path("many"))
        return None

    def sparse(self):
        """A file of 20 GiB with little in it takes little beneath."""
        path, size = self.path("sparse"), self.given.gibibytes << 30
        before = taken(self.mount.beneath)
        wanted = {0: b"begin", (256 << 10) - 2: b"edge", size // 2 + 12345: b"middle", size - 3: b"end"}
        with open(path, "wb", buffering=0) as file:
            file.truncate(size)
            for place, data in wanted.items():
                os.pwrite(file.fileno(), data, place)
            os.fsync(file.fileno())
        self.mount.remount()
        with open(path, "rb", buffering=0) as file:
            length = os.fstat(file.fileno()).st_size
            if length != size:
                return f"the file has {length} bytes, not {size}"
            for place, data in wanted.items():
                if os.pread(file.fileno(), len(data), place) != data[:size - place]:
                    return f"what was written at {place} is not there"
            for place in (4096, size // 3, size - (1 << 20)):
                if any(os.pread(file.fileno(), 65536, place)):
                    return f"the hole at {place} is not empty"
        after = taken(self.mount.beneath)
        if after - before > 64 << 20:
            return f"it takes {(after - before) >> 20} MiB beneath"
        os.truncate(path, 1)
        os.unlink(path)
        return None

    def names(self):
        """Names as long as they may be, of any bytes, far down; and what is too long is refused."""
        top = os.fsencode(self.path("names"))
        os.mkdir(top)
        names = [b"n" * 255, b"\xff" * 255, "ü".encode() * 127, *(b"n" * length for length in range(130, 255, 9)),
                 bytes(range(1, 47)) + bytes(range(48, 256)), b"-", b"...", b" ", b"con.", b"A", b"a"]
        for name in names:
            with open(os.path.join(top, name), "wb") as file:
                file.write(name)
        deep, depth = top, 0
        while len(deep) + 256 < 4000:
            deep, depth = os.path.join(deep, b"d%d" % depth + b"x" * 240), depth + 1
            os.mkdir(deep)
        os.symlink(b"t" * 4000, os.path.join(top, b"link"))
        for name, number in ((b"n" * 256, errno.ENAMETOOLONG),):
            try:
                os.mkdir(os.path.join(top, name))
                return "a name of 256 bytes is taken"
            except OSError as error:
                if error.errno != number:
                    return f"a name of 256 bytes: {error.strerror}"
        self.mount.remount()
        found = set(os.listdir(top)) - {b"link", b"d0" + b"x" * 240}
        if found != set(names):
            return f"{sorted(set(names) ^ found)[:3]} are missing or too much"
        for name in names:
            with open(os.path.join(top, name), "rb") as file:
                if file.read() != name:
                    return f"{name!r} has other contents"
        if not os.path.isdir(deep):
            return "the deepest folder is gone"
        return None if os.readlink(os.path.join(top, b"link")) == b"t" * 4000 else "the long link leads elsewhere"

    def flat(self):
        """Descriptors and memory of the server stay as they are, however long it works."""
        server = self.mount.pid()
        if server is None:
            raise mounts.Missing("no serving process is known")

        def work():
            top = self.path("flat")
            os.mkdir(top)
            for number in range(60):
                path = os.path.join(top, f"{number}")
                with open(path, "wb") as file:
                    file.write(os.urandom(number * 997))
                    file.flush()
                    os.fsync(file.fileno())
                os.rename(path, path + " moved")
                os.truncate(path + " moved", number * 100)
                with open(path + " moved", "rb") as file:
                    file.read()
            shutil.rmtree(top)

        def forgotten():
            # What the kernel remembers of files keeps them open beneath.
            if os.geteuid() == 0:
                with open("/proc/sys/vm/drop_caches", "w") as file:
                    file.write("2")
            return len(os.listdir(f"/proc/{server}/fd")), memory(server)

        for _ in range(max(3, self.given.turns // 4)):
            work()
        before = forgotten()
        for _ in range(self.given.turns):
            work()
        after = forgotten()
        if after[0] > before[0] + 16:
            return f"the server had {before[0]} descriptors open, and has {after[0]} after {self.given.turns} turns"
        if after[1] > before[1] * 1.25 + (16 << 20):
            return f"the server took {before[1] >> 20} MiB, and takes {after[1] >> 20} after {self.given.turns} turns"
        return None

    # ---- no room ----

    def disk(self, mebibytes):
        """A disk of its own, so that it can be filled, with a mount of its own on it."""
        self.disks += 1
        top = os.path.join(self.scratch, f"disk-{self.disks}")
        os.makedirs(top)
        image = top + ".image"
        with open(image, "wb") as file:
            file.truncate(mebibytes << 20)
        made = subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", image], capture_output=True, text=True)
        if made.returncode:
            raise mounts.Missing(f"no disk can be made: {made.stderr.strip()}")
        done = subprocess.run(["mount", "-o", "loop", image, top], capture_output=True, text=True)
        if done.returncode:
            raise mounts.Missing(f"no disk can be mounted: {done.stderr.strip()}")
        return top

    def on_disk(self, mebibytes, work):
        top, mount = self.disk(mebibytes), None
        try:
            mount = self.fresh(top)
            return work(mount, top)
        finally:
            if mount:
                mount.end()
            mounts.detach(top)

    def full(self):
        """Filled through the mount: what was synced stays, the rest is refused with ENOSPC, and room is taken again."""
        def work(mount, top):
            kept, said, number = {}, None, 0
            while said is None and number < 4000:
                data, path = os.urandom(1 << 20 if number % 3 else 3000), os.path.join(mount.folder, f"{number}")
                try:
                    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
                    try:
                        rest = data
                        while rest:
                            rest = rest[os.write(file, rest):]
                        os.fsync(file)
                    finally:
                        os.close(file)
                    kept[path] = hashlib.blake2b(data).digest()
                except OSError as error:
                    said = error
                number += 1
            if said is None or said.errno != errno.ENOSPC:
                return f"a full disk is answered with {said}"
            wrong = changed(kept)
            if wrong:
                return f"on a full disk, {wrong}"
            for path in list(kept)[::2]:
                os.unlink(path)
                del kept[path]

            def again():
                try:
                    with open(os.path.join(mount.folder, "again"), "wb") as file:
                        file.write(b"there is room")
                        file.flush()
                        os.fsync(file.fileno())
                    return True
                except OSError:
                    return False

            mounts.until("once there is room again, something can be written", again, 30)
            mount.remount()
            return changed(kept)

        return self.on_disk(self.given.disk, work)

    def reserve(self):
        """Somebody else fills the disk: what the kernel has accepted, mapped or written, is kept all the same."""
        if self.mount.name not in ("sotto", "stand-in"):
            raise mounts.Missing("only our own has a reserve")

        def work(mount, top):
            size = 8 << 20
            written, mapped = os.path.join(mount.folder, "written"), os.path.join(mount.folder, "mapped")
            data = os.urandom(size)
            with open(mapped, "wb") as file:
                file.truncate(size)
            one = os.open(written, os.O_RDWR | os.O_CREAT, 0o644)
            two = os.open(mapped, os.O_RDWR)
            os.write(one, data)
            with mmap.mmap(two, size) as memory:
                memory[:] = data
                filled(top)
                try:
                    os.fsync(one)
                    memory.flush()
                    os.fsync(two)
                except OSError as error:
                    return f"what was accepted before the disk was full is refused: {error.strerror}"
            os.close(one)
            os.close(two)
            try:
                with open(os.path.join(mount.folder, "more"), "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                return "on a full disk, new files are taken"
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    return f"on a full disk, a new file is answered with {error.strerror}"
            os.unlink(os.path.join(top, "somebody's film"))
            mount.remount()
            return changed({path: hashlib.blake2b(data).digest() for path in (written, mapped)})

        return self.on_disk(max(self.given.disk, 300), work)

    # ---- nothing beneath ----

    def gone(self):
        """What lies beneath is removed: every answer comes, and the mount can be taken away."""
        mount = self.fresh(os.path.join(self.scratch, "gone"))
        if not mount.beneath:
            mount.end()
            raise mounts.Missing("nothing lies beneath")
        try:
            for number in range(20):
                with open(os.path.join(mount.folder, f"{number}"), "wb") as file:
                    file.write(os.urandom(20_000))
            held = os.open(os.path.join(mount.folder, "0"), os.O_RDWR)
            os.fsync(held)
            server = mount.pid()
            mounts.clear(mount.beneath)

            def work(say):
                tries = [lambda: os.listdir(mount.folder), lambda: os.stat(os.path.join(mount.folder, "1")),
                         lambda: os.pread(held, 10, 0), lambda: os.pwrite(held, b"x" * 5000, 4000),
                         lambda: os.fsync(held), lambda: open(os.path.join(mount.folder, "2"), "rb").read(),
                         lambda: open(os.path.join(mount.folder, "new"), "wb").write(b"x" * 9000),
                         lambda: os.mkdir(os.path.join(mount.folder, "folder")),
                         lambda: os.rename(os.path.join(mount.folder, "3"), os.path.join(mount.folder, "4")),
                         lambda: os.unlink(os.path.join(mount.folder, "5")),
                         lambda: os.truncate(os.path.join(mount.folder, "6"), 3), os.sync]
                for number, one in enumerate(tries):
                    try:
                        one()
                        say("done")
                    except OSError as error:
                        say(errno.errorcode.get(error.errno, "?"))

            child = Child(work)
            if not ended(child, 60):
                return f"requests hang: after {child.text.count(bytes([10]))} of 12 answers none came for a minute"
            words = child.end()
            strange = set(words) - {"done", "EIO", "ENOENT", "ESTALE", "ENOTCONN", "EROFS", "ENOSPC"}
            if strange:
                return f"answered with {sorted(strange)}"
            os.close(held)
            closed = Child(lambda say: say(attempt(mount.close)))
            if not ended(closed, 60):
                return "closing hangs"
            closed.end()
            if mounts.mounted(mount.folder):
                mounts.kill(server)
                mounts.detach(mount.folder)
            return "the server goes on after the mount is gone" if not mounts.gone(server) else None
        finally:
            mount.end()

    # ---- users ----

    def others(self):
        """Opened by root for everybody: modes decide, as on a disk."""
        if os.geteuid() != 0:
            raise mounts.Missing("only root opens a vault to others")
        mount = self.fresh(os.path.join(self.scratch, "others"), others=True)
        try:
            passable(mount.folder, os.path.dirname(self.scratch))
            os.chmod(mount.folder, 0o755)
            for name, mode, owner in (("open", 0o644, 0), ("closed", 0o600, 0), ("theirs", 0o600, OTHER)):
                with open(os.path.join(mount.folder, name), "wb") as file:
                    file.write(name.encode())
                os.chmod(file.name, mode)
                os.chown(file.name, owner, owner)
            os.mkdir(os.path.join(mount.folder, "drop"))
            os.chmod(os.path.join(mount.folder, "drop"), 0o1777)
            script = ("for f in open closed theirs; do cat $f 2>/dev/null || echo -n no; echo; done; echo x >> theirs && "
                      "echo added; (echo x > open) 2>/dev/null || echo refused; echo mine > drop/new && stat -c %u:%g drop/new")
            result = subprocess.run(
                ["setpriv", f"--reuid={OTHER}", f"--regid={OTHER}", "--clear-groups", "sh", "-c", script],
                cwd=mount.folder, capture_output=True, text=True, timeout=mounts.LONG)
            wanted = f"open\nno\ntheirs\nadded\nrefused\n{OTHER}:{OTHER}\n"
            return None if result.stdout == wanted else f"another user sees {result.stdout!r}, not {wanted!r}"
        finally:
            mount.end()

    def inside(self, *words, folder):
        """Runs the smallest of the other harnesses in a world of its own."""
        # Where an ordinary user may not go, another Python must do.
        python = sys.executable if os.stat(os.path.expanduser("~")).st_mode & 1 else "/usr/bin/python3"
        return [*words, "env", "-u", "HOME", "PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin", python,
                os.path.join(mounts.HERE, "run"), "properties", *self.given.what, "--ops", "300",
                "--remount-every", "150", "--tries", "0", "--below", folder]

    def ordinary(self):
        """An ordinary user, for whom a device that everybody may open lies over /dev/fuse."""
        if os.geteuid() != 0:
            raise mounts.Missing("only root can become an ordinary user")
        folder = os.path.join(self.scratch, "ordinary")
        os.mkdir(folder)
        os.chown(folder, OTHER, OTHER)
        passable(folder, os.path.dirname(self.scratch))
        node = os.path.join(self.scratch, "fuse")
        os.mknod(node, 0o20666, os.makedev(10, 229))
        os.chmod(node, 0o666)
        words = self.inside("setpriv", f"--reuid={OTHER}", f"--regid={OTHER}", "--clear-groups", folder=folder)
        return told(["unshare", "-m", "sh", "-c", f"mount --bind {shlex.quote(node)} /dev/fuse && exec {shlex.join(words)}"])

    def namespace(self):
        """Root of a user namespace, who is nobody outside."""
        folder = os.path.join(self.scratch, "namespace")
        os.mkdir(folder)
        return told(self.inside("unshare", "-Ur", "-m", folder=folder))


def taken(folder):
    """How much a tree takes on its disk."""
    if not folder:
        return 0
    return sum(os.lstat(os.path.join(top, name)).st_blocks * 512 for top, _, names in os.walk(folder) for name in names)


def memory(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmRSS"))


def changed(kept):
    """Which of the files is not as it was, in words."""
    for path, digest in kept.items():
        try:
            with open(path, "rb") as file:
                if hashlib.blake2b(file.read()).digest() != digest:
                    return f"{path} has other contents"
        except OSError as error:
            return str(error)
    return None


def filled(top):
    """Takes all the room that is left."""
    with open(os.path.join(top, "somebody's film"), "wb") as file:
        status = os.statvfs(top)
        step = status.f_bavail * status.f_frsize
        size = 0
        while step >= 4096:
            try:
                fallocate(file.fileno(), 0, size, step)
                size += step
            except OSError:
                step //= 2


def ended(child, seconds):
    """Whether a child comes to its end while words keep coming."""
    while select.select([child.reading], [], [], seconds)[0]:
        if not child.more():
            return True
    os.kill(child.pid, signal.SIGKILL)
    return False


def attempt(work):
    try:
        work()
        return "done"
    except (mounts.Wrong, OSError, subprocess.SubprocessError) as error:
        return str(error).replace("\n", " ")


def passable(path, top):
    """Lets everybody through to a path below a folder."""
    while len(path) >= len(top):
        os.chmod(path, os.stat(path).st_mode | 0o711) if not mounts.mounted(path) else None
        path = os.path.dirname(path)


def told(words):
    """Runs another harness; what it said if that did not go well."""
    result = subprocess.run(words, capture_output=True, text=True, timeout=5 * mounts.LONG)
    if result.returncode == 3:
        raise mounts.Missing(result.stdout.strip().splitlines()[-1])
    return None if result.returncode == 0 else f"exit {result.returncode}: {(result.stdout + result.stderr).strip()[:700]}"


def run(given, mount, plain):
    scratch = os.path.join(os.path.dirname(plain.folder), "scratch")
    os.mkdir(scratch)
    limits, lines = Limits(given, mount, given.fresh, scratch), []
    os.mkdir(limits.top)
    for title, check in limits.checks():
        if given.only and given.only not in title:
            continue
        try:
            wrong = limits.watched(check)
        except mounts.Missing as missing:
            print(f"  not tried: {title}: {missing}", flush=True)
            continue
        except (OSError, mounts.Wrong, subprocess.SubprocessError) as error:
            wrong = f"{type(error).__name__}: {error}"
        print(f"  {title}: {'goes wrong' if wrong else 'holds'}", flush=True)
        lines += [f"{title}: {wrong}"] if wrong else []
    shutil.rmtree(limits.top, ignore_errors=True)
    return lines
