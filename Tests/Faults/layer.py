"""Builds the fault layer and runs programs under it."""

import errno
import os
import shutil
import signal
import struct
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Missing(Exception):
    """The machine lacks what a harness needs."""


def build(folder):
    """Compiles the layer into a folder; gives its path."""
    compiler = next((name for name in (os.environ.get("CC"), "cc", "gcc", "clang") if name and shutil.which(name)), None)
    if compiler is None:
        raise Missing("there is no C compiler (cc, gcc or clang)")
    library = os.path.join(folder, "faults.so")
    sources = [str(path) for path in sorted((HERE / "Layer").glob("*.c"))]
    result = subprocess.run(
        [compiler, "-std=gnu11", "-O1", "-fPIC", "-shared", "-Wall", "-Wextra", "-U_FORTIFY_SOURCE", "-fno-builtin",
         "-o", library, *sources, "-ldl", "-lpthread"], capture_output=True, text=True)
    if result.returncode:
        raise SystemExit(f"the fault layer does not compile:\n{result.stderr}")
    return library


class Result:
    """What a run gave: its end, its words, and what the layer counted."""

    def __init__(self, status, output, errors, counted=0, met=0, unfollowed=0, what=""):
        self.status, self.output, self.errors = status, output, errors
        self.counted, self.met, self.unfollowed, self.what = counted, met, unfollowed, what

    def said(self):
        """The end and the last words, for a report."""
        lines = self.errors.strip().splitlines()[-2:]
        return f"exit {self.status}" + (f" ({' / '.join(lines)})" if lines else "")


class Running:
    """A program under the layer, which may be stopped by it."""

    def __init__(self, layer, argv, environment, root, scratch, **wanted):
        self.scratch, self.report = scratch, os.path.join(scratch, "report")
        with open(self.report, "wb") as file:
            file.write(bytes(4096))
        settings = {"FAULTS_ROOT": os.fspath(root), "FAULTS_REPORT": self.report}
        for key, value in wanted.items():
            if value is not None and key != "before":
                settings["FAULTS_" + key.upper()] = str(value)
        self.files = [open(os.path.join(scratch, name), "w+b") for name in ("output", "errors")]
        self.child = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=self.files[0], stderr=self.files[1],
            env={**environment, **settings, "LD_PRELOAD": layer}, preexec_fn=wanted.get("before"))
        self.ended = None

    def wait(self):
        """Waits until the program ends or is stopped; True when it is stopped."""
        _, status = os.waitpid(self.child.pid, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            return True
        self.ended = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        self.child.returncode = self.ended
        return False

    def go_on(self):
        os.kill(self.child.pid, signal.SIGCONT)

    def kill(self):
        if self.ended is None:
            os.kill(self.child.pid, signal.SIGKILL)
            while self.wait():
                pass

    def result(self):
        """Waits for the end, going on at every stop."""
        while self.ended is None and self.wait():
            self.go_on()
        words = []
        for file in self.files:
            file.seek(0)
            words.append(file.read().decode("utf-8", "replace"))
            file.close()
        with open(self.report, "rb") as file:
            counted, met, unfollowed, what = struct.unpack("<QQQ4072s", file.read(4096))
        return Result(self.ended, *words, counted, met, unfollowed, what.split(b"\0")[0].decode("utf-8", "replace"))


NUMBERS = {name: getattr(errno, name) for name in ("EIO", "ENOSPC", "EINTR", "EACCES")}
