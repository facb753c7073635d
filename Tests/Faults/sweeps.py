"""An act cut off, or failed, at each of its calls; and at any place by a power cut."""

import os
import random

import image
import powercut
import trace
from layer import NUMBERS


TAKES_SPACE = {"open", "write", "fallocate", "mkdir", "symlink", "link", "rename", "fsync", "fdatasync", "setxattr"}


def count(act, only=None, reads=None):
    """How many calls the act makes."""
    act.begin()
    result = act.run(*act.words(), only=only, reads=reads)
    problems = act.incomplete() + act.touched()
    if result.status != 0 or problems:
        raise SystemExit(f"{act.name} fails with no fault at all: {result.said()} {problems}")
    if result.unfollowed:
        raise SystemExit(f"{act.name} changes files in a way that the fault layer cannot follow: {result.what}")
    return result.counted


def killed(act, at, mode="kill"):
    """The process ends before its n-th call, or half-way in its n-th write; then the act is run again."""
    act.begin()
    result = act.run(*act.words(), mode=mode, at=at, only=",write," if mode == "tear" else None)
    if result.met and result.status != -9:
        return [f"{result.said()}, where it was to be killed"], result.what
    problems = act.lost()
    return problems + act.finish(), result.what


def failed(act, at, error, lasting=False, reads=None):
    """The n-th call fails, or all from there on; what cannot be done is said, and the act is run again. Reads may be
    calls too."""
    act.begin()
    result = act.run(*act.words(), mode="fail", at=at, errno=NUMBERS[error], lasting=1 if lasting else None,
                     reads=reads)
    problems = []
    if result.status == 0:
        problems += [f"exit 0, but {text}" for text in act.incomplete()]
    elif result.status != 2 and not (reads and result.status == 13):
        # What cannot be read is damaged, as far as anybody can tell.
        problems.append(f"{result.said()}, not 0 or 2")
    elif "error:" not in result.errors:
        problems.append(f"{result.said()}: no word of error")
    elif error == "ENOSPC" and result.what.split(" ")[0] in TAKES_SPACE and "hint:" not in result.errors:
        problems.append(f"{result.said()}: no hint what to do")
    problems += act.lost()
    return problems + act.finish(), result.what


def shortened(act, at):
    """The n-th write takes only half of what it was given, which is no error."""
    act.begin()
    result = act.run(*act.words(), mode="short", at=at, only=",write,")
    problems = [] if result.status == 0 else [result.said()]
    return problems + act.incomplete() + act.touched(), result.what


class Cuts:
    """Power cuts of one act: the trace of one whole run, cut wherever a seed says."""

    def __init__(self, act):
        self.act = act
        self.path = os.path.join(act.place.folder, "trace")
        act.begin()
        self.before, self.calls = self.traced()
        whole = image.differences(image.scan(act.place.root), powercut.after_all(self.before, self.calls))
        if whole:
            raise SystemExit(f"{act.name}: the trace does not lead to what is on the disk: {whole}")

    def traced(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        before = image.scan(self.act.place.root)
        self.act.run(*self.act.words(), trace=self.path)
        return before, trace.read(self.path) if os.path.exists(self.path) else []

    def cut(self, seed):
        """The power goes, and at times once more while the act is resumed; then it is resumed to its end."""
        act = self.act
        left, what = powercut.after_cut(self.before, self.calls, seed)
        act.place.put(left)
        problems = act.lost()
        choice = random.Random(f"again {seed}")
        while not problems and choice.random() < 0.25:
            before, calls = self.traced()
            left, again = powercut.after_cut(before, calls, choice.random())
            act.place.put(left)
            what += f", then {again}"
            problems = act.lost()
        return problems + act.finish(), what
