"""The serving process is killed at random instants under load, again and again: every synced byte is there, the next
unlock works, and what happened is said."""

import hashlib
import os
import random
import shutil

import mounts
import promises


def digest(top):
    """One value for all that is in a tree."""
    hashed = hashlib.blake2b()
    for folder, folders, names in os.walk(top):
        folders.sort()
        for name in sorted(names):
            hashed.update(os.fsencode(os.path.relpath(os.path.join(folder, name), top)) + b"\0")
            hashed.update(promises.read(os.path.join(folder, name)))
    return hashed.hexdigest()


def killed(server, load, choice):
    """Lets the writers work for a while, which chance measures in what they say, and kills the server."""
    watched = load.writers[choice.choice(promises.KINDS)]
    watched.until(choice.choice([1, 2, 3, 5, 8, 13, 20, 40]))
    # Not only at what a writer has just said: somewhere in the next few hundred microseconds.
    for _ in range(choice.randrange(3000)):
        pass
    mounts.kill(server)
    load.end()


def run(given, mount, plain):
    if mount.pid() is None:
        raise mounts.Missing("no serving process is known")
    choice, lines, before = random.Random(f"crashes {given.seed}"), [], {}
    for number in range(given.kills):
        top = os.path.join(mount.folder, f"crash-{given.seed}-{number}")
        server = mount.pid()
        load = promises.Load(top)
        killed(server, load, choice)
        try:
            mount.recover()
            lines += [f"kill {number + 1}: {problem}" for problem in load.broken()]
            # What was there before the last crash is as it was after it.
            for path, known in before.items():
                if digest(path) != known:
                    lines.append(f"kill {number + 1}: {os.path.basename(path)} is no longer as it was")
        except (mounts.Wrong, OSError) as error:
            lines.append(f"kill {number + 1}: {error}")
        if lines:
            break
        before[top] = digest(top)
        while len(before) > 2:
            oldest = next(iter(before))
            del before[oldest]
            shutil.rmtree(oldest)
    print(f"crashes, seed {given.seed}: {number + 1} kills of {mount.name}")
    return lines
