"""Keys leave the memory of the process that serves a vault when it is locked: it is stopped while it serves, when the
keys are wiped and what is mounted is yet to be taken out of sight, and when all is done but ending; each time
everything in its memory is searched for every key of the vault, as scripts/rescue.py derives them.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile

import mounts

# Before the standard library, which has a module `trace` as well.
sys.path.insert(0, os.path.join(mounts.HERE, "..", "Faults"))

import layer  # noqa: E402
import memory  # noqa: E402
import programs  # noqa: E402

# What the search must find while the vault is served: the key of everything, and one of each purpose.
HELD = ("volume key", "key for content", "key for names", "key for name ids", "key for log", "head key", "block key")
# What the process that serves is never given.
NEVER = ("passphrase", "key file's hash", "private key of the slot")
PLACES = {"unmount": "before it is unmounted", "detach": "when the keys are wiped", "exit": "at the end"}


class Server:
    """A vault that is open, served under the layer, which stops the process at the places of its end."""

    def __init__(self, mount, library):
        self.mount = mount
        self.scratch = tempfile.mkdtemp(prefix="server-", dir=mount.top)
        mount.server = None
        # What opens the vault goes through the layer as well, and is stopped at its own end alone.
        result = layer.Running(
            library, [*mount.program, "unlock", mount.folder, *mount.secret, *mount.options], mount.environment,
            mount.folder, self.scratch, mode="stop", at=1, lasting=1, only=",unmount,detach,", at_exit=1,
            follow=1).result()
        if result.status or not mounts.mounted(mount.folder):
            raise mounts.Wrong(f"unlock under the layer: {result.said()}")
        self.pid = mount.pid()
        self.last = self.said()

    def said(self):
        """The call at which the layer has stopped last."""
        with open(os.path.join(self.scratch, "report"), "rb") as file:
            return file.read()[24:].split(b"\0")[0].split(b" ")[0].decode()

    def place(self):
        """Where the layer stops it next; None where it ends."""
        def stopped():
            # It is told first, so that who is stopped is not taken for stopped again.
            return mounts.gone(self.pid, 0) or self.said() != self.last and self.state() in "Tt"
        mounts.until("the serving process comes to its end", stopped)
        if mounts.gone(self.pid, 0):
            return None
        self.last = self.said()
        return self.last

    def state(self):
        try:
            with open(f"/proc/{self.pid}/stat") as file:
                return file.read().rsplit(")", 1)[1].split()[0]
        except OSError:
            return "-"

    def stop(self):
        os.kill(self.pid, signal.SIGSTOP)
        mounts.until("the serving process stops", lambda: self.state() in "Tt")

    def go_on(self):
        os.kill(self.pid, signal.SIGCONT)

    def found(self, secrets):
        """Where each of the secrets is in its memory, which is to be stopped, and how much that is."""
        try:
            regions = memory.regions(self.pid)
        except (PermissionError, layer.Missing):
            raise mounts.Missing("the memory of the serving process cannot be read") from None
        if not sum(len(region.data) for region in regions):
            raise mounts.Missing("nothing of the serving process's memory can be read")
        places = {}
        for name, secret in secrets.items():
            for region in regions:
                at = region.data.find(secret)
                while at >= 0:
                    places.setdefault(name, []).append(f"{region.name} at {at:#x}")
                    at = region.data.find(secret, at + 1)
        return places, sum(len(region.data) for region in regions) >> 10


def worked(folder, number):
    """Reads and writes until the process has used every key; the last change is left to be sealed."""
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            with open(path, "rb") as file:
                while file.read(1 << 20):
                    pass
    os.mkdir(os.path.join(folder, f"folder {number}"))
    for name, length in (("small", 100), ("long", 3 << 20)):
        path = os.path.join(folder, f"{name} {number}")
        with open(path, "wb") as file:
            file.write(os.urandom(length))
            os.fsync(file.fileno())
        os.setxattr(path, "user.colour", b"red")
    os.rename(os.path.join(folder, f"small {number}"), os.path.join(folder, f"folder {number}", "kept"))
    with open(os.path.join(folder, f"long {number}"), "r+b") as file:
        file.seek(5000)
        file.write(b"changed")


def known(mount):
    """Every key of the vault, by name."""
    try:
        return programs.Sotto(mount.program[0]).secrets(mount.beneath, [mount.secret[1]])
    except programs.Unreadable as problem:
        raise mounts.Wrong(f"scripts/rescue.py cannot read the vault: {problem}") from None


def locked(mount, *words):
    return subprocess.Popen([*mount.program, "lock", mount.folder, "--yes", *words], env=mount.environment,
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def signalled(mount):
    os.kill(mount.pid(), signal.SIGTERM)


def unmounted(mount):
    return subprocess.Popen(["umount", mount.folder])


# How it ends: what is done, and whether a file is open meanwhile.
ENDS = {
    "lock": (locked, False),
    "lock --force": (lambda mount: locked(mount, "--force"), True),
    "SIGTERM": (signalled, False),
    "SIGTERM with a file open": (signalled, True),
    "umount": (unmounted, False),
}


def ended(given, mount, library, number, name):
    """What was wrong about one end."""
    server = Server(mount, library)
    try:
        return searched(given, mount, server, number, name) + mount.verify()
    except BaseException:
        # Who is stopped locks nothing.
        mounts.kill(server.pid)
        raise


def searched(given, mount, server, number, name):
    """The same of one that is open, told."""
    act, is_open = ENDS[name]
    worked(mount.folder, number)
    held = open(os.path.join(mount.folder, f"long {number}"), "r+b", buffering=0) if is_open else None
    if held:
        held.write(b"open still")
        held.read(4096)
    secrets = known(mount)
    server.stop()
    there, size = server.found(secrets)
    server.go_on()
    lines = [f"{name}: {word} of the vault is not found while it is open: the search sees nothing" for word in HELD
             if not any(key.startswith(word) for key in there)]
    lines += [f"{name}: {key} is in the memory of the process that serves: {there[key][0]}" for key in there
              if key.startswith(NEVER)]
    told = [f"while it is open {len(there)} of {len(secrets)} keys in {size} KiB"]
    wanted = ["detach", "exit"] if act is unmounted else ["unmount", "detach", "exit"]
    done, seen = act(mount), []
    while place := server.place():
        seen.append(place)
        left, _ = server.found(secrets)
        told.append(f"{PLACES[place]} {len(left)}")
        if given.tell:
            for key, places in left.items():
                print(f"  {name}, {PLACES[place]}: {key}: {'; '.join(places)}")
        if place == "unmount" and not left:
            lines.append(f"{name}: no key is found {PLACES[place]}: the search sees nothing")
        elif place != "unmount" or given.early:
            lines += [f"{name}: {key} is left {PLACES[place]}: {places[0]}" for key, places in left.items()]
        server.go_on()
    if seen != wanted:
        lines.append(f"{name}: it was stopped at {seen}, not at {wanted}")
    if done and done.wait(mounts.LONG):
        lines.append(f"{name}: exit {done.returncode}")
    if held:
        try:
            held.close()
        except OSError:
            pass
    mounts.until("nothing is mounted any more", lambda: not mounts.mounted(mount.folder))
    shutil.rmtree(server.scratch)
    print(f"keys, {name}: " + ", ".join(told))
    return lines


def run(given, mount, plain):
    if not hasattr(mount, "environment") or given.standin is not None:
        raise mounts.Missing("only our own serving process has keys")
    if os.geteuid():
        raise mounts.Missing("the memory of a process that hides it can be read by root alone")
    if importlib.util.find_spec("nacl") is None:
        raise mounts.Missing("PyNaCl is not installed, with which keys are derived independently")
    scratch = tempfile.mkdtemp(prefix="layer-", dir=mount.top)
    try:
        library = layer.build(scratch)
    except layer.Missing as missing:
        raise mounts.Missing(str(missing)) from None
    worked(mount.folder, 0)
    mount.close()
    lines, wanted = [], [name for name in ENDS if given.only is None or given.only in name]
    if not wanted:
        raise mounts.Wrong(f"nothing is called {given.only}: there are {', '.join(ENDS)}")
    for number, name in enumerate(wanted, 1):
        lines += ended(given, mount, library, number, name)
    mount.open()
    return lines
