#!/usr/bin/env python3
"""Times locking in place and verifying against what one would do by hand, in the same run.

usage: bench-vault.py PROGRAM FOLDER [--runs N] [--size MIB]

FOLDER is where the files are made; its file system and its disk are what is measured. Each round makes the same
files afresh, one of SIZE and 10,000 of a ten-thousandth, copies and shreds them (`cp -r`, `shred -n1`), then locks
them, verifies the vault and restores it. Figures are medians of whole processes, with a key file, so that no key
derivation is in them.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path


def timed(command, **options):
    begun = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)
    return time.monotonic() - begun


def make(folder, files, length):
    """Random contents: nothing on the way can compress or share them."""
    shutil.rmtree(folder, ignore_errors=True)
    for number in range(files):
        place = folder / f"{number // 500:03}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"thread-{number}.json").write_bytes(os.urandom(length))
    subprocess.run(["sync", "-f", str(folder)], check=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--size", type=int, default=1024, help="MiB")
    options = parser.parse_args()
    size = options.size << 20
    work = options.folder / "sotto-bench-vault"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    key = work / "key"
    key.write_bytes(os.urandom(64))
    state = work / "state"
    environment = os.environ | {"XDG_STATE_HOME": str(state)}

    def run(*words):
        command = [options.program, *words, "--key-file", str(key)]
        return timed(command, env=environment, stderr=subprocess.DEVNULL)

    failed = False
    try:
        for label, files in (("one file", 1), ("10,000 files", 10_000)):
            times = {name: [] for name in ("cp + shred", "lock", "verify", "restore")}
            for _ in range(options.runs):
                store, copy, vault = work / "store", work / "copy", work / "store.sotto"
                make(store, files, size // files)
                copied = timed(["cp", "-r", str(store), str(copy)])
                names = [str(path) for path in copy.rglob("*") if path.is_file()]
                shredded = timed(["xargs", "-0", "shred", "-n1"], input="\0".join(names).encode())
                times["cp + shred"].append(copied + shredded)
                shutil.rmtree(copy)
                subprocess.run(["sync", "-f", str(work)], check=True)
                times["lock"].append(run("lock", str(store), "--yes"))
                run("verify", str(vault))  # warm
                times["verify"].append(run("verify", str(vault)))
                times["restore"].append(run("restore", str(store), "--yes"))
            medians = {name: statistics.median(values) for name, values in times.items()}
            print(f"{label}, {options.size} MiB")
            for name, median in medians.items():
                spread = f"{min(times[name]):.2f} to {max(times[name]):.2f}"
                print(f"  {name:<12} {median:7.2f} s   {size / median / 1e9:5.2f} GB/s   ({spread})")
            ratio = medians["cp + shred"] / medians["lock"]
            speed = size / medians["verify"] / 1e9
            print(f"  lock at {ratio:.0%} of the rate of cp + shred (to reach: 60%)")
            print(f"  verify at {speed:.2f} GB/s (to reach: 1.5)")
            failed = failed or ratio < 0.6 or speed < 1.5
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
