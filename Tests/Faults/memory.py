"""Looks into the memory of a process for its secrets: at its end, where none may be left; in the middle of its work,
where they may be in pages that are neither swapped nor dumped; and in a core dump, which there must not be.
"""

import glob
import os
import resource
import signal
import subprocess

import layer
from programs import Unreadable

def without_limits():
    """Core dumps as large as they like, and no run for ever."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    signal.alarm(60)


class Region:
    """A part of a stopped process's memory: its place, its flags and its bytes."""

    def __init__(self, name, flags, data):
        self.name, self.flags, self.data = name, flags, data


def regions(pid):
    """Everything in the memory of a stopped process that it may have written."""
    found, current = [], None
    with open(f"/proc/{pid}/smaps") as file:
        for line in file:
            words = line.split()
            if not words[0].endswith(":"):
                current = line.strip()
            elif words[0] == "VmFlags:":
                found.append((current, set(words[1:])))
    try:
        memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
    except PermissionError:
        raise layer.Missing("the memory of a process that hides it can be read by root alone") from None
    read = []
    for name, flags in found:
        words = name.split()
        start, end = (int(part, 16) for part in words[0].split("-"))
        if "r" not in words[1] or name.endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
            continue
        try:
            read.append(Region(name, flags, os.pread(memory, end - start, start)))
        except OSError:
            pass
    os.close(memory)
    return read


def at_end(start, secrets):
    """Stops the process when all is done but ending, and searches all of its memory."""
    running = start(at_exit=1, no_sync=1, before=without_limits)
    if not running.wait():
        return [f"it ended without a stop: {running.result().said()}"], "at the end"
    try:
        read = regions(running.child.pid)
    finally:
        running.go_on()
    result = running.result()
    problems = [] if result.status == 0 else [result.said()]
    for name, secret in secrets().items():
        problems += [f"{name} is left at the end in {region.name}" for region in read if secret in region.data]
    return problems, f"at the end, {sum(len(region.data) for region in read) >> 10} KiB"


def in_middle(start, secrets, at):
    """Stops the process before its n-th call; what holds a secret must be locked and left out of dumps."""
    running = start(mode="stop", at=at, reads=1, no_sync=1, before=without_limits)
    if not running.wait():
        return [], "past the end"
    try:
        read = regions(running.child.pid)
    finally:
        running.go_on()
    result = running.result()
    problems, seen = [] if result.status == 0 else [result.said()], set()
    for name, secret in secrets().items():
        for region in read:
            if secret in region.data:
                seen.add(name)
                if "lo" not in region.flags:
                    problems.append(f"{name} is in memory that may be swapped: {region.name}")
                if "dd" not in region.flags:
                    problems.append(f"{name} is in memory that may be dumped: {region.name}")
    return problems, f"at {result.what}, {len(seen)} secrets seen"


def dumped(start, secrets, at, number, folder):
    """Has the process die of a signal that dumps its memory; gives what is in the dump."""
    for path in glob.glob(os.path.join(folder, "core*")):
        os.unlink(path)
    running = start(mode="stop", at=at, reads=1, no_sync=1, before=lambda: (os.chdir(folder), without_limits()))
    if not running.wait():
        return [], "past the end"
    os.kill(running.child.pid, number)
    os.kill(running.child.pid, signal.SIGCONT)
    _, status = os.waitpid(running.child.pid, 0)
    running.ended = running.child.returncode = -number
    problems = ["the kernel says that a core was dumped"] if os.WCOREDUMP(status) else []
    if not os.WIFSIGNALED(status):
        problems.append(f"it did not die of signal {number}")
    known = secrets()
    for path in glob.glob(os.path.join(folder, "core*")):
        with open(path, "rb") as file:
            data = file.read()
        problems += [f"{name} is in a core dump" for name, secret in known.items() if secret in data]
    return problems, f"signal {number}"


def of_act(act):
    """How to start an act of the command, its secrets, and how many calls it makes."""
    known = {}

    def learn():
        try:
            known.update(act.program.secrets(act.place.vault, act.place.keys))
        except Unreadable:
            pass

    def start(**wanted):
        act.begin()
        learn()
        return act.start(*act.words(), **wanted)

    def secrets():
        learn()
        for path in act.place.keys:
            with open(path, "rb") as file:
                known[f"contents of {os.path.basename(path)}"] = file.read().strip()
        return known

    return start, secrets, start(no_sync=1, reads=1).result().counted


def leaky(library, place, mistake):
    """The same of the stand-in."""
    program = os.path.join(place.folder, "leaky")
    subprocess.run(["cc", "-O1", "-o", program, os.path.join(os.path.dirname(__file__), "leaky.c")], check=True)
    os.makedirs(place.root, exist_ok=True)

    def start(**wanted):
        return layer.Running(library, [program, mistake, place.root, place.keys[0]], place.environment, place.root,
                             place.folder, **wanted)

    def secrets():
        with open(place.keys[0], "rb") as file:
            return {"the secret": file.read()}

    return start, secrets, start(reads=1).result().counted


def dumps_are_piped():
    """Whether the system gives cores to a program, where this search cannot look into them."""
    with open("/proc/sys/kernel/core_pattern") as file:
        return file.read(1) == "|"
