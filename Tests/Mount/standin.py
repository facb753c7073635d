#!/usr/bin/env python3
"""Stands in for our own command, so that the harnesses can be tried: locks by moving a store aside, unlocks by serving
it with `passing.py`. STANDIN_BUG names a mistake that is made: one of passing.py's, or

    stays     lock does not clear what a killed process has left mounted
    unaware   status does not know that the process was killed

usage: standin.py lock|unlock|status|verify|restore …
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import mounts  # noqa: E402
import passing  # noqa: E402

BUG = os.environ.get("STANDIN_BUG", "")


def note(store):
    """Where it is noted that a store is open."""
    name = hashlib.sha256(os.fsencode(store)).hexdigest()[:16]
    return os.path.join(os.environ["XDG_RUNTIME_DIR"], "standin-" + name)


def noted():
    """Every store that was unlocked and not locked since."""
    folder = os.environ["XDG_RUNTIME_DIR"]
    for name in sorted(os.listdir(folder)):
        if name.startswith("standin-"):
            with open(os.path.join(folder, name)) as file:
                yield json.load(file)


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def fail(text, status=2):
    print(f"standin: error: {text}", file=sys.stderr)
    sys.exit(status)


def lock(store):
    vault = store + ".sotto"
    opened = [one for one in noted() if one["path"] == store]
    if not opened:
        if os.path.exists(vault):
            fail("is locked already")
        os.rename(store, vault)
        os.mkdir(store, 0o700)
        return
    if alive(opened[0]["pid"]):
        words = ["umount", store] if os.geteuid() == 0 else ["fusermount3", "-u", store]
        if subprocess.run(words, capture_output=True).returncode:
            fail("is in use", 14)
        mounts.until("the server ends", lambda: not alive(opened[0]["pid"]))
    elif BUG != "stays":
        mounts.detach(store)
        print("standin: the process that served it was killed", file=sys.stderr)
    os.unlink(note(store))


def unlock(store):
    if mounts.mounted(store):
        fail("something is mounted there")
    with open(os.environ.get("STANDIN_SAYS", os.devnull), "ab") as says:
        child = subprocess.Popen([sys.executable, "-S", os.path.abspath(__file__), "serve", store], stdin=subprocess.DEVNULL,
                                 stdout=says, stderr=says, start_new_session=True)
    mounts.until("it is mounted", lambda: mounts.mounted(store) or child.poll() is not None)
    if child.poll() is not None:
        fail("the server ended")
    with open(note(store), "w") as file:
        json.dump({"path": store, "pid": child.pid, "since": time.time()}, file)


def serve(store):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    server = passing.Passing(store + ".sotto", store, BUG)
    server.serve()
    if BUG == "forgetful":
        for folder, folders, files in os.walk(store + ".sotto"):
            for path in [os.path.join(folder, name) for name in folders + files]:
                for name in os.listxattr(path, follow_symlinks=False):
                    if name.startswith("user.open-"):
                        os.removexattr(path, name, follow_symlinks=False)


def status():
    stores = []
    for one in noted():
        state = "open" if alive(one["pid"]) or BUG == "unaware" else "crashed"
        stores.append({"path": one["path"], "vault": one["path"] + ".sotto", "state": state, "pid": one["pid"]})
    home = os.environ["HOME"]
    for name in os.listdir(home):
        path = os.path.join(home, name.removesuffix(".sotto"))
        if name.endswith(".sotto") and path not in [one["path"] for one in stores]:
            stores.append({"path": path, "vault": path + ".sotto", "state": "locked"})
    print(json.dumps({"schema": "sotto.status/1", "stores": stores}))


def main():
    act, rest = sys.argv[1], sys.argv[2:]
    if act == "lock":
        lock(os.path.abspath(rest[0]))
    elif act == "unlock":
        unlock(os.path.abspath(rest[0]))
    elif act == "serve":
        serve(rest[0])
    elif act == "status":
        status()
    elif act != "verify":
        fail("no such act", 64)


if __name__ == "__main__":
    main()
