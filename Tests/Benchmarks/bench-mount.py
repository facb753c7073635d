#!/usr/bin/env python3
"""Times a mounted vault beside a plain folder and gocryptfs, in the same run.

usage: bench-mount.py PROGRAM FOLDER [--rounds N] [--quick] [--groups NAMES] [--out FILE]

FOLDER is where everything is put up; its file system and its disk are what is measured. Rounds are interleaved: within
one, every mount runs the same group in turn, and the order turns by one each round, so that what else the machine does
hits all alike. Figures are medians. Exit status 1 where one is missed.
"""

import argparse
import datetime
import json
import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "Mount")]

import figures  # noqa: E402
import mounts  # noqa: E402
import opening  # noqa: E402
import table  # noqa: E402


def put_up(options, folder):
    """All that is compared, by name, ours last."""
    made = {"plain": mounts.Plain(os.path.join(folder, "plain"))}
    try:
        made["gocryptfs"] = mounts.Gocryptfs(os.path.join(folder, "gocryptfs"))
        for name in options.also:
            made[name] = {"gocryptfs-xchacha": lambda top: mounts.Gocryptfs(top, init=["-xchacha"])}[name](
                os.path.join(folder, name))
        if options.standin:
            made["sotto"] = mounts.standin(os.path.join(folder, "sotto"))
        elif options.program != "none":
            made["sotto"] = mounts.Sotto(os.path.join(folder, "sotto"), os.path.abspath(options.program))
    except BaseException:
        for mount in made.values():
            mount.end()
        raise
    return made


def measured(options, made, sizes, folder):
    """Every figure of every mount in every round: mount, figure, list of values."""
    found = {name: {} for name in made}
    names = list(made)
    for number in range(options.rounds):
        turn = number % len(names)
        for group in options.groups:
            for name in names[turn:] + names[:turn]:
                print(f"round {number + 1}: {group} on {name}", file=sys.stderr, flush=True)
                mount = made[name]
                try:
                    values = figures.Measurement(mount.folder, mount.pid(), sizes, folder).run(group)
                except (OSError, ValueError, sqlite3.Error, subprocess.CalledProcessError) as error:
                    print(f"{group} on {name} failed: {error}", file=sys.stderr)
                    found[name].setdefault(group + " failed", []).append({"error": str(error)})
                    continue
                for figure, value in values.items():
                    found[name].setdefault(figure, []).append(value)
    return found


def medians(found):
    result = {}
    for name, kept in found.items():
        for figure, values in kept.items():
            if "error" in values[0]:
                continue
            numbers = [value["value"] for value in values]
            processor = [value["processor"] for value in values if value["processor"] is not None]
            result.setdefault(name, {})[figure] = {
                "median": statistics.median(numbers), "unit": values[0]["unit"], "least": min(numbers),
                "most": max(numbers), "processor": statistics.median(processor) if processor else None}
    return result


def machine():
    def line(path, start):
        with open(path) as file:
            return next((text.split(":", 1)[1].strip() for text in file if text.startswith(start)), "")

    def version(*words):
        if not shutil.which(words[0]):
            return "not installed"
        return (subprocess.run(words, capture_output=True, text=True).stdout.splitlines() or [""])[0]

    return {"date": datetime.date.today().isoformat(), "kernel": platform.release(), "processors": os.cpu_count(),
            "processor": line("/proc/cpuinfo", "model name"), "memory": line("/proc/meminfo", "MemTotal"),
            "sqlite": sqlite3.sqlite_version, "gocryptfs": version("gocryptfs", "--version"),
            "fio": version("fio", "--version")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the command, or `none` for the others alone")
    parser.add_argument("folder")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="tiny sizes: whether it works, not how fast it is")
    parser.add_argument("--groups", type=lambda word: word.split(","), default=[*figures.GROUPS, "opening"],
                        help="of " + ", ".join([*figures.GROUPS, "opening"]))
    parser.add_argument("--also", action="append", default=[], choices=["gocryptfs-xchacha"], help="a further peer")
    parser.add_argument("--standin", action="store_true", help="the stand-in of Tests/Mount instead of the command")
    parser.add_argument("--out", help="keeps every figure of every round in this file")
    options = parser.parse_args()
    sizes = figures.SIZES["quick" if options.quick else "full"]
    folder = tempfile.mkdtemp(prefix="sotto-bench-mount-", dir=options.folder)
    with_opening = "opening" in options.groups
    options.groups = [group for group in options.groups if group != "opening"]
    made = {}
    try:
        made = put_up(options, folder)
        document = {"machine": machine(), "rounds": options.rounds, "sizes": sizes,
                    "values": measured(options, made, sizes, folder)}
        document["medians"] = medians(document["values"])
        if with_opening and "sotto" in made and not options.standin:
            print("locking and unlocking", file=sys.stderr, flush=True)
            document["opening"] = opening.measured(made["sotto"], os.path.join(folder, "opening"), options)
    finally:
        for mount in made.values():
            mount.end()
        mounts.leave(folder)
    if options.out:
        with open(options.out, "w") as file:
            json.dump(document, file, indent=1)
            file.write("\n")
    missed = table.printed(document)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
