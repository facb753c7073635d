"""How long locking a store in place and unlocking it take, with a key file, so that no key derivation is in them."""

import os
import shutil
import statistics
import subprocess
import time

import figures
import mounts


def timed(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def make(folder, files, size):
    """Random contents: nothing on the way can compress or share them."""
    shutil.rmtree(folder, ignore_errors=True)
    for number in range(files):
        place = os.path.join(folder, f"{number // 500:03}")
        os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, f"thread-{number}.json"), "wb") as file:
            file.write(os.urandom(size // files))
    subprocess.run(["sync", "-f", folder], check=True)


def copied_and_shredded(store, copy):
    subprocess.run(["cp", "-r", store, copy], check=True)
    paths = [os.path.join(folder, name) for folder, _, names in os.walk(copy) for name in names]
    subprocess.run(["xargs", "-0", "shred", "-n1"], input="\0".join(paths).encode(), check=True)


def measured(sotto, folder, options):
    """Rows of the table. `sotto` is a mount of ours, whose home is used."""
    files, size = (100, 8 << 20) if options.quick else (10_000, 1 << 30)
    store, copy = os.path.join(folder, "opened"), os.path.join(folder, "copy")
    key = os.path.join(sotto.top, "key")
    with open(key, "wb") as file:
        file.write(os.urandom(64))
    by_hand, locked, unlocked = [], [], []
    try:
        for _ in range(options.rounds):
            make(store, files, size)
            by_hand.append(timed(lambda: copied_and_shredded(store, copy)))
            shutil.rmtree(copy)
            subprocess.run(["sync", "-f", folder], check=True)
            locked.append(timed(lambda: sotto.must("lock", store, "--yes", "--everything", "--key-file", key)))
            figures.forget_pages()
            unlocked.append(timed(lambda: sotto.must("unlock", store, "--key-file", key)))
            sotto.must("lock", store, "--yes")
            sotto.must("restore", store, "--yes", "--key-file", key)
    finally:
        mounts.detach(store)
    share = statistics.median(by_hand) / statistics.median(locked)
    opened = statistics.median(unlocked)
    return [
        {"title": f"unlock of {size >> 20} MiB, {files:,} files, cold cache, key file", "unit": "s", "value": opened,
         "wanted": "≤ 1 s", "reached": opened <= 1},
        {"title": f"lock of {size >> 20} MiB in place, {files:,} files", "unit": "s", "value": statistics.median(locked),
         "beside": f"{share:.0%} of the rate of cp and shred", "wanted": "≥ 60 %", "reached": share >= 0.6},
    ]
