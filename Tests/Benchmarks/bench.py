#!/usr/bin/env python3
"""Times `sotto` as a whole process beside what a person would write instead, and prints the ratios.

usage: bench.py SOTTO DATA [--runs N] [--sealing PROGRAM]

SOTTO is a release build, DATA the folder that make-data.py and make-openwebui-db.py filled. Each row is the median
of N runs after a warm-up; memory is the largest resident set of the process. Figures of two programs are taken in
turn, so that a machine whose speed drifts still gives a fair ratio. PROGRAM is what `Sealing` builds: the speed of
the vault's cipher by itself.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

PYTHON = r"""
import collections, sqlite3, sys
import orjson
roles = collections.Counter()
for (chat,) in sqlite3.connect(sys.argv[1]).execute("SELECT chat FROM chat"):
    for message in orjson.loads(chat)["history"]["messages"].values():
        roles[message["role"]] += 1
print(roles)
"""
SHELL = ("SELECT json_extract(m.value, '$.role'), count(*) FROM chat, json_each(chat.chat, '$.history.messages') m "
         "GROUP BY 1;")


class Run:
    def __init__(self, command, cpus=None):
        before = time.perf_counter()
        child = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            preexec_fn=(lambda: os.sched_setaffinity(0, cpus)) if cpus else None)
        _, status, usage = os.wait4(child.pid, 0)
        self.wall = time.perf_counter() - before
        self.cpu = usage.ru_utime + usage.ru_stime
        self.memory = usage.ru_maxrss * 1024
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            sys.exit(f"{command[0]} ended with {child.returncode}: {child.stderr.read().decode()[:400]}")


def median(runs, field):
    return statistics.median(getattr(run, field) for run in runs)


def measure(*commands, runs, cpus=None):
    """The runs of each command, taken in turn."""
    for command in commands:
        Run(command, cpus)
    taken = [[] for _ in commands]
    for _ in range(runs):
        for index, command in enumerate(commands):
            taken[index].append(Run(command, cpus))
    return taken


def row(name, figure, wanted, reached):
    print(f"{name:<46} {figure:>22}   {wanted:<22} {'reached' if reached else 'MISSED'}", flush=True)


def sealing(program, runs):
    """What seals, opens and checks blocks of 4 KiB, on one core and on two."""
    speeds = {}
    for line in subprocess.run([program, str(runs)], check=True, capture_output=True, text=True).stdout.splitlines():
        act, threads, speed = line.split()
        speeds[act, int(threads)] = float(speed)
    for act, wanted in (("seal", 1.0), ("open", 1.0), ("check", 1.5)):
        one, two = speeds[act, 1], speeds[act, 2]
        row(f"blocks of 4 KiB, {act}, one core", f"{one:.2f} GB/s", f"at least {wanted:.1f} GB/s", one >= wanted)
        row("  two cores", f"{two:.2f} GB/s", "at least 1.8 × one", two >= 1.8 * one)
    row("the root over its seals, one core", f"{speeds['root', 1]:.0f} GB/s of contents", "", True)


def size(path):
    return sum(f.stat().st_size for f in Path(path).rglob("*") if f.is_file())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sotto")
    parser.add_argument("data", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sealing")
    given = parser.parse_args()
    sotto, data, runs = given.sotto, given.data, given.runs
    one = {sorted(os.sched_getaffinity(0))[0]}
    megabytes = 150 * 10**6
    print(f"{len(os.sched_getaffinity(0))} processors, {runs} runs, medians\n")

    (version,) = measure([sotto, "--version"], runs=max(runs, 9))
    wall = median(version, "wall") * 1000
    row("sotto --version", f"{wall:.1f} ms", "under 20 ms", wall < 20)

    if given.sealing:
        sealing(given.sealing, max(runs, 9))

    database = data / "webui" / "webui.db"
    if database.exists():
        python = [sys.executable, "-c", PYTHON, str(database)]
        try:
            import orjson  # noqa: F401
            mine, theirs = measure([sotto, "scan", "--in", str(database)], python, runs=runs)
            ratio = median(mine, "wall") / median(theirs, "wall")
            row(f"Open WebUI, {size(database.parent) / 1e9:.2f} GB", f"{median(mine, 'wall'):.2f} s", "", True)
            row("  Python with orjson, counting by role", f"{median(theirs, 'wall'):.2f} s", "", True)
            row("  ratio of wall times", f"{ratio:.2f}", "at most 0.60", ratio <= 0.6)
        except ImportError:
            (mine,) = measure([sotto, "scan", "--in", str(database)], runs=runs)
            print("*** SKIPPED: the comparison with Python needs orjson (pip install orjson)")
        memory = median(mine, "memory")
        row("  memory", f"{memory / 1e6:.0f} MB", "under 150 MB", memory < megabytes)
        if shutil.which("sqlite3"):
            mine, theirs = measure([sotto, "scan", "--in", str(database)], ["sqlite3", str(database), SHELL], runs=runs)
            row("  sqlite3 with json_each", f"{median(theirs, 'wall'):.2f} s", "", True)
            row("  ratio of wall times", f"{median(mine, 'wall') / median(theirs, 'wall'):.2f}", "", True)
    else:
        print("*** SKIPPED: no Open WebUI database; make-openwebui-db.py writes it")

    for name, wanted in (("single", 1.0), ("short", 0.4)):
        (taken,) = measure([sotto, "scan", "--in", str(data / name)], runs=runs, cpus=one)
        speed = size(data / name) / median(taken, "cpu") / 1e9
        text = {"single": "long texts, one file of 300 MB, one core", "short": "many short messages, one core"}[name]
        row(text, f"{speed:.2f} GB/s", f"at least {wanted:.1f} GB/s", speed >= wanted)
        memory = median(taken, "memory")
        row("  memory", f"{memory / 1e6:.0f} MB", "under 150 MB", memory < megabytes)

    (taken,) = measure([sotto, "scan", "--in", str(data / "long")], runs=runs)
    share = median(taken, "wall") / median(taken, "cpu")
    row("two files of 1 GB, wall of CPU time", f"{share:.2f} ({median(taken, 'wall'):.2f} s)", "at most 0.65", share <= 0.65)

    (taken,) = measure([sotto, "scan", "--in", str(data / "jan")], runs=runs)
    wall = median(taken, "wall")
    row("Jan, 10,000 threads", f"{wall:.2f} s", "at most 1 s", wall <= 1)
    memory = median(taken, "memory")
    row("  memory", f"{memory / 1e6:.0f} MB", "under 150 MB", memory < megabytes)


if __name__ == "__main__":
    main()
