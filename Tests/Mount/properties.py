"""Random file operations on a mount and on a plain folder: every result and, again and again, everything must be the
same. What went wrong is tried again with fewer operations until few are left."""

import json
import os
import select
import shutil
import signal
import socket
import struct
import tempfile
import time
import traceback
from mmap import mmap

import operations
import trees
from mounts import LONG, Wrong
from side import Side, fallocate

MODES = {0: "allocating", 1: "allocating beyond the end", 3: "punching holes", 16: "zeroing", 17: "zeroing beyond the end"}


def lacking(folders):
    """The kinds of fallocate that not both folders know."""
    without = set()
    for folder in folders:
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            for mode in MODES:
                try:
                    fallocate(file.fileno(), mode, 0, 4096)
                except OSError:
                    without.add(mode)
    return without


def listed(given, without):
    """All operations of a seed, with comparisons and, where they are possible, remounts and crashes among them."""
    made = []
    for index, operation in enumerate(operations.Generator(given.seed, without).some(given.ops), 1):
        made.append(operation)
        if given.compare_every and index % given.compare_every == 0:
            made.append(["compare", index // given.compare_every % 2 == 0])
        if given.remount_every and index % given.remount_every == 0:
            made.append(["remount"])
        if given.crash_every and index % given.crash_every == given.crash_every // 2:
            made.append(["crash"])
    return made + [["compare", True]]


class Worker:
    """The process that does the operations. What unmounts is asked of the one that mounted."""

    def __init__(self, plain, folder, line):
        begun = (int(time.time()) - 3600) * 10 ** 9
        self.line, self.folder = line, folder
        self.tops = os.path.join(plain, "top"), os.path.join(folder, "top")
        for top in self.tops:
            os.mkdir(top)
        self.sides = [Side(top, begun) for top in self.tops]

    def problem(self, operation):
        """What is different after an operation, or None."""
        if operation[0] == "compare":
            return self.compared(operation[1])
        if operation[0] in ("remount", "crash"):
            return self.interrupted(operation[0])
        wanted, found = (side.do(operation) for side in self.sides)
        if wanted != found:
            return f"gives {found!r}, not {wanted!r}"
        return None

    def compared(self, cold):
        different = trees.differences(*(os.fsencode(os.path.dirname(top)) for top in self.tops), self.sides[0], cold)
        return "; ".join(different) or None

    def interrupted(self, kind):
        if kind == "crash":
            # With everything still open: that closing writes it is no promise.
            synced(self.tops[1])
        else:
            for side in self.sides:
                side.leave()
        self.line.sendall(kind.encode() + b"\n")
        answer = self.line.recv(65536).decode()
        for side in self.sides:
            side.leave()
        return None if answer == "done" else answer if answer != "" else "nobody answers"


def synced(top):
    """Makes all below a folder, and the folder, promised to be kept."""
    for folder, _, files in os.walk(top, topdown=False):
        for path in [os.path.join(folder, name) for name in files] + [folder]:
            if not os.path.islink(path):
                file = os.open(path, os.O_RDONLY)
                os.fsync(file)
                os.close(file)


def worked(plain, folder, wanted, line, place):
    """In the worker: does all, and says by `line` what went wrong first."""
    worker = Worker(plain, folder, line)
    for index, operation in enumerate(wanted):
        place[:8] = struct.pack("<q", index)
        problem = worker.problem(operation)
        if problem:
            line.sendall(b"problem " + json.dumps([index, problem]).encode() + b"\n")
            return
    for side in worker.sides:
        side.leave()
    line.sendall(b"end\n")


class Trial:
    """Lists of operations tried on a mount and beside it."""

    def __init__(self, given, mount, plain):
        self.given, self.mount, self.plain, self.number, self.said = given, mount, plain, 0, []

    def tried(self, wanted):
        """The index and words of what went wrong first, or None."""
        self.number += 1
        name = f"properties-{os.getpid()}-{self.number}"
        folders = [os.path.join(folder, name) for folder in (self.plain.folder, self.mount.folder)]
        for folder in folders:
            os.mkdir(folder)
        try:
            return self.watched(folders, wanted)
        finally:
            for folder in folders:
                cleared(folder)

    def watched(self, folders, wanted):
        place = mmap(-1, 4096)
        mine, line = socket.socketpair()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                mine.close()
                os.umask(0o022)
                worked(*folders, wanted, line, place)
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        line.close()
        try:
            return self.answered(mine, child, place, wanted)
        finally:
            mine.close()
            place.close()

    def answered(self, mine, child, place, wanted):
        """Does what the worker asks for, until it ends."""
        text, ended = b"", None
        while ended is None:
            if not select.select([mine], [], [], 5 * LONG)[0]:
                os.kill(child, signal.SIGKILL)
                ended = "does not come to an end"
                break
            more = mine.recv(65536)
            text += more
            while b"\n" in text:
                word, text = text.split(b"\n", 1)
                if word in (b"remount", b"crash"):
                    mine.sendall(self.unmounted(word.decode()).encode())
                elif word.startswith(b"problem "):
                    ended = json.loads(word[8:])
                elif word == b"end":
                    ended = []
            if not more and ended is None:
                ended = ""
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        at = struct.unpack("<q", place[:8])[0]
        if isinstance(ended, str):
            return at, ended or f"ends the program with {status}"
        return tuple(ended) if ended else None

    def unmounted(self, kind):
        try:
            if kind == "remount":
                self.mount.close()
                problems = self.mount.verify()
                self.mount.open()
                return "; ".join(problems) or "done"
            self.said.append(self.mount.crash())
            return "done"
        except Wrong as wrong:
            return str(wrong)


def cleared(folder):
    """Removes a tree, whatever modes are in it."""
    for path, folders, _ in os.walk(folder):
        for name in folders:
            if not os.path.islink(os.path.join(path, name)):
                os.chmod(os.path.join(path, name), 0o700)
    shutil.rmtree(folder)


def shortened(trial, wanted, at, problem, tries):
    """The shortest beginning of a list that goes wrong, then with as much as possible left out of it."""
    wanted = wanted[:at + 1]
    kind = wanted[-1][0]

    def failing(operations):
        """What goes wrong with so few, if it is the same as with all."""
        failed = trial.tried(operations)
        return failed if failed and operations[failed[0]][0] == kind else None

    if wanted[-1][0] == "compare":
        low = max((index for index in range(at) if wanted[index][0] == "compare"), default=-1) + 1
        high, end = at, wanted[-1]
        while low < high and tries > 0:
            tries -= 1
            middle = (low + high) // 2
            failed = failing(wanted[:middle] + [end])
            if failed:
                high, problem = middle, failed[1]
            else:
                low = middle + 1
        wanted = wanted[:high] + [end]
    size = len(wanted) // 2
    while size and tries > 0:
        start, shorter = 0, False
        while start < len(wanted) - 1 and tries > 0:
            tries -= 1
            left = wanted[:start] + wanted[min(start + size, len(wanted) - 1):]
            failed = failing(left)
            if failed:
                wanted, problem, shorter = left[:failed[0] + 1], failed[1], True
            else:
                start += size
        size = size if shorter and size > 1 else size // 2
    return wanted, problem


def run(given, mount, plain):
    """Tries one seed; gives what went wrong, in lines."""
    modes = lacking([mount.folder, plain.folder])
    for mode in sorted(modes):
        print(f"not compared: {MODES[mode]} (fallocate {mode}), which not both folders know")
    if given.replay:
        with open(given.replay) as file:
            wanted = operations.read(json.load(file))
    else:
        wanted = listed(given, modes | set(given.without.split(",")))
    trial = Trial(given, mount, plain)
    failed = trial.tried(wanted)
    print(f"properties, seed {given.seed}: {failed[0] + 1 if failed else len(wanted)} operations on {mount.name}")
    if not failed:
        return []
    at, problem = failed
    lines = [f"operation {at + 1} ({operations.shown(wanted[at])}): {problem}"]
    short, problem = shortened(trial, wanted, at, problem, given.tries)
    lines.append(f"goes wrong with these {len(short)} alone: {problem}")
    lines += ["  " + operations.shown(operation) for operation in short[-40:]]
    if not given.tries:
        return lines
    handle, path = tempfile.mkstemp(prefix=f"sotto-properties-{given.seed}-", suffix=".json", dir=given.below)
    with open(handle, "w") as file:
        json.dump(operations.written(short), file)
    return lines + [f"again: --replay {path}"]
