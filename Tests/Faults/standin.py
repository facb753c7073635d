#!/usr/bin/env python3
"""A stand-in for `sotto` with which the harnesses are tested: they must find nothing in it as it is, and find each of
the mistakes that STANDIN_BUG puts into it. Its vault is not Sotto's, and its cryptography is a toy.

usage: standin.py lock|restore|verify STORE … · key change|rotate|list VAULT …, with Sotto's own options

    DIR.sotto/header      the epochs' keys under the key file, as JSON
    DIR.sotto/manifest    the name and hash of every object, and a counter
    DIR.sotto/tree.1/     an object for each file, folder and link, under a hash of its path
    DIR.sotto/new/        what is being written
    DIR.sotto/erasing/    plaintext that is no longer the truth
"""

import fcntl
import hashlib
import hmac
import json
import os
import signal
import stat
import sys

BUG = os.environ.get("STANDIN_BUG", "")
MISTAKES = {
    # found by killing and failing
    "erase-first", "ignore-errors", "ignore-short", "no-resume", "two-steps-header", "forget-attributes",
    # found by power cuts
    "no-sync-object", "no-sync-folder", "no-sync-record", "no-sync-restored",
    # found by what others do meanwhile
    "follow-links", "overwrite-links", "no-lease", "take-strays", "fill-disk",
    # found by changing the vault
    "no-object-check", "no-manifest", "no-counter", "no-length", "unnamed",
    # found by searching
    "leak-name", "leak-text", "leak-record", "keep-plain",
}


class Refused(Exception):
    def __init__(self, status, text, hint=None):
        super().__init__(text)
        self.status, self.hint = status, hint


# ---- bytes ----

def mask(key, nonce, data):
    stream = hashlib.shake_256(key + nonce).digest(len(data))
    return bytes(a ^ b for a, b in zip(data, stream))


def seal(key, data):
    nonce = os.urandom(16)
    text = nonce + mask(key, nonce, data)
    return text + hmac.digest(key, text, "sha256")


def unseal(key, blob):
    text, tag = blob[:-32], blob[-32:]
    if BUG != "no-object-check" and not hmac.compare_digest(hmac.digest(key, text, "sha256"), tag):
        raise Refused(13, "an object is damaged")
    return mask(key, text[:16], text[16:])


def disk_name(key, path):
    return hmac.digest(key, b"name" + path, "sha256").hex()[:40]


def put(folder, name, data, mode=0o600):
    """Writes a file of the vault, or of the store, and leaves it open."""
    file = os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, mode, dir_fd=folder)
    try:
        while data:
            done = os.write(file, data)
            data = b"" if BUG == "ignore-short" else data[done:]
    except OSError:
        if BUG != "ignore-errors":
            raise
    return file


def get(folder, name):
    file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    with open(file, "rb") as source:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise Refused(13, f"{name} is no file")
        return source.read()


def sync(file, kind):
    if BUG != f"no-sync-{kind}":
        os.fsync(file)


opened = []


def open_folder(name, folder=None, follow=False):
    links = 0 if follow else os.O_NOFOLLOW
    opened.append(os.open(name, os.O_RDONLY | os.O_DIRECTORY | links, dir_fd=folder))
    return opened[-1]


def make_folder(name, folder):
    try:
        os.mkdir(name, 0o700, dir_fd=folder)
        os.fsync(folder)
    except FileExistsError:
        pass
    return open_folder(name, folder)


def replace(folder, name, data):
    file = put(folder, name + ".new", data)
    if BUG == "two-steps-header" and name == "header":
        try:
            os.unlink(name, dir_fd=folder)
        except FileNotFoundError:
            pass
    sync(file, "record")
    os.close(file)
    os.rename(name + ".new", name, src_dir_fd=folder, dst_dir_fd=folder)
    sync(folder, "record")


# ---- the vault ----

class Vault:
    def __init__(self, path, key_file, make=False):
        self.path = os.path.abspath(path)
        if make and not os.path.exists(self.path):
            above = open_folder(os.path.dirname(self.path))
            os.mkdir(self.path, 0o700)
            os.fsync(above)
        try:
            self.folder = open_folder(self.path)
        except OSError:
            raise Refused(11, "no vault")
        self.header = None
        try:
            text, _, check = get(self.folder, "header").rpartition(b"\n")
            if hashlib.sha256(text).hexdigest().encode() != check:
                raise ValueError
            self.header = json.loads(text)
        except FileNotFoundError:
            if not make:
                raise Refused(11, "no vault")
        except ValueError:
            raise Refused(13, "the header is damaged")
        if self.header is None:
            self.header = {"id": os.urandom(8).hex(), "slots": [], "epochs": [1], "rotating": False, "generation": 0}
            self.keys = {1: os.urandom(32)}
            self.set_slot(key_file)
            self.write_header()
        else:
            try:
                self.open(key_file)
            except (KeyError, TypeError, ValueError, AttributeError):
                raise Refused(13, "the header is damaged")

    def open(self, key_file):
        if set(self.header) != {"id", "slots", "epochs", "rotating", "generation"}:
            raise ValueError
        secret = digest(key_file)
        for slot in self.header["slots"]:
            sealed = bytes.fromhex(slot["keys"])
            if hmac.compare_digest(hmac.digest(secret, sealed[:-32], "sha256"), sealed[-32:]):
                packed = unseal(secret, sealed)
                self.slot = slot["id"]
                self.keys = {e: packed[32 * i:32 * i + 32] for i, e in enumerate(self.header["epochs"])}
                return
        raise Refused(10, "the secret opens no slot")

    def set_slot(self, key_file):
        packed = b"".join(self.keys[e] for e in self.header["epochs"])
        self.slot = os.urandom(16).hex()
        self.header["slots"] = [{"id": self.slot, "keys": seal(digest(key_file), packed).hex()}]

    def write_header(self):
        self.header["generation"] += 1
        text = json.dumps(self.header).encode()
        replace(self.folder, "header", text + b"\n" + hashlib.sha256(text).hexdigest().encode())

    def trees(self):
        for epoch in sorted(self.keys):
            try:
                yield epoch, open_folder(f"tree.{epoch}", self.folder)
            except FileNotFoundError:
                pass

    def objects(self):
        """Every object, that of a later epoch over that of an earlier one: path to (what is known of it, contents)."""
        found = {}
        for epoch, tree in self.trees():
            for name in sorted(os.listdir(tree)):
                known, data = self.read(epoch, tree, name)
                found[bytes.fromhex(known["path"])] = (known, data)
        return found

    def read(self, epoch, tree, name):
        blob = get(tree, name)
        if BUG == "no-length":
            blob = blob[:int.from_bytes(blob[:8], "little") + 8]
        text = unseal(self.keys[epoch], blob[8:])
        length = int.from_bytes(text[:4], "little")
        known = json.loads(text[4:4 + length])
        if BUG != "no-object-check" and disk_name(self.keys[epoch], bytes.fromhex(known["path"])) != name:
            raise Refused(13, "an object is not where it belongs")
        return known, text[4 + length:]

    def write(self, epoch, known, data):
        path = bytes.fromhex(known["path"])
        name = disk_name(self.keys[epoch], path)
        text = json.dumps(known).encode()
        blob = seal(self.keys[epoch], len(text).to_bytes(4, "little") + text + data)
        new = make_folder("new", self.folder)
        tree = make_folder(f"tree.{epoch}", self.folder)
        file = put(new, name, len(blob).to_bytes(8, "little") + blob)
        sync(file, "object")
        os.close(file)
        if BUG not in ("ignore-errors", "ignore-short") and get(new, name)[8:] != blob:
            raise Refused(2, "what was written does not read back")
        os.rename(name, name, src_dir_fd=new, dst_dir_fd=tree)
        sync(tree, "folder")
        sync(new, "folder")
        os.close(new)
        os.close(tree)

    def finish(self):
        """Writes the manifest, and after it the machine's record of its counter."""
        listed = {f"tree.{epoch}/{name}": hashlib.sha256(get(tree, name)).hexdigest()
                  for epoch, tree in self.trees() for name in os.listdir(tree)}
        counter = self.record() + 1
        body = json.dumps({"counter": counter, "generation": self.header["generation"], "objects": listed,
                           "header": hashlib.sha256(get(self.folder, "header")).hexdigest()}).encode()
        replace(self.folder, "manifest", seal(max(self.keys.items())[1], body))
        text = str(counter)
        if BUG == "leak-record":
            text += " " + next(os.fsdecode(path) for path in self.objects() if len(path) > 6)
        home = os.environ["XDG_STATE_HOME"]
        state = make_folder("standin", make_folder(os.path.basename(home), open_folder(os.path.dirname(home))))
        replace(state, self.header["id"], text.encode())

    def missing(self):
        """What the manifest lists and is not there; an act that is under way has no use for one."""
        try:
            listed = json.loads(unseal(max(self.keys.items())[1], get(self.folder, "manifest")))["objects"]
        except (OSError, Refused):
            return {}
        return {name for name in listed if not os.path.exists(os.path.join(self.path, name))}

    def record(self):
        try:
            with open(os.path.join(os.environ["XDG_STATE_HOME"], "standin", self.header["id"])) as file:
                return int(file.read().split()[0])
        except FileNotFoundError:
            return 0

    def tidy(self, *folders):
        for name in folders:
            try:
                folder = open_folder(name, self.folder)
            except FileNotFoundError:
                continue
            for left in os.listdir(folder):
                os.unlink(left, dir_fd=folder)
            os.rmdir(name, dir_fd=self.folder)
            os.fsync(self.folder)


    def tidy_files(self, *names):
        for name in names:
            try:
                os.unlink(name, dir_fd=self.folder)
                os.fsync(self.folder)
            except FileNotFoundError:
                pass


def digest(key_file):
    with open(key_file, "rb") as file:
        return hashlib.sha256(file.read()).digest()


# ---- locking ----

def known_of(path, status, attributes, **more):
    kind = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}[stat.S_IFMT(status.st_mode)]
    return {"path": path.hex(), "kind": kind, "mode": stat.S_IMODE(status.st_mode), "owner": status.st_uid,
            "group": status.st_gid, "modified": status.st_mtime_ns,
            "attributes": {name: value.hex() for name, value in attributes.items()}, **more}


def attributes_of(file):
    return {name: os.getxattr(file, name) for name in os.listxattr(file)}


def lock(store, key_file, bulk):
    store = os.path.abspath(store)
    follow = BUG == "follow-links"
    vault = Vault(store + ".sotto", key_file, make=True)
    if BUG == "no-resume" and os.path.isdir(vault.path + "/new"):
        raise Refused(2, "an act was cut off")
    vault.tidy("new", "erasing")
    vault.tidy_files("header.new", "manifest.new")
    epoch = max(vault.keys)
    top = open_folder(store)
    fcntl_flags(top, False)
    found = vault.objects()
    if b"" in found:
        os.fchmod(top, 0o700)
    refused = []

    mine, numbers = set(), {}

    def walk(folder, below, visit):
        """Calls `visit` with every name but folders; follows no link."""
        for name in sorted(os.fsencode(n) for n in os.listdir(folder)):
            if not below and os.fsdecode(name) == bulk:
                continue
            path = below + b"/" + name if below else name
            try:
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode) or follow and os.path.isdir(os.path.join(store, os.fsdecode(path))):
                    inner = open_folder(name, folder, follow)
                    visit(inner, name, path, status)
                    walk(inner, path, visit)
                    if visit is leave:
                        os.rmdir(name, dir_fd=folder)
                        os.fsync(folder)
                    os.close(inner)
                else:
                    visit(folder, name, path, status)
            except (FileNotFoundError, NotADirectoryError, BlockingIOError):
                refused.append(path)
            except OSError as error:
                if error.errno not in (39, 40):
                    raise
                refused.append(path)

    def take(folder, name, path, status):
        """Seals one file, folder or link; nothing is erased before all of them are, or names of one file part."""
        if path in found:
            numbers[status.st_ino] = found[path][0].get("number")
        elif stat.S_ISDIR(status.st_mode):
            vault.write(epoch, known_of(path, os.fstat(folder), attributes_of(folder)), b"")
        elif stat.S_ISLNK(status.st_mode):
            vault.write(epoch, known_of(path, status, {}), os.readlink(name, dir_fd=folder))
        elif stat.S_ISREG(status.st_mode):
            file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
            seal_file(file, path)
            os.close(file)
        mine.add(path)

    def seal_file(file, path):
        status = os.fstat(file)
        attributes = {} if BUG == "forget-attributes" else attributes_of(file)
        with open(f"/proc/self/fd/{file}", "rb") as source:
            data = source.read()
        number = numbers.setdefault(status.st_ino, os.urandom(8).hex())
        if BUG != "erase-first" or path in mine:
            vault.write(epoch, known_of(path, status, attributes, number=number), data)
        return data

    def leave(folder, name, path, status):
        """Takes one name's plaintext away."""
        if stat.S_ISLNK(status.st_mode):
            if now[path][1] == os.readlink(name, dir_fd=folder):
                os.unlink(name, dir_fd=folder)
                os.fsync(folder)
            else:
                refused.append(path)
            return
        if not stat.S_ISREG(status.st_mode):
            return
        file = os.open(name, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        try:
            if BUG != "no-lease":
                fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
            with open(f"/proc/self/fd/{file}", "rb") if BUG == "no-lease" else open(os.dup(file), "rb") as source:
                data = source.read()
            if path not in now or now[path][1] != data:
                # Changed since it was sealed; but what an earlier run sealed is gone, and this is another file.
                if path in found and BUG != "take-strays":
                    refused.append(path)
                    return
                if BUG != "erase-first":
                    known = known_of(path, os.fstat(file), attributes_of(file), number=os.urandom(8).hex())
                    vault.write(epoch, known, data)
            erasing = make_folder("erasing", vault.folder)
            hidden = disk_name(vault.keys[epoch], path)
            os.rename(name, hidden, src_dir_fd=folder, dst_dir_fd=erasing)
            sync(erasing, "folder")
            sync(folder, "folder")
            # The name may have been another file's by then; who looked it up before may be waiting to open this one.
            mine_still = os.stat(hidden, dir_fd=erasing).st_ino == os.fstat(file).st_ino
            if BUG != "no-lease" and (not mine_still or fcntl.fcntl(file, fcntl.F_GETLEASE) != fcntl.F_WRLCK):
                os.link(hidden, name, src_dir_fd=erasing, dst_dir_fd=folder)
                os.fsync(folder)
                os.unlink(hidden, dir_fd=erasing)
                if mine_still:
                    os.unlink(hidden, dir_fd=open_folder(f"tree.{epoch}", vault.folder))
                refused.append(path)
                return
            if BUG == "keep-plain":
                return
            if os.fstat(file).st_nlink == 1 or BUG == "overwrite-links":
                os.pwrite(file, os.urandom(len(data)), 0)
                os.fsync(file)
            os.unlink(hidden, dir_fd=erasing)
            os.fsync(erasing)
            if BUG == "erase-first":
                known = known_of(path, status, attributes_of(file), number=numbers.setdefault(status.st_ino, path.hex()))
                vault.write(epoch, known, data)
        finally:
            os.close(file)

    if b"" not in found:
        vault.write(epoch, known_of(b"", os.fstat(top), attributes_of(top)), b"")
    walk(top, b"", take)
    now = vault.objects()
    refused.clear()
    walk(top, b"", leave)
    walk(top, b"", lambda folder, name, path, status: stat.S_ISDIR(status.st_mode) or refused.append(path))
    if BUG == "leak-name":
        os.close(put(vault.folder, "note", b" ".join(vault.objects())))
    if BUG == "leak-text":
        os.close(put(vault.folder, "note", b"".join(data[100:180] for _, data in vault.objects().values())))
    if BUG != "keep-plain":
        vault.tidy("erasing")
    vault.tidy("new")
    vault.finish()
    os.fchmod(top, 0o500)
    fcntl_flags(top, True)
    print(json.dumps({"schema": "sotto.lock/1", "stores": [{"path": store, "vault": vault.path,
                      "refused": [{"path": os.fsdecode(path), "why": "in use"} for path in refused]}]}))
    return 14 if refused else 0


def fcntl_flags(folder, immutable):
    """Sets or clears the immutable flag, where that can be had."""
    flags = bytearray(8)
    try:
        fcntl.ioctl(folder, 0x80086601, flags)
        value = int.from_bytes(flags, "little") & ~0x10 | (0x10 if immutable else 0)
        fcntl.ioctl(folder, 0x40086602, value.to_bytes(8, "little"))
    except OSError:
        pass


# ---- restoring ----

def restore(store, key_file, accept):
    store = os.path.abspath(store)
    if os.path.isdir(store + ".sotto") and not os.listdir(store + ".sotto"):
        os.rmdir(store + ".sotto")
        return 0
    vault = Vault(store + ".sotto", key_file)
    if "restoring" not in os.listdir(vault.folder):
        missing = {} if BUG == "no-manifest" or accept else vault.missing()
        if missing:
            raise Refused(13, f"missing: {sorted(missing)}")
        replace(vault.folder, "restoring", b"")
    above = open_folder(os.path.dirname(store))
    top = make_folder(os.path.basename(store), above)
    fcntl_flags(top, False)
    found = vault.objects()
    if b"" in found:
        os.fchmod(top, 0o700)
    numbers = {}

    def folder_of(path):
        folder = os.dup(top)
        parts = path.split(b"/")[:-1]
        for index, part in enumerate(parts):
            folder = make_folder(part, folder)
        return folder

    def dress(file, known):
        os.fchown(file, known["owner"], known["group"])
        os.fchmod(file, known["mode"])
        for name, value in known["attributes"].items():
            os.setxattr(file, name, bytes.fromhex(value))
        os.utime(file, ns=(known["modified"], known["modified"]))

    kept = []

    def drop(path):
        for epoch, tree in vault.trees():
            try:
                os.unlink(disk_name(vault.keys[epoch], path), dir_fd=tree)
                os.fsync(tree)
            except FileNotFoundError:
                pass

    # Names of one file are given back as such, also when an earlier run brought the first of them.
    for path, (known, data) in sorted(found.items()):
        if known["kind"] == "file":
            numbers.setdefault(known["number"], []).append(path)
    for path, (known, data) in sorted(found.items()):
        if known["kind"] == "folder":
            continue
        folder, name = folder_of(path), path.split(b"/")[-1]
        there = os.path.lexists(f"/proc/self/fd/{folder}/".encode() + name)
        if there and not same(folder, name, known, data):
            kept.append(path)
            continue
        if there:
            numbers.get(known.get("number"), [path])[0] = path
            if known["kind"] == "file":
                continue
        if known["kind"] == "link":
            if not there:
                os.symlink(data, name, dir_fd=folder)
            os.utime(name, ns=(known["modified"], known["modified"]), dir_fd=folder, follow_symlinks=False)
            os.fsync(folder)
            continue
        first = numbers[known["number"]][0]
        if first != path:
            os.link(os.path.join(os.fsencode(store), first), name, dst_dir_fd=folder)
            os.fsync(folder)
            continue
        new = make_folder("new", vault.folder)
        file = put(new, "restored", data)
        dress(file, known)
        sync(file, "restored")
        os.close(file)
        if BUG not in ("ignore-errors", "ignore-short") and get(new, "restored") != data:
            raise Refused(2, "what was written does not read back")
        os.rename("restored", name, src_dir_fd=new, dst_dir_fd=folder)
        os.fsync(new)
        os.fsync(folder)
    for path, (known, data) in sorted(found.items(), reverse=True):
        if known["kind"] == "folder":
            folder = folder_of(path + b"/x") if path else top
            dress(folder, known)
            os.fsync(folder)
    os.fsync(above)
    if kept:
        print(json.dumps({"schema": "sotto.restore/1", "stores": [{"path": store, "kept": [
            {"path": os.fsdecode(path), "why": "another file is in its place"} for path in kept]}]}))
        return 1
    # The folder itself last: without it a run that is resumed would not know how it was.
    for path in sorted(found, reverse=True):
        drop(path)
    vault.tidy("new", "erasing", *(f"tree.{epoch}" for epoch in vault.keys))
    vault.tidy_files("header.new", "manifest.new", "restoring.new", "manifest", "restoring", "header")
    os.rmdir(vault.path)
    os.fsync(above)
    return 0


def same(folder, name, known, data):
    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if stat.S_ISLNK(status.st_mode):
        return known["kind"] == "link" and os.readlink(name, dir_fd=folder) == data
    return known["kind"] == "file" and get(folder, name) == data


# ---- keys ----

def change(path, key_file, new_key_file):
    vault = Vault(path, key_file)
    vault.set_slot(new_key_file)
    vault.write_header()
    vault.finish()
    return 0


def rotate(path, key_file):
    vault = Vault(path, key_file)
    vault.tidy("new")
    if not vault.header["rotating"]:
        epoch = max(vault.header["epochs"]) + 1
        vault.header["epochs"].append(epoch)
        vault.header["rotating"] = True
        vault.keys[epoch] = os.urandom(32)
        vault.set_slot(key_file)
        vault.write_header()
    epoch = max(vault.keys)
    new = {disk_name(vault.keys[epoch], known) for known in vault.objects()}
    make_folder(f"tree.{epoch}", vault.folder)
    have = set(os.listdir(os.path.join(vault.path, f"tree.{epoch}")))
    for known, data in vault.objects().values():
        if disk_name(vault.keys[epoch], bytes.fromhex(known["path"])) not in have & new:
            vault.write(epoch, known, data)
    vault.tidy(*(f"tree.{old}" for old in vault.keys if old != epoch))
    vault.tidy("new")
    vault.header["epochs"] = [epoch]
    vault.header["rotating"] = False
    vault.keys = {epoch: vault.keys[epoch]}
    vault.set_slot(key_file)
    vault.write_header()
    vault.finish()
    return 0


# ---- looking ----

def verify(path, key_file):
    findings = []

    def find(kind, where, text):
        if BUG == "unnamed":
            where, text = "", "something was changed"
        findings.append({"kind": kind, "path": where, "text": text})

    vault, stored = None, {}
    try:
        vault = Vault(path, key_file)
    except Refused as refusal:
        if refusal.status != 13:
            raise
        find("header", "header", str(refusal))
    try:
        if vault and BUG != "no-manifest":
            last = max(vault.keys.items())[1]
            stored = json.loads(unseal(last, get(vault.folder, "manifest")))
            if BUG != "no-counter" and stored["counter"] < vault.record():
                raise ValueError("it is older than this machine remembers")
            vault.tidy_files("header.new", "manifest.new")
            if stored["generation"] < vault.header["generation"] and not vault.header["rotating"]:
                # A change of keys was cut off: whoever opens the vault next finishes it.
                vault.finish()
                stored = json.loads(unseal(last, get(vault.folder, "manifest")))
            if stored["header"] != hashlib.sha256(get(vault.folder, "header")).hexdigest():
                find("header", "header", "the header is not the sealed one")
    except (Refused, ValueError, KeyError, TypeError, FileNotFoundError) as error:
        find("metadata", "manifest", f"the manifest is damaged or missing, or the header is another: {error}")
    left = dict(stored.get("objects", {}))
    for epoch, tree in vault.trees() if vault else []:
        for name in os.listdir(tree):
            where = f"tree.{epoch}/{name}"
            try:
                known, _ = vault.read(epoch, tree, name)
                path_inside = os.fsdecode(bytes.fromhex(known["path"]))
                want = left.pop(where, None)
                if BUG not in ("no-manifest", "no-object-check") and want != hashlib.sha256(get(tree, name)).hexdigest():
                    if BUG != "no-length":
                        find("changed" if want else "added", path_inside, f"{where} is not the sealed one")
            except Exception as error:  # noqa: BLE001
                left.pop(where, None)
                if BUG != "no-object-check":
                    find("changed", where, f"{where}: {error}")
    for where in left:
        find("missing", where, f"{where} is missing")
    if vault and BUG not in ("no-manifest", "no-object-check", "leak-text", "leak-name", "keep-plain"):
        for name in os.listdir(vault.path):
            if name not in ("header", "manifest") and name not in (f"tree.{epoch}" for epoch in vault.keys):
                find("added", name, f"{name} does not belong to the vault")
    print(json.dumps({"schema": "sotto.verify/1", "ok": not findings, "findings": findings}))
    return 13 if findings else 0


def read(path, key_files):
    """The independent reader, as the harnesses use it: path to (what is known of it, contents)."""
    for key_file in key_files:
        opened.clear()
        try:
            return Vault(path, key_file).objects()
        except Refused as refusal:
            if refusal.status != 10:
                raise
        finally:
            for folder in opened:
                os.close(folder)
    raise Refused(10, "no key file opens a slot")


def main(words):
    signal.signal(signal.SIGIO, signal.SIG_IGN)
    options, names = {}, []
    while words:
        word = words.pop(0)
        if word in ("--yes", "--all", "--wait", "--accept"):
            options[word[2:]] = True
            continue
        if word.startswith("--"):
            options[word[2:]] = words.pop(0)
        else:
            names.append(word)
    key_file = options.get("key-file")
    try:
        if names[0] == "lock":
            return lock(names[1], key_file, options.get("bulk"))
        if names[0] == "restore":
            return restore(names[1], key_file, "accept" in options)
        if names[0] == "verify":
            return verify(names[1], key_file)
        if names[:2] == ["key", "change"]:
            return change(names[2], key_file, options["new-key-file"])
        if names[:2] == ["key", "rotate"]:
            return rotate(names[2], key_file)
        if names[:2] == ["key", "list"]:
            with open(names[2] + "/header", "rb") as file:
                slots = json.loads(file.read().rpartition(b"\n")[0])["slots"]
            print(json.dumps({"slots": [{"id": slot["id"]} for slot in slots]}))
            return 0
        raise Refused(64, "no such command")
    except Refused as refusal:
        print(f"standin: error: {refusal}", file=sys.stderr)
        if refusal.hint:
            print(f"standin: hint: {refusal.hint}", file=sys.stderr)
        return refusal.status
    except OSError as error:
        print(f"standin: error: {error.strerror}", file=sys.stderr)
        if error.errno == 28 and BUG != "fill-disk":
            print("standin: hint: free some space and run the same command again", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
