#!/usr/bin/env python3
"""Checks scripts/rescue.py and make_vault.py against each other, and what of a vault may change unseen.

    selftest.py                 every scenario, random trees, secrets, tampering, some flipped bytes
    selftest.py --every-byte    flips every byte of small vaults (minutes)

Works in --folder, or a new folder of the system's temporary ones, which has to keep `user.` attributes.
"""

import argparse
import contextlib
import hashlib
import importlib.util
import io
import json
import os
import shutil
import stat
import sys
import tempfile

import make_vault as maker

sys.dont_write_bytecode = True
specification = importlib.util.spec_from_file_location("rescue", maker.RESCUE)
rescue = importlib.util.module_from_spec(specification)
specification.loader.exec_module(rescue)

failures = []


def check(condition, message):
    if not condition:
        failures.append(message)
        print("FAILED:", message)


def run(*arguments):
    """The exit status of rescue.py and what it said, without a process of its own."""
    said, printed = io.StringIO(), io.StringIO()
    before, sys.argv = sys.argv, ["rescue.py", *arguments]
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(printed):
            try:
                status = rescue.main()
            except SystemExit as stop:
                status = stop.code
    finally:
        sys.argv = before
    return status, said.getvalue() + printed.getvalue()


def secrets_of(folder):
    """The arguments for each secret of a vault, its files written beside it."""
    with open(os.path.join(folder, "secrets.json"), encoding="utf-8") as file:
        known = json.load(file)
    found = {}

    def put(name, option, data):
        path = os.path.join(folder, name)
        with open(path, "wb") as file:
            file.write(data)
        found[name] = [option, path]
    for number, text in enumerate(known.get("passphrases", [])):
        put(f"passphrase{number}", "--passphrase-file", text.encode() + b"\n")
    if "recovery words" in known:
        put("words", "--recovery-file", known["recovery words"].encode())
    if "key file" in known:
        put("keyfile", "--key-file", bytes.fromhex(known["key file"]))
    if "identity" in known:
        put("identity", "--identity", b"# a comment\n" + known["identity"].encode() + b"\n")
    if "ring passphrase" in known:
        put("ringpass", "--passphrase-file", known["ring passphrase"].encode())
        found["ringpass"] += ["--ring", os.path.join(folder, "ring")]
    return found


def compare(out, expected, label):
    """Compares what was written with what was expected, in both directions."""
    out, groups, seen = os.fsencode(out), {}, set()
    for entry in expected["entries"]:
        path = bytes.fromhex(entry["path hex"])
        full = os.path.join(out, path) if path else out
        seen.add(full)
        where = f"{label}: {entry['path']!r}"
        try:
            info = os.lstat(full)
        except OSError as error:
            check(False, f"{where}: {error.strerror}")
            continue
        kind = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}[stat.S_IFMT(info.st_mode)]
        check(kind == entry["kind"], f"{where}: kind {kind}")
        if kind == "file":
            digest = hashlib.sha256()
            with open(full, "rb") as file:
                while part := file.read(1 << 20):
                    digest.update(part)
            check(info.st_size == entry["size"], f"{where}: size {info.st_size}")
            check(digest.hexdigest() == entry["sha256"], f"{where}: contents differ")
        if kind == "link":
            check(os.readlink(full).hex() == entry["target hex"], f"{where}: target differs")
        else:
            check(f"{stat.S_IMODE(info.st_mode):04o}" == entry["mode"], f"{where}: mode {info.st_mode:o}")
        if os.geteuid() == 0:
            check([info.st_uid, info.st_gid] == [entry["owner"], entry["group"]], f"{where}: owner differs")
        seconds, nanoseconds = entry["modified"]
        wanted = seconds * 10 ** 9 + nanoseconds
        # A file system that ends in the year 2446 or 2486 keeps all of these.
        check(info.st_mtime_ns == wanted, f"{where}: modified {info.st_mtime_ns} instead of {wanted}")
        found = {name: os.getxattr(full, name, follow_symlinks=False).hex()
                 for name in os.listxattr(full, follow_symlinks=False)}
        check(found == entry["attributes"], f"{where}: attributes differ")
        if "link group" in entry:
            inode = groups.setdefault(entry["link group"], info.st_ino)
            check(inode == info.st_ino, f"{where}: is not one file with its other names")
    for folder, folders, files in os.walk(out):
        for name in folders + files:
            check(os.path.join(folder, name) in seen, f"{label}: {name!r} was not expected")


def fresh(folder, name):
    path = os.path.join(folder, name)
    shutil.rmtree(path, ignore_errors=True)
    return path


def random_items(random):
    """A tree of random shape; sizes near the borders are likely."""
    items, folders = [maker.Item("", maker.FOLDER)], [b""]
    borders = [0, 3864, 4096, 8192, 64 * 4096, 166 * 4096, 268 * 4096]
    names = set()
    for _ in range(10 + random.below(20)):
        length = 1 + random.below(255) if random.below(3) == 0 else 1 + random.below(20)
        name = bytes(byte for byte in random(length) if byte not in b"\0/") or b"x"
        path = b"/".join(filter(None, [folders[random.below(len(folders))], name]))
        if name in (b".", b"..") or path in names:
            continue
        names.add(path)
        fields = {"mode": random.below(0o10000) | 0o600, "owner": random.below(3) * 1000,
                  "modified": (random.below(2 ** 33) - 2 ** 31, random.below(10 ** 9))}
        if random.below(2):
            fields["attributes"] = {b"user.%d" % n: random(random.below(700)) for n in range(random.below(5))}
        choice = random.below(10)
        if choice < 2:
            items.append(maker.Item(path, maker.FOLDER, **fields))
            folders.append(path)
        elif choice == 2:
            fields.pop("attributes", None)
            target = bytes(byte or 1 for byte in random(1 + random.below(4000)))
            items.append(maker.Item(path, maker.LINK, target=target, **fields))
        else:
            size = max(0, borders[random.below(len(borders))] + random.below(7) - 3)
            parts = [(random.below(size), random(random.below(20000))) for _ in range(random.below(4))] if size else []
            parts = [(at, part[:size - at]) for at, part in parts]
            if parts and random.below(3) == 0:
                parts = [(0, random(size))]
            fields["in_blocks"] = random.below(4) == 0
            items.append(maker.Item(path, maker.FILE, parts, size=size, **fields))
            if random.below(5) == 0:
                items[-1].same = path
                other = maker.Item(path[:-1] + b"~", maker.FILE, parts, size=size, same=path, **fields)
                if other.path not in names:
                    names.add(other.path)
                    items.append(other)
    return items


def scenarios(folder):
    for name in maker.SCENARIOS:
        place, out = fresh(folder, "made"), fresh(folder, "out")
        _, expected = maker.make(name, place, "1")
        for secret, arguments in secrets_of(place).items():
            shutil.rmtree(out, ignore_errors=True)
            status, said = run(os.path.join(place, "vault.sotto"), out, *arguments)
            wanted = expected["status"]
            if name == "large" and status == 1 and said.count("not written:") == said.count("No space left on device"):
                print("not checked: this file system has no room for long attributes")
                wanted = 1
            check(status == wanted, f"{name} with {secret}: status {status}: {said}")
            if wanted == 0:
                compare(out, json.loads(json.dumps(expected)), f"{name} with {secret}")
            for option in ("--list", "--manifest"):
                status, said = run(os.path.join(place, "vault.sotto"), option, *arguments)
                check(status == 0, f"{name} {option}: status {status}: {said}")
        again = fresh(folder, "again")
        maker.make(name, again, "1")
        check(tree_digest(place + "/vault.sotto") == tree_digest(again + "/vault.sotto"),
              f"{name}: one seed made two vaults")


def tree_digest(folder):
    digest = hashlib.sha256()
    for path, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            digest.update(os.path.relpath(os.path.join(path, name), folder).encode())
            with open(os.path.join(path, name), "rb") as file:
                digest.update(file.read())
    return digest.hexdigest()


def frozen(folder):
    """The frozen vaults, read as they stand."""
    root = os.path.join(maker.HERE, "Frozen", "v1")
    for name in sorted(os.listdir(root)) if os.path.isdir(root) else []:
        with tempfile.TemporaryDirectory(dir=folder) as work:
            place = os.path.join(work, name)
            shutil.copytree(os.path.join(root, name), place)
            with open(os.path.join(place, "expected.json"), encoding="utf-8") as file:
                expected = json.load(file)
            for secret, arguments in secrets_of(place).items():
                out = os.path.join(work, "out-" + secret)
                status, said = run(os.path.join(place, "vault.sotto"), out, *arguments)
                check(status == expected["status"], f"frozen {name} with {secret}: status {status}: {said}")
                compare(out, expected, f"frozen {name} with {secret}")


def random_trees(folder, count):
    for seed in range(count):
        items = random_items(maker.Randomness(f"tree {seed}"))
        place, out = fresh(folder, "made"), fresh(folder, "out")
        name = ["everything", "rotated"][seed % 2]
        _, expected = maker.make(name, place, seed, items)
        status, said = run(os.path.join(place, "vault.sotto"), out, *secrets_of(place)["passphrase0"])
        check(status == 0, f"random tree {seed}: status {status}: {said}")
        compare(out, json.loads(json.dumps(expected)), f"random tree {seed}")


def deep(folder):
    """A tree whose paths in the vault are longer than the system takes in one call."""
    items, path = [maker.Item("", maker.FOLDER)], b""
    for level in range(150):
        path += (b"/" if path else b"") + b"%d" % level
        items.append(maker.Item(path, maker.FOLDER))
    items.append(maker.Item(path + b"/file", maker.FILE, [(0, b"deep")], attributes={b"user.a": b"b"}))
    items.append(maker.Item(path + b"/link", maker.LINK, target=b"file"))
    place, out = fresh(folder, "made"), fresh(folder, "out")
    _, expected = maker.make("long-names", place, "1", items)
    status, said = run(os.path.join(place, "vault.sotto"), out, *secrets_of(place)["passphrase0"])
    check(status == 0, f"deep: status {status}: {said}")
    compare(out, json.loads(json.dumps(expected)), "deep")


def cut_off(folder):
    """Acts that were cut off where it is awkward."""
    # Of two names of one object, one has been written anew under the second epoch.
    items = maker.small_tree(maker.Randomness(9))
    data = [(0, b"two names" * 600)]
    items[2:2] = [maker.Item("chats/0", maker.FILE, data, same="pair")]
    items.append(maker.Item("z", maker.FILE, data, same="pair"))
    place, out = fresh(folder, "made"), fresh(folder, "out")
    _, expected = maker.make("two-epochs-cut-off-rotation", place, "1", items)
    status, said = run(os.path.join(place, "vault.sotto"), out, *secrets_of(place)["keyfile"])
    check(status == 0, f"a pair under two epochs: status {status}: {said}")
    compare(out, json.loads(json.dumps(expected)), "a pair under two epochs")
    # What the journal calls the truth is gone.
    place, out = fresh(folder, "made"), fresh(folder, "out")
    vault, _ = maker.make("interrupted-lock", place, "1")
    os.unlink(os.path.join(vault.folder, vault.objects[b"chats/2.json"]["file"]))
    status, said = run(vault.folder, out, *secrets_of(place)["passphrase0"])
    check(status == 13 and "the journal calls it the truth" in said, f"the truth is gone: status {status}: {said}")


def statuses(folder):
    place, out = fresh(folder, "made"), fresh(folder, "out")
    maker.make("everything", place, "1")
    vault, secrets = os.path.join(place, "vault.sotto"), secrets_of(place)
    for name, (option, path, *_) in secrets.items():
        with open(path, "rb") as file:
            data = file.read()
        wrong = path + "-wrong"
        if name == "words":
            data = b" ".join([data.split()[1], *data.split()[1:]])
        elif name == "identity":
            data = maker.bech32("sotto-secret-key-", bytes(32)).upper().encode()
        else:
            data = b"x" + data
        with open(wrong, "wb") as file:
            file.write(data)
        status, said = run(vault, out, option, wrong)
        check(status == 10, f"wrong {name}: status {status}: {said}")
    os.makedirs(fresh(folder, "empty"))
    check(run(os.path.join(folder, "empty"), out, *secrets["words"])[0] == 11, "an empty folder is not a vault")
    check(run(os.path.join(folder, "nowhere"), out, *secrets["words"])[0] == 11, "nothing is not a vault")
    for name in ("header.1", "header.2"):
        with open(os.path.join(vault, name), "r+b") as file:
            file.seek(8)
            file.write(b"\2")
    check(run(vault, out, *secrets["words"])[0] == 12, "a later format version is newer")


def tampering(folder):
    """What somebody may do to a locked vault without a secret; each must be named."""
    def scene():
        place = fresh(folder, "made")
        vault, _ = maker.make("everything", place, "1", maker.small_tree(maker.Randomness(5)))
        # An older state of everything, as a copy made before would have it.
        old = fresh(folder, "old")
        shutil.copytree(vault.folder, old)
        changed = vault.objects[b"chats/2.json"]["item"]
        changed.generation, changed.segments = 2, [(0, b"new contents" * 400)]
        changed.size = 4800
        vault.put([changed])
        vault.write_header()
        vault.write_manifest()
        return vault, old, place

    def path(vault, name):
        return os.path.join(vault.folder, vault.objects[name]["file"])

    def swap(vault, old):
        a, b = path(vault, b"chats/1.json"), path(vault, b"chats/2.json")
        os.rename(a, a + "x")
        os.rename(b, a)
        os.rename(a + "x", b)

    def grow(vault, old):
        with open(path(vault, b"chats/2.json"), "ab") as file:
            file.write(bytes(4096))

    def cut(vault, old):
        full = path(vault, b"chats/2.json")
        os.truncate(full, os.path.getsize(full) - 1)

    def back(*names):
        def act(vault, old):
            for name in names:
                target = os.path.relpath(path(vault, name), vault.folder) if isinstance(name, bytes) else name
                shutil.copy(os.path.join(old, target), os.path.join(vault.folder, target))
        return act

    acts = {
        "swap two files": swap,
        "remove a file": lambda v, o: os.unlink(path(v, b"chats/0.json")),
        "remove a folder": lambda v, o: shutil.rmtree(os.path.dirname(path(v, b"chats"))),
        "remove a folder's head": lambda v, o: os.unlink(path(v, b"chats")),
        "copy a file to another folder": lambda v, o: shutil.copy(
            path(v, b"chats/1.json"), os.path.join(v.folder, "tree.1", os.path.basename(path(v, b"chats/1.json")))),
        "replace a file by another": lambda v, o: shutil.copy(path(v, b"chats/0.json"), path(v, b"settings.json")),
        "append a page": grow,
        "cut a byte": cut,
        "an older file": back(b"chats/2.json"),
        "an older header": back("header.1", "header.2"),
        "one older header": back("header.2"),
        "no manifest": lambda v, o: [os.unlink(os.path.join(v.folder, f"manifest.{n}")) for n in (2, 3)],
        "the manifest before": lambda v, o: os.unlink(os.path.join(v.folder, "manifest.3")),
        "a manifest under another number": lambda v, o: os.rename(
            os.path.join(v.folder, "manifest.3"), os.path.join(v.folder, "manifest.4")),
        "one header": lambda v, o: os.unlink(os.path.join(v.folder, "header.1")),
        "no header": lambda v, o: [os.unlink(os.path.join(v.folder, f"header.{n}")) for n in (1, 2)],
        "no tree": lambda v, o: shutil.rmtree(os.path.join(v.folder, "tree.1")),
        "a file of the store as a manifest": lambda v, o: shutil.copy(
            path(v, b"chats/2.json"), os.path.join(v.folder, "manifest.4")),
    }
    for name, act in acts.items():
        vault, old, place = scene()
        secret = secrets_of(place)["keyfile"]
        check(run(vault.folder, fresh(folder, "out"), *secret)[0] == 0, f"{name}: was not good before")
        act(vault, old)
        status, said = run(vault.folder, fresh(folder, "out"), *secret)
        if name in ("one older header", "the manifest before"):
            # Either is how a cut-off change leaves it, and how somebody without the counter cannot tell.
            print(f"{name}: status {status}: {said.strip()}")
        else:
            check(status == 13, f"{name}: status {status}: {said}")


def flips_tree(random):
    """Every structure, in as few bytes as possible."""
    return [maker.Item("", maker.FOLDER),
            maker.Item("hole", maker.FILE, [(4096, b"block")], size=9000),
            maker.Item("inside", maker.FILE, [(0, b"contents")], attributes={b"user.a": b"b"}),
            maker.Item("n" * 200, maker.FILE, [(0, b"long name")]),
            maker.Item("outside", maker.FILE, attributes={b"user.long": random(3900)}),
            maker.Item("link", maker.LINK, target=b"inside")]


def superseded(vault, scenario):
    """Tells of a file and an offset whether nothing reads it any more, or it was never promised."""
    if scenario == "two-epochs-cut-off-rotation":
        # What was written anew lies in tree.1 until it is removed.
        used = {each["file"] for each in vault.objects.values()}
        return lambda file, at: file.startswith("tree.1/") and file not in used
    if scenario == "open":
        # The log has all pages of one object anew, removes another, and goes on after its last promise.
        anew, gone = (vault.objects[path]["file"] for path in (b"chats/3.json", b"settings.json"))
        with open(os.path.join(vault.folder, "log"), "rb") as file:
            log = file.read()
        promise = max(at for at in range(4096, len(log), 512) if log[at:at + 5] == b"\x40\0\0\0\4")
        return lambda file, at: file in (anew, gone) or file == "log" and at >= promise
    if scenario == "interrupted-lock":
        # The journal ends in half a record.
        length = os.path.getsize(os.path.join(vault.folder, "journal"))
        return lambda file, at: file == "journal" and at >= length - (length - 96) % 64
    return lambda file, at: False


def flips(folder, step, scenario, items=None):
    """Flips a bit in bytes of a vault; returns how many, and those whose change was not noticed."""
    place, out = fresh(folder, "made"), fresh(folder, "out")
    vault, _ = maker.make(scenario, place, "1", items)
    names = secrets_of(place)
    secret = names.get("keyfile") or names["passphrase0"]
    tried, unseen, idle = 0, [], superseded(vault, scenario)
    for root, _, files in sorted(os.walk(vault.folder)):
        for name in sorted(files):
            full = os.path.join(root, name)
            short = os.path.relpath(full, vault.folder)
            if short.startswith(("new/", "erasing/")):
                continue
            with open(full, "r+b") as file:
                for at in range(tried % step, os.path.getsize(full), step):
                    file.seek(at)
                    byte = file.read(1)[0]
                    file.seek(at)
                    file.write(bytes([byte ^ 1 << at % 8]))
                    file.flush()
                    status, said = run(vault.folder, out, *secret)
                    shutil.rmtree(out, ignore_errors=True)
                    # A log whose end cannot be told from what an earlier one has left is remarked upon.
                    is_said = status in (10, 11, 12, 13) or short == "log" and "log: record" in said
                    if not is_said and not idle(short, at):
                        unseen.append((short, at))
                        if status != 0:
                            check(False, f"{scenario}: {short} at {at}: status {status}: {said}")
                    file.seek(at)
                    file.write(bytes([byte]))
                    file.flush()
                    tried += 1
    return tried, unseen


def runs(places):
    """Offsets as runs, for people."""
    found = []
    for name, at in places:
        if found and found[-1][0] == name and found[-1][2] + 1 >= at:
            found[-1][2] = at
        else:
            found.append([name, at, at])
    return ", ".join(f"{name} {a}-{b}" for name, a, b in found)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--every-byte", action="store_true")
    parser.add_argument("--step", type=int, help="flip every so many bytes")
    parser.add_argument("--trees", type=int, default=12)
    parser.add_argument("--folder")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(dir=arguments.folder)
    try:
        frozen(folder)
        scenarios(folder)
        random_trees(folder, arguments.trees)
        deep(folder)
        cut_off(folder)
        statuses(folder)
        tampering(folder)
        step = 1 if arguments.every_byte else arguments.step or 101
        several = [maker.Item("", maker.FOLDER),
                   maker.Item("seals", maker.FILE, [(64 * 4096 + 5, b"x")], size=64 * 4096 + 10000)]
        rotating = [maker.Item("", maker.FOLDER), maker.Item("chats", maker.FOLDER)] + [
            maker.Item(f"chats/{n}.json", maker.FILE, [(0, b"x")]) for n in (1, 2, 3)]
        for name, items in (("everything", flips_tree(maker.Randomness(7))), ("long-names", several),
                            ("two-epochs-cut-off-rotation", rotating), ("interrupted-lock", None), ("open", None)):
            one_step = max(step, 7) if items is several else step
            tried, unseen = flips(folder, one_step, name, items)
            print(f"{name}: {tried} bytes flipped, unseen: {runs(unseen) or 'none'}", flush=True)
            check(not unseen, f"{name}: flips were not seen")
    finally:
        shutil.rmtree(folder)
    print(f"{len(failures)} failures" if failures else "all passed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
