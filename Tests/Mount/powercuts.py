"""The power goes while a vault is open: everything that the serving process does to the disk is recorded, and from the
recording the states are made that a power cut may leave. Each must unlock, with every row and file that was promised.

Any number of calls may have been made, of those not synced any may be missing, and writes are torn at 512 bytes.
"""

import os
import random
import shutil
import sys
import tempfile

import databases
import mounts
import promises
from databases import Child

# Before the standard library, which has a module `trace` as well.
sys.path.insert(0, os.path.join(mounts.HERE, "..", "Faults"))

import image  # noqa: E402
import layer  # noqa: E402
import powercut  # noqa: E402
import trace  # noqa: E402


class Inode(powercut.Inode):
    """As the model has it, but for long files that are synced often."""

    def settle(self):
        if self.changes:
            self.data = bytearray(self.data) if isinstance(self.data, bytes) else self.data
            for place, new in self.changes:
                size = len(self.data)
                if new is None:
                    self.data[place:] = b"" if place <= size else bytes(place - size)
                else:
                    self.data += bytes(max(0, place - size))
                    self.data[place:place + len(new)] = new
            self.changes = []

    def size(self):
        size = len(self.data)
        for place, new in self.changes:
            size = place if new is None else max(size, place + len(new))
        return size


class Disk(powercut.Disk):
    """The model of a disk, played once for all cuts."""

    def add(self, number, node):
        inode = self.inodes[number] = Inode(node)
        self.all.append(inode)
        return inode

    def on_fdatasync(self, call):
        inode = self.inodes[call["inode"]]
        if self.order == "journal" and inode.size() != len(inode.data):
            self.floors[0] = self.when
        inode.settle()
        for name in inode.entries:
            self.floors[self.group(inode, name)] = self.when

    def left(self, choice):
        for inode in self.all:
            if isinstance(inode.data, bytearray):
                inode.data = bytes(inode.data)
        return super().left(choice)


class Recording:
    """One life of an open vault, recorded: unlocked, worked on, and locked or killed."""

    def __init__(self, given, mount, scratch):
        self.given, self.mount = given, mount
        library = layer.build(scratch)
        self.path, report = os.path.join(scratch, "trace"), os.path.join(scratch, "report")
        for path, length in ((self.path, 0), (report, 4096)):
            with open(path, "wb") as file:
                file.write(bytes(length))
        mount.close()
        self.before = image.scan(mount.disk)
        mount.environment.update(
            LD_PRELOAD=library, FAULTS_ROOT=mount.disk, FAULTS_TRACE=self.path, FAULTS_REPORT=report, FAULTS_FOLLOW="1",
            FAULTS_NO_SYNC="1")
        try:
            self.worked()
        finally:
            for key in [key for key in mount.environment if key.startswith("FAULTS_") or key == "LD_PRELOAD"]:
                del mount.environment[key]
        self.calls = trace.read(self.path)
        if not any(call.call == "write" for call in self.calls):
            raise mounts.Wrong("nothing was recorded of what the serving process writes")
        with open(report, "rb") as file:
            unfollowed = file.read(24)[16:]
        if any(unfollowed):
            raise mounts.Wrong("something was changed in a way that cannot be recorded")
        whole = Disk(self.before)
        whole.play(self.calls)
        different = image.differences(image.scan(mount.disk), whole.left(None))
        if different:
            raise mounts.Wrong(f"the recording does not lead to what is on the disk: {different}")

    def worked(self):
        mount, mode = self.mount, self.given.mode
        mount.open()
        self.base = os.path.join(mount.folder, "chat.db")
        databases.make(self.base, mode)
        # With FULL, SQLite does not sync that a rollback journal is gone: the last row may be taken back on any disk.
        writer = Child(databases.write, self.base, mode, 1, self.given.rows, "FULL" if mode == "wal" else "EXTRA",
                       mark=self.path)
        self.load = promises.Load(os.path.join(mount.folder, "load"), mark=self.path) if self.given.load else None
        self.words = writer.end()
        if self.load:
            self.load.end()
        if any(word.startswith("error") for word in self.words):
            raise mounts.Wrong(f"the database cannot be written while it is recorded: {self.words[-1]}")
        if self.given.killed:
            mounts.kill(mount.pid())
            mounts.detach(mount.folder)
        else:
            mount.close()

    def problems(self, at, tree):
        """What does not hold after a cut at a call, of which this tree is left."""
        mount, said = self.mount, self.calls[at - 1].end if at else 0
        if mounts.mounted(mount.folder):
            mounts.kill(mount.pid())
            mounts.detach(mount.folder)
        mounts.clear(mount.disk)
        image.write(tree, mount.disk)
        shutil.rmtree(mount.runtime)
        os.mkdir(mount.runtime, 0o700)
        mount.open()
        problems = []
        count, _ = databases.acknowledged([word for word in self.words if int(word.split(" ")[1]) <= said])
        # Before its first row the database may not be there, or be without tables.
        if count:
            problems.append(databases.problem(self.base, {1: count}))
        if self.load and os.path.isdir(self.load.top):
            problems += self.load.broken(self.load.said(said), torn=mount.name == "stand-in")
        mount.close()
        return [problem for problem in problems if problem] + mount.verify()


def places(given, recording):
    """Where the power goes: everywhere, or at so many places that chance chooses, ends and beginnings among them."""
    count = len(recording.calls)
    if given.whole:
        return list(range(count + 1))
    choice = random.Random(f"places {given.seed}")
    return sorted({0, count, *(choice.randint(0, count) for _ in range(given.cuts))})


def run(given, mount, plain):
    if not hasattr(mount, "environment"):
        raise mounts.Missing("only our own serving process is recorded")
    scratch = tempfile.mkdtemp(prefix="recording-", dir=os.path.dirname(mount.disk))
    recording = Recording(given, mount, scratch)
    lines, tried = [], 0
    wanted = [place for place in places(given, recording) if given.at is None or place == given.at]
    for order in powercut.ORDERS:
        disk, done = Disk(recording.before, order), 0
        for place in wanted:
            disk.play(recording.calls[done:place])
            done = place
            for subset in range(given.subsets):
                if powercut.ORDERS[(place + subset + given.seed) % 3] != order and not given.whole:
                    continue
                choice = random.Random(f"{given.seed} {place} {subset} {order}")
                # The first of each is the disk on which everything not synced is gone.
                tree = disk.left(Nothing() if subset == 0 else choice)
                tried += 1
                try:
                    problems = recording.problems(place, tree)
                except (mounts.Wrong, OSError) as error:
                    problems = [str(error)]
                lines += [f"cut at call {place} of {len(recording.calls)}, {order}, subset {subset}: {problem}"
                          for problem in problems]
                if len(lines) >= 5:
                    return lines
    print(f"powercuts, seed {given.seed}: {tried} states of {len(recording.calls)} calls, "
          f"{len(recording.words)} rows were promised")
    mount.open()
    return lines


class Nothing:
    """Chooses that nothing is left but what was synced."""

    @staticmethod
    def choice(values):
        return values[0]

    @staticmethod
    def random():
        return 1.0

    @staticmethod
    def randint(least, _):
        return least
