"""A disk that is too small, or that becomes full in the middle: an act stops, says what to do, and can be resumed."""

import os
import subprocess

import image
from layer import Missing


class SmallDisk:
    """A file system in memory of a size of its own. Needs the right to mount."""

    def __init__(self, folder, size):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        result = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "sotto-small", folder],
                                capture_output=True, text=True)
        if result.returncode:
            raise Missing(f"a small disk cannot be mounted here ({result.stderr.strip()})")

    def resize(self, size):
        subprocess.run(["mount", "-o", f"remount,size={size}", self.folder], check=True)

    def used(self):
        status = os.statvfs(self.folder)
        return (status.f_blocks - status.f_bfree) * status.f_frsize

    def end(self):
        subprocess.run(["umount", self.folder], check=True)


def complained(result):
    """What is wrong with how an act ended that found no room."""
    if result.status != 2:
        return [f"{result.said()}, not 2"]
    if "error:" not in result.errors:
        return ["exit 2 without a word"]
    if "hint:" not in result.errors or not any(word in result.errors for word in ("space", "room", "free")):
        return [f"{result.said()}: no hint about space"]
    return []


def too_small(act, disk, share):
    """A disk with only a share of what is there as room besides."""
    disk.resize(1 << 30)
    act.begin()
    disk.resize(disk.used() + int(disk.used() * share / 100) // 4096 * 4096)
    result = act.run(*act.words())
    problems = [f"exit 0, but {text}" for text in act.incomplete()] if result.status == 0 else complained(result)
    problems += act.lost()
    disk.resize(1 << 30)
    return problems + act.finish(), f"{share} % more room: {result.said()}"


def filled(act, disk, at):
    """A disk that somebody fills while the act is stopped before its n-th call."""
    disk.resize(64 << 20)
    act.begin()
    running = act.start(*act.words(), mode="stop", at=at, no_sync=1)
    filler = os.path.join(disk.folder, "somebody's film")
    if running.wait():
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(1 << 20))
            except OSError:
                pass
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        running.go_on()
    result = running.result()
    problems = [f"exit 0, but {text}" for text in act.incomplete()] if result.status == 0 else complained(result)
    problems += act.lost()
    image.remove(filler)
    return problems + act.finish(), f"full at {result.what}: {result.said()}"
