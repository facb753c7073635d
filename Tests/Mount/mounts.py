"""What is put up to be tried: a plain folder, gocryptfs, our own vault, or any folder that is mounted already.

Every mount has a `folder` to work in. Some have a serving process, can be closed and opened again, or have a folder
beneath in which the disk's files lie.
"""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PASSPHRASE = b"the heron stands in the Kirschbaum, 1987\n"
LONG = 120    # seconds after which something hangs


class Missing(Exception):
    """The machine lacks what is needed."""


class Wrong(Exception):
    """A command did not do what it must."""


def until(what, condition, seconds=LONG):
    """Waits until a condition holds; gives what it gave."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise Wrong(f"{what}: not within {seconds} seconds")
        time.sleep(0.01)


def mounted(folder):
    """Whether something is mounted at a folder, dead or alive. Asks nobody but the kernel's own list."""
    wanted = os.fsencode(os.path.join(os.path.realpath(os.path.dirname(folder)), os.path.basename(folder)))
    with open("/proc/self/mountinfo", "rb") as file:
        for line in file:
            place = line.split(b" ")[4]
            for code, byte in ((b"\\040", b" "), (b"\\011", b"\t"), (b"\\012", b"\n"), (b"\\134", b"\\")):
                place = place.replace(code, byte)
            if place == wanted:
                return True
    return False


def detach(folder):
    """Takes away what is mounted at a folder, if anything is."""
    while mounted(folder):
        for words in (["umount", folder], ["fusermount3", "-u", folder], ["umount", "-l", folder]):
            if shutil.which(words[0]) and subprocess.run(words, capture_output=True).returncode == 0:
                break
        else:
            raise Wrong(f"{folder} cannot be unmounted")


def kill(pid):
    """Ends a process at once and waits until it is gone, its child or not."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        if not select.select([handle], [], [], LONG)[0]:
            raise Wrong(f"process {pid} does not end, though it was killed")
    except ProcessLookupError:
        pass
    finally:
        os.close(handle)


def gone(pid, seconds=LONG):
    """Whether a process has ended, or does so soon."""
    if pid is None:
        return True
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)


class Plain:
    """A folder without anything in between."""

    name = "plain"
    beneath = None    # where what is served lies
    disk = None       # and everything else that belongs to it

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)

    def pid(self):
        return None

    def close(self):
        pass

    def open(self):
        pass

    def remount(self):
        self.close()
        self.open()

    def crash(self):
        """The serving process is killed; what it leaves is cleared and opened again. Gives what was said."""
        server = self.pid()
        if server is None:
            raise Missing(f"{self.name} has no serving process that could be killed")
        kill(server)
        return self.recover()

    def recover(self):
        raise Missing(f"{self.name} cannot be opened again")

    def verify(self):
        """What is wrong with it while it is closed, in words."""
        return []

    def end(self):
        pass

    # ---- the disk ----

    def kept(self):
        """A copy of everything on the disk while it is closed; `put_back` brings it back."""
        copy = self.disk + " kept"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.disk, copy, symlinks=True)
        return copy

    def put_back(self, copy):
        clear(self.disk)
        shutil.copytree(copy, self.disk, symlinks=True)


class Commanded(Plain):
    """A folder that somebody else has mounted, with the commands that they gave for it."""

    def __init__(self, folder, server=None, remount=None, crash=None):
        self.folder, self.name = folder, os.path.basename(folder)
        self.server, self.again, self.killing = server, remount, crash

    def pid(self):
        return self.server

    def run(self, command):
        result = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=LONG)
        if result.returncode:
            raise Wrong(f"{command}: exit {result.returncode}: {result.stderr.strip()[-300:]}")
        last = result.stdout.split()[-1:]
        if last and last[0].isdigit():
            self.server = int(last[0])
        return result.stdout + result.stderr

    def remount(self):
        if self.again:
            self.run(self.again)

    def crash(self):
        if self.killing:
            return self.run(self.killing)
        return super().crash()

    def recover(self):
        if not self.again:
            raise Missing("no command was given by which the folder is mounted again (--remount)")
        detach(self.folder)
        return self.run(self.again)


class Gocryptfs(Plain):
    """The peer. `beneath` keeps its files."""

    name = "gocryptfs"

    def __init__(self, top, options=(), init=()):
        if shutil.which("gocryptfs") is None:
            raise Missing("gocryptfs is not installed")
        self.top, self.options = top, list(options)
        self.beneath, self.folder = os.path.join(top, "cipher"), os.path.join(top, "mount")
        self.disk, self.secret, self.child = self.beneath, os.path.join(top, "passphrase"), None
        for folder in (self.beneath, self.folder):
            os.makedirs(folder)
        with open(self.secret, "wb") as file:
            file.write(PASSPHRASE)
        subprocess.run(["gocryptfs", "-init", "-q", "-scryptn", "12", *init, "-passfile", self.secret, self.beneath],
                       check=True, capture_output=True)
        self.open()

    def open(self):
        with open(os.path.join(self.top, "said"), "ab") as said:
            self.child = subprocess.Popen(
                ["gocryptfs", "-fg", "-q", *self.options, "-passfile", self.secret, self.beneath, self.folder],
                stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        until("gocryptfs mounts", lambda: mounted(self.folder) or self.child.poll() is not None)
        if self.child.poll() is not None:
            raise Missing("gocryptfs does not mount here")

    def pid(self):
        return self.child.pid

    def close(self):
        if subprocess.run(["umount", self.folder], capture_output=True).returncode:
            raise Wrong(f"{self.folder} is in use")
        self.child.wait(LONG)

    def recover(self):
        self.child.wait(LONG)
        detach(self.folder)
        self.open()
        return ""

    def end(self):
        detach(self.folder)
        if self.child and self.child.poll() is None:
            kill(self.child.pid)
        if self.child:
            self.child.wait(LONG)


class Sotto(Plain):
    """Our own: a home with one store that is locked, and opened at its own path.

    `program` is the command, `disk` where home and state lie if not below `top`; with `key`, no key is derived.
    """

    name = "sotto"

    def __init__(self, top, program, options=(), disk=None, key=False):
        self.program = [program] if isinstance(program, str) else list(program)
        self.server, self.options, self.top, self.disk = None, list(options), top, os.path.join(
            disk or top, "disk")
        self.home, self.state = os.path.join(self.disk, "home"), os.path.join(self.disk, "state")
        self.folder, self.beneath = os.path.join(self.home, "store"), os.path.join(self.home, "store.sotto")
        # The path of a socket may not be long.
        self.runtime = tempfile.mkdtemp(prefix="sotto-run-", dir="/tmp")
        self.environment = {
            **os.environ, "HOME": self.home, "XDG_STATE_HOME": self.state, "XDG_CONFIG_HOME": top + "/config",
            "XDG_RUNTIME_DIR": self.runtime, "SWIFT_BACKTRACE": "enable=no"}
        os.makedirs(self.folder)
        os.makedirs(self.state)
        kind = "key" if key else "passphrase"
        self.secret = f"--{kind}-file", os.path.join(top, kind)
        with open(self.secret[1], "wb") as file:
            file.write(PASSPHRASE)
        try:
            self.must("lock", self.folder, "--yes", "--kdf", "interactive", "--everything", *self.secret)
            self.open()
        except BaseException:
            self.end()
            raise

    def run(self, *words, **options):
        return subprocess.run([*self.program, *words], env={**self.environment, **options.pop("environment", {})},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10 * LONG, **options)

    def must(self, *words, **options):
        result = self.run(*words, **options)
        if result.returncode:
            raise Wrong(f"{' '.join(words)}: exit {result.returncode}: {result.stderr.strip()[-400:]}")
        return result.stdout + result.stderr

    def open(self, **options):
        self.server = None
        said = self.must("unlock", self.folder, *self.secret, *self.options, **options)
        if not mounted(self.folder):
            raise Wrong(f"unlock says nothing is wrong, but nothing is mounted at {self.folder}")
        return said

    def status(self):
        """What `status` says about the store."""
        document = json.loads(self.must("status", self.folder, "--format", "json"))
        for store in document["stores"]:
            if os.path.realpath(os.path.dirname(store["path"])) == os.path.realpath(self.home) \
                    and os.path.basename(store["path"]) == "store":
                return store
        raise Wrong(f"status does not know the store: {document['stores']}")

    def pid(self):
        """Asked once for each time it is opened: what is killed in the middle of work is not asked for then."""
        if self.server is None:
            self.server = self.status().get("pid")
        return self.server

    def close(self):
        self.must("lock", self.folder, "--yes")
        if mounted(self.folder):
            raise Wrong("lock says nothing is wrong, but the store is still mounted")

    def recover(self):
        """After a kill: `status` must tell, `lock` clear it, and one of `lock` and `unlock` say what happened."""
        told = self.status()
        if told["state"] in ("open", "locked", "plain"):
            raise Wrong(f"the serving process was killed, and status says {told['state']}")
        said = self.must("lock", self.folder, "--yes")
        if mounted(self.folder):
            raise Wrong("lock does not clear what a killed process left mounted")
        said += self.open()
        if not said.strip():
            raise Wrong("neither lock nor unlock says a word about the process that was killed")
        return said

    def verify(self):
        result = self.run("verify", self.beneath, *self.secret)
        if result.returncode:
            return [f"verify: exit {result.returncode}: {(result.stdout + result.stderr).strip()[-600:]}"]
        return []

    def end(self):
        if mounted(self.folder):
            self.run("lock", self.folder, "--yes", "--force")
        try:
            server = self.pid()
        except (Wrong, ValueError, KeyError):
            server = None
        if server and not gone(server, 1):
            kill(server)
        detach(self.folder)
        clear(self.disk)
        shutil.rmtree(self.runtime, ignore_errors=True)


def leave(top):
    """Unmounts whatever is mounted below a folder, and removes it."""
    with open("/proc/self/mountinfo") as file:
        places = [line.split(" ")[4] for line in file]
    for place in reversed(places):
        if place.startswith(top + "/"):
            detach(place)
    clear(top)


def clear(folder):
    """Removes a tree, also where root has forbidden that."""
    if os.path.isdir(folder) and shutil.which("chattr"):
        subprocess.run(["chattr", "-R", "-f", "-i", folder], capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)


def standin(top, bug="", options=(), **wanted):
    """The stand-in for our own command, with one mistake or none."""
    os.environ["STANDIN_BUG"] = bug
    made = Sotto(top, [sys.executable, "-S", os.path.join(HERE, "standin.py")], options, **wanted)
    made.name = "stand-in"
    return made
