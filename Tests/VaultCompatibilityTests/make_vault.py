#!/usr/bin/env python3
"""Makes vaults for tests, from docs/vault-format.md alone.

NEVER FOR REAL DATA. Every key, nonce and salt comes from a generator that the seed determines, so
that the same seed makes the same bytes: whoever knows the seed reads the vault, and two vaults
of one seed use nonces twice. Argon2id runs with the smallest parameters.

It shares no code with Sotto, and none with scripts/rescue.py but the list of words.

    make_vault.py SCENARIO OUT [--seed N] [--tree FOLDER]

makes in OUT `vault.sotto`, `secrets.json` and `expected.json`, and `ring` where there is a key
ring. SCENARIO is one of those at the end of this file; --tree takes a folder instead of the
scenario's own tree. Needs PyNaCl. The vaults in Frozen were made with `--seed frozen`; once a
version that writes the format is released they stay as they are for ever.
"""

import argparse
import base64
import hashlib
import json
import os
import re
import shutil
import stat
import struct

from nacl import bindings as sodium

HERE = os.path.dirname(os.path.abspath(__file__))
RESCUE = os.path.join(HERE, "..", "..", "scripts", "rescue.py")
PAGE, ZERO16, ZERO32 = 4096, bytes(16), bytes(32)
FILE, FOLDER, LINK, ATTRIBUTES, MANIFEST = 1, 2, 3, 4, 5
LOCKING, RESTORING, ROTATING = 1, 2, 3
TIME = 1_700_000_000


def H(key, message):
    return hashlib.blake2b(message, digest_size=32, key=key or b"").digest()


def seal(key, nonce, plain, data=b""):
    """Ciphertext and tag."""
    return sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, data, nonce, key)


def b32(data):
    return base64.b32encode(data).decode().rstrip("=").lower()


class Randomness:
    """Bytes that the seed determines."""

    def __init__(self, seed):
        self.key, self.count = hashlib.blake2b(str(seed).encode(), digest_size=32).digest(), 0

    def __call__(self, length):
        data = b""
        while len(data) < length:
            self.count += 1
            data += hashlib.blake2b(struct.pack("<Q", self.count), digest_size=64, key=self.key).digest()
        return data[:length]

    def below(self, limit):
        return int.from_bytes(self(8), "little") % limit


def box(random, message, public):
    """A sealed box as libsodium makes it, with an ephemeral pair of the generator's."""
    private = random(32)
    ephemeral = sodium.crypto_scalarmult_base(private)
    nonce = hashlib.blake2b(ephemeral + public, digest_size=24).digest()
    return ephemeral + sodium.crypto_box(message, nonce, public, private)


def bech32(prefix, data):
    letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    values = [int(bits[i:i + 5], 2) for i in range(0, len(bits), 5)]
    check = 1
    for value in [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + values + [0] * 6:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            if top >> bit & 1:
                check ^= generator
    check ^= 1
    return prefix + "1" + "".join(letters[v] for v in values + [check >> 5 * (5 - i) & 31 for i in range(6)])


def recovery_words(secret):
    text = open(RESCUE, encoding="ascii").read()
    words = re.search(r'WORDS = """(.*?)"""', text, re.S).group(1).split()
    bits = "".join(f"{byte:08b}" for byte in secret + hashlib.sha256(secret).digest()[:1])[:165]
    return " ".join(words[int(bits[i:i + 11], 2)] for i in range(0, 165, 11))


# The store

class Item:
    """A name in the store. Items with the same `same` are names of one object."""

    def __init__(self, path, kind, segments=(), size=None, target=b"", mode=None, owner=0, group=0,
                 modified=(TIME, 0), accessed=(TIME + 1, 1), born=(0, 0), attributes=None, same=None,
                 in_blocks=False):
        self.path, self.kind = path if isinstance(path, bytes) else path.encode(), kind
        self.segments = [(0, target)] if kind == LINK else list(segments)
        ends = [at + len(data) for at, data in self.segments]
        self.size = size if size is not None else max(ends, default=0)
        self.mode = mode if mode is not None else {FILE: 0o644, FOLDER: 0o755, LINK: 0o777}[kind]
        self.owner, self.group = owner, group
        self.modified, self.accessed, self.born = modified, accessed, born
        self.attributes, self.same, self.in_blocks = dict(attributes or {}), same, in_blocks
        self.generation = 1

    def read(self, at, length):
        """A stretch of the contents, or nothing where no segment touches it."""
        data, touched = bytearray(min(length, self.size - at)), False
        for start, part in self.segments:
            low, high = max(at, start), min(at + len(data), start + len(part))
            if low < high:
                data[low - at:high - at] = part[low - start:high - start]
                touched = True
        return bytes(data) if touched else None

    def digest(self):
        whole = hashlib.sha256()
        for at in range(0, self.size, 1 << 20):
            length = min(1 << 20, self.size - at)
            whole.update(self.read(at, length) or bytes(length))
        return whole.hexdigest()


def items_of(folder):
    """The items of a folder on disk."""
    folder, seen, found = os.fsencode(folder), {}, []

    def add(path, full):
        info = os.lstat(full)
        kind = {stat.S_IFDIR: FOLDER, stat.S_IFREG: FILE, stat.S_IFLNK: LINK}.get(stat.S_IFMT(info.st_mode))
        if kind is None:
            return
        segments, target = [], os.readlink(full) if kind == LINK else b""
        if kind == FILE:
            with open(full, "rb") as file:
                at = 0
                while at < info.st_size:
                    try:
                        start = os.lseek(file.fileno(), at, os.SEEK_DATA)
                    except OSError:
                        break
                    at = os.lseek(file.fileno(), start, os.SEEK_HOLE)
                    segments.append((start, os.pread(file.fileno(), at - start, start)))
        attributes = {name.encode(): os.getxattr(full, name, follow_symlinks=False)
                      for name in os.listxattr(full, follow_symlinks=False)}
        linked = kind != FOLDER and info.st_nlink > 1
        same = seen.setdefault((info.st_dev, info.st_ino), path) if linked else None
        found.append(Item(path, kind, segments, None if kind != FILE else info.st_size, target,
                          stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid,
                          divmod(info.st_mtime_ns, 10 ** 9), divmod(info.st_atime_ns, 10 ** 9), (0, 0),
                          attributes, same))
        if kind == FOLDER:
            for name in sorted(os.listdir(full)):
                add(path + b"/" + name if path else name, full + b"/" + name)
    add(b"", folder)
    return found


# The vault

class Epoch:
    def __init__(self, number, volume_key):
        self.number, self.volume_key = number, volume_key

    def key(self, purpose):
        return H(self.volume_key, b"sotto v1 " + purpose)

    def object_key(self, use, object_id):
        return H(self.key(b"content"), use + object_id)


class Vault:
    """Writes one vault, step by step; what it has written last is in `objects`."""

    def __init__(self, folder, seed):
        self.folder, self.random = folder, Randomness(seed)
        self.id, self.header_key = self.random(16), self.random(32)
        self.header_generation, self.counter = 0, 0
        self.slots, self.secrets, self.epochs = [], {}, []
        self.settings = [(2, b"jan"), (3, b"/home/u/store"), (4, struct.pack("<Q", TIME))]
        self.last_manifest, self.objects, self.places = ZERO32, {}, {}
        os.makedirs(folder)
        self.new_epoch()

    def opened(self, path, flags):
        """Opens a file of the vault step by step: its path may be longer than the system allows."""
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        *steps, name = path.split("/")
        for step in steps:
            if not os.access(step, os.F_OK, dir_fd=folder):
                os.mkdir(step, dir_fd=folder)
            above, folder = folder, os.open(step, os.O_RDONLY | os.O_DIRECTORY, dir_fd=folder)
            os.close(above)
        file = os.open(name, flags, 0o666, dir_fd=folder)
        os.close(folder)
        return os.fdopen(file, "r+b")

    def write(self, path, data):
        with self.opened(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC) as file:
            file.write(data)

    # Slots and the header

    def new_epoch(self):
        number = self.epochs[-1].number + 1 if self.epochs else 1
        self.epochs.append(Epoch(number, self.random(32)))

    def add_slot(self, kind, secret, passes=0, memory=0):
        private = secret if kind == 4 else self.random(32)
        public = sodium.crypto_scalarmult_base(private)
        salt = bytes(16) if kind == 4 else self.random(16)
        start = struct.pack("<16sBBHIII16s32s", self.random(16), kind, kind == 1, 0, passes, memory, 0, salt, public)
        if kind == 4:
            middle = box(self.random, self.header_key, public) + bytes(56)
        else:
            if kind == 1:
                secret = sodium.crypto_pwhash_alg(32, secret, salt, passes, memory * 1024, 2)
            wrapping = H(secret, b"sotto v1 slot" + self.id + start)
            nonce = self.random(24)
            middle = (H(wrapping, b"sotto v1 slot commitment") + nonce
                      + seal(H(wrapping, b"sotto v1 slot key"), nonce, private + self.header_key))
        slot = start + middle + struct.pack("<Q", TIME)
        assert len(slot) == 224
        self.slots.append((slot, public))

    def add_passphrase(self, text, passes=1, memory=8):
        self.add_slot(1, text.encode(), passes, memory)
        self.secrets.setdefault("passphrases", []).append(text)

    def add_recovery_words(self):
        secret = self.random(20)
        self.add_slot(2, secret)
        self.secrets["recovery words"] = recovery_words(secret)

    def add_key_file(self):
        contents = self.random(100)
        self.add_slot(3, H(b"", contents))
        self.secrets["key file"] = contents.hex()

    def add_recipient(self):
        private = self.random(32)
        self.add_slot(4, private)
        self.secrets["recipient"] = bech32("sotto", sodium.crypto_scalarmult_base(private))
        self.secrets["identity"] = bech32("sotto-secret-key-", private).upper()

    def add_ring(self, path):
        ring = Vault.__new__(Vault)
        ring.random, ring.epochs, ring.slots, ring.secrets, ring.settings = self.random, [], [], {}, []
        ring.id, ring.header_key, ring.header_generation = self.random(16), self.random(32), 3
        ring.new_epoch()
        ring.new_epoch()
        ring.add_passphrase("one for all")
        with open(path, "wb") as file:
            file.write(ring.header_bytes(kind=2))
        self.add_slot(5, H(ring.epochs[-1].volume_key, b"sotto v1 ring" + self.id))
        self.secrets["ring passphrase"] = "one for all"

    def header_bytes(self, kind=1):
        settings = b"".join(struct.pack("<HI", tag, len(value)) + value for tag, value in self.settings)
        slots, epochs = len(self.slots), len(self.epochs)
        length = 48 + 224 * slots + (48 + 80 * slots) * epochs + 40 + len(settings) + 64
        data = struct.pack("<8sHBBI16sQHHI", b"sottovlt", 1, kind, 0, length, self.id, self.header_generation,
                           slots, epochs, 40 + len(settings))
        nonce, last = self.random(24), self.epochs[-1]
        sealed = nonce + seal(last.key(b"settings"), nonce, settings, data)
        data += b"".join(slot for slot, _ in self.slots)
        for epoch in self.epochs:
            number = struct.pack("<I", epoch.number)
            data += number + b"\1\0\0\0" + struct.pack("<Q", TIME)
            data += H(epoch.volume_key, b"sotto v1 epoch" + self.id + number)
            data += b"".join(box(self.random, epoch.volume_key, public) for _, public in self.slots)
        data += sealed
        data += H(last.key(b"header"), self.header_key + data)
        data += H(b"", data)
        assert len(data) == length
        return data

    def write_header(self, only=None):
        self.header_generation += 1
        self.header = self.header_bytes()
        for name in ("header.1", "header.2"):
            if only in (None, name):
                self.write(name, self.header)

    # Objects

    def seal_head(self, epoch, object_id, body):
        start = struct.pack("<8sHBBI16s", b"sottoobj", 1, 1, 0, epoch.number, object_id)
        nonce = self.random(24)
        page = start + nonce + seal(epoch.object_key(b"head", object_id), nonce, body.ljust(4024, b"\0"), start)
        assert len(page) == PAGE
        return page

    def pages(self, epoch, object_id, kind, generation, size, read, fields, attributes, outside, in_blocks=False):
        """The object's pages by number (holes are left out), and the number of pages of its file."""
        inside = len(attributes) + size <= 3864 and not in_blocks
        count = 0 if inside else -(-size // PAGE)
        groups = max(0, -(-(count - 64) // 102))
        out, seals, root = {}, [], ZERO32
        pending, leaves = bytearray(), {}
        key, tree = epoch.object_key(b"block", object_id), epoch.object_key(b"tree", object_id)
        for b in range(count):
            plain = read(PAGE * b, PAGE)
            one = bytes(40)
            if plain is not None:
                nonce = self.random(24)
                sealed = seal(key, nonce, plain.ljust(PAGE, b"\0"), object_id + struct.pack("<Q", b))
                one = nonce + sealed[PAGE:]
                out[1 + b if b < 64 else 66 + 103 * ((b - 64) // 102) + (b - 64) % 102] = sealed[:PAGE]
            if b < 64:
                seals.append(one)
                continue
            pending += one
            if (b - 64) % 102 == 101 or b == count - 1:
                g = (b - 64) // 102
                page = bytes(pending).ljust(PAGE, b"\0")
                pending = bytearray()
                if any(page):
                    out[65 + 103 * g] = page
                    leaves[g] = H(tree, b"\0" + struct.pack("<Q", g) + page)
        if groups:
            level, nodes = 0, leaves
            while 128 ** level < groups:
                level += 1
                nodes = {i: H(tree, bytes([level]) + struct.pack("<Q", i)
                              + b"".join(nodes.get(128 * i + c, ZERO32) for c in range(128)))
                         for i in {g // 128 for g in nodes}}
            root = nodes.get(0, ZERO32)
        mode, owner, group, modified, accessed, born = fields
        body = struct.pack("<BBHIIIQQqIqIqII32s16s32sH6s", kind, 0 if inside else 1, mode, owner, group, 0,
                           generation, size, *modified, *accessed, *born, 0, root, *outside, len(attributes), b"")
        assert len(body) == 160
        body += attributes
        if inside:
            body += (read(0, size) or bytes(size)) if size else b""
        else:
            assert len(attributes) <= 1304
            body = body.ljust(1464, b"\0") + b"".join(seals)
        out[0] = self.seal_head(epoch, object_id, body)
        return out, 1 + count + groups

    def write_pages(self, path, pages, count):
        with self.opened(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC) as file:
            for number, page in pages.items():
                file.seek(PAGE * number)
                file.write(page)
            file.truncate(PAGE * count)

    def object_pages(self, item, object_id, epoch):
        packed = b"".join(struct.pack("<HI", len(n), len(v)) + n + v for n, v in sorted(item.attributes.items()))
        outside = (ZERO16, ZERO32)
        in_head = len(packed) + item.size <= 3864 and not item.in_blocks
        if not in_head and len(packed) > 1304:
            other = self.random(16)
            pages, count = self.pages(epoch, other, ATTRIBUTES, 1, len(packed),
                                      lambda at, n: packed[at:at + n], (0, 0, 0, (0, 0), (0, 0), (0, 0)),
                                      b"", (ZERO16, ZERO32))
            self.write_pages("attributes/" + other.hex(), pages, count)
            outside, packed = (other, H(b"", pages[0])), b""
        fields = item.mode, item.owner, item.group, item.modified, item.accessed, item.born
        return self.pages(epoch, object_id, item.kind, item.generation, 0 if item.kind == FOLDER else item.size,
                          item.read, fields, packed, outside, item.in_blocks)

    def disk_bytes(self, epoch, folder_id, name):
        padded = name.ljust(-(-len(name) // 32) * 32, b"\0")
        start = H(epoch.key(b"name ids"), folder_id + padded)[:16]
        return start + seal(epoch.key(b"names"), start + bytes(8), padded)[:-16]

    def disk_path(self, epoch, folder_path, folder_id, name):
        disk = self.disk_bytes(epoch, folder_id, name)
        if len(disk) <= 144:
            return folder_path + "/" + b32(disk)
        short = folder_path + "/" + b32(H(epoch.key(b"name ids"), b"long" + disk))
        self.write(short + ".name", disk)
        return short

    def put(self, items, epoch=None):
        """Writes items, folders before what they hold, into the tree of an epoch."""
        epoch = epoch or self.epochs[-1]
        shared = {}
        for item in items:
            parent, _, name = item.path.rpartition(b"/")
            known = self.objects.get(item.path)
            object_id = known["id"] if known else None
            if item.same is not None and item.same in shared:
                object_id, page, first, item.generation = shared[item.same]
            else:
                object_id = object_id or (shared.get(item.same) or [self.random(16)])[0]
                page = first = None
            if not item.path:
                path, parent_id = f"tree.{epoch.number}", ZERO16
            else:
                parent_id = self.objects[parent]["id"]
                path = self.disk_path(epoch, self.places[epoch.number, parent], parent_id, name)
            self.places[epoch.number, item.path] = path
            full = path + "/folder" if item.kind == FOLDER else path
            if first is None:
                pages, count = self.object_pages(item, object_id, epoch)
                self.write_pages(full, pages, count)
                page = pages[0]
                if item.same is not None:
                    shared[item.same] = object_id, page, full, item.generation
            else:
                os.link(os.path.join(self.folder, first), os.path.join(self.folder, full))
            self.objects[item.path] = {"id": object_id, "parent": parent_id, "page": page, "item": item,
                                       "epoch": epoch.number, "name": name, "file": full}

    # Manifest, journal, log

    def write_manifest(self):
        self.counter += 1
        entries = b""
        for path in sorted(self.objects, key=lambda p: p.split(b"/") if p else []):
            each = self.objects[path]
            item, name = each["item"], each["name"]
            size = 0 if item.kind == FOLDER else item.size
            entries += struct.pack("<HBBI16s16sQQ32sH", 90 + len(name), item.kind, 0, each["epoch"],
                                   each["parent"], each["id"], item.generation, size,
                                   H(b"", each["page"]), len(name)) + name
        host = H(b"", self.id + b"a machine")[:16]
        data = struct.pack("<8sH6s16sQ32sQ32s16sQQ", b"sottoman", 1, b"", self.id, self.counter,
                           self.last_manifest, self.header_generation, H(b"", self.header), host, TIME,
                           len(self.objects)) + entries
        pages, count = self.pages(self.epochs[-1], self.random(16), MANIFEST, self.counter, len(data),
                                  lambda at, n: data[at:at + n], (0, 0, 0, (0, 0), (0, 0), (0, 0)),
                                  b"", (ZERO16, ZERO32))
        self.write_pages(f"manifest.{self.counter}", pages, count)
        self.last_manifest = H(b"", pages[0])
        old = os.path.join(self.folder, f"manifest.{self.counter - 2}")
        if os.path.exists(old):
            os.unlink(old)

    def write_journal(self, act, records, tail=b""):
        """Records are pairs of kind and object id."""
        epoch = self.epochs[-1]
        key = epoch.key(b"journal")
        data = struct.pack("<8sHBBI16s16sQQ", b"sottojnl", 1, act, 0, epoch.number, self.id,
                           self.random(16), TIME, 0)
        before = H(key, data)
        data += before
        for number, (kind, object_id) in enumerate(records, 1):
            start = struct.pack("<B7sQ16s", kind, b"", number, object_id)
            before = H(key, before + start)
            data += start + before
        self.write("journal", data + tail)

    def write_log(self, records, tail=b""):
        """Records are triples of type, object id and what follows."""
        epoch = self.epochs[-1]
        key = epoch.key(b"log")
        data = struct.pack("<8sH2sI16s16sQ32sQ", b"sottolog", 1, b"", epoch.number, self.id, self.random(16),
                           self.counter, self.last_manifest, 0)
        before = H(key, data)
        data = (data + before).ljust(PAGE, b"\0")
        for number, (kind, object_id, rest) in enumerate(records, 1):
            start = struct.pack("<IB3sQ16s", 64 + len(rest), kind, b"", number, object_id)
            before = H(key, before + start + rest)
            data += start + before + rest
            data += bytes(-len(data) % 512)
        self.write("log", data + tail)


def expectation(vault, items, **more):
    """What a reader has to find, without any word of how it is stored."""
    links = {}
    for item in items:
        if item.same is not None:
            links.setdefault(item.same, len(links) + 1)
    entries = []
    for item in items:
        entry = {"path": item.path.decode("utf-8", "backslashreplace"), "path hex": item.path.hex(),
                 "kind": {FILE: "file", FOLDER: "folder", LINK: "link"}[item.kind],
                 "size": 0 if item.kind == FOLDER else item.size, "mode": f"{item.mode:04o}",
                 "owner": item.owner, "group": item.group, "modified": list(item.modified),
                 "accessed": list(item.accessed), "born": list(item.born),
                 "attributes": {name.decode(): value.hex() for name, value in sorted(item.attributes.items())}}
        if item.kind == FILE:
            entry["sha256"] = item.digest()
        if item.kind == LINK:
            entry["target hex"] = item.segments[0][1].hex()
        if item.same is not None:
            entry["link group"] = links[item.same]
        known = vault.objects.get(item.path)
        if known:
            entry["object id"], entry["generation"] = known["id"].hex(), item.generation
        entries.append(entry)
    return {"vault id": vault.id.hex(), "counter": vault.counter, "header generation": vault.header_generation,
            "epochs": [epoch.number for epoch in vault.epochs],
            "settings": [[tag, value.hex()] for tag, value in vault.settings], "entries": entries, **more}


# Trees

def noise(random, length):
    """Contents of which no two blocks are alike."""
    return random(length)


def everything_tree(random, large=False):
    """Every kind, and sizes around every border of the layout; few bytes unless it may be large."""
    items = [Item("", FOLDER, mode=0o700, modified=(TIME, 123456789))]
    items.append(Item("sizes", FOLDER))
    for size in (0, 1, 3864, 3865, 4096, 4097) + ((3863, 4095, 8191, 8192, 8193) if large else ()):
        items.append(Item(f"sizes/{size:05d}", FILE, [(0, noise(random, size))]))
    items.append(Item("sizes/small in blocks", FILE, [(0, b"grown while the vault was open")], in_blocks=True))
    items.append(Item("sizes/nothing in blocks", FILE, in_blocks=True))
    items.append(Item("sizes/zeros", FILE, [(0, bytes(4097))]))
    items.append(Item("holes", FOLDER, mode=0o1777))
    items.append(Item("holes/all", FILE, size=20000))
    items.append(Item("holes/inside", FILE, size=100))
    items.append(Item("holes/first and last", FILE, [(5000, b"in the middle")], size=12288))
    end = 64 * PAGE
    items.append(Item("holes/65 blocks", FILE, [(end - 3, b"across")]))
    items.append(Item("modes", FOLDER, mode=0o2750))
    for mode in (0o000, 0o600, 0o6755):
        items.append(Item(f"modes/{mode:04o}", FILE, [(0, b"mode")], mode=mode, owner=1000, group=100))
    items.append(Item("times", FOLDER))
    for name, time in (("before 1970", (-2, 999999999)), ("1970", (0, 0)),
                       ("after 2106", (2 ** 33 + 5, 999999999))):
        items.append(Item("times/" + name, FILE, modified=time, accessed=time, born=(TIME - 5, 5)))
    items.append(Item("attributes", FOLDER, attributes={b"user.folder": b"yes"}))
    for length in (1, 1287, 1288, 3847, 3848) + ((9000,) if large else ()):
        # With a name of 11 bytes and its 6 bytes of lengths, 1287 and 3847 fill the room to the last byte.
        items.append(Item(f"attributes/{length}", FILE, attributes={b"user.origin": noise(random, length)}))
        if length in (1287, 1288, 9000):
            items.append(Item(f"attributes/{length} beside blocks", FILE, size=4000,
                              attributes={b"user.origin": noise(random, length)}))
    items.append(Item("attributes/sorted", FILE, attributes={b"user.b": b"", b"user.a": b"\0\xff", b"user.ab": b"3"}))
    items.append(Item("links", FOLDER))
    items.append(Item("links/relative", LINK, target=b"../sizes/00001", owner=1000, group=100))
    items.append(Item("links/dangling", LINK, target=b"/nowhere/\xff\n", modified=(5, 5)))
    items.append(Item("links/long", LINK, target=b"x/" * 1960 + b"end"))
    items.append(Item("links/first name", FILE, [(0, noise(random, 5000))], same="pair"))
    items.append(Item("links/second name", FILE, [(0, items[-1].segments[0][1])], same="pair"))
    items.append(Item("links/third", FOLDER))
    items.append(Item("links/third/name", FILE, [(0, items[-2].segments[0][1])], same="pair"))
    items.append(Item("empty folder", FOLDER, mode=0o500))
    items.append(Item(b"not \xff UTF-8\n\x1b[31m", FILE, [(0, b"name")]))
    if large:
        items.append(Item("holes/64 blocks", FILE, [(0, b"a"), (end - 7, b"the end")]))
        first = PAGE * (64 + 102)
        group = PAGE * 102
        for name, size, segments in (
                ("165 blocks", first - PAGE, 3), ("166 blocks", first, 3), ("167 blocks", first + 1, 3),
                ("128 seal pages", 64 * PAGE + 128 * group, 9), ("129 seal pages", 64 * PAGE + 128 * group + 1, 9),
                ("many", 64 * PAGE + 1000 * group + 12345, 40)):
            parts = [(random.below(max(1, size - 9000)), noise(random, 9000)) for _ in range(segments)]
            items.append(Item("sizes/" + name, FILE, parts + [(size - 1, b"!")], size=size))
        items.append(Item("sizes/full", FILE, [(0, noise(random, first + 2 * group + 77))]))
        items.append(Item("sizes/128 seal pages of holes", FILE, [(5, b"x")], size=64 * PAGE + 300 * group))
        items.append(Item("sizes/second group alone", FILE, [(first + PAGE * 102 + 5, b"x")]))
    return items


def names_tree(random):
    items = [Item("", FOLDER)]
    for length in (1, 32, 33, 64, 65, 96, 97, 128, 129, 160, 161, 255):
        items.append(Item(b"n" * length, FILE, [(0, b"%d" % length)]))
    long = "\u00e9" * 127
    items.append(Item(long, FOLDER, attributes={b"user.long": b"folder"}))
    items.append(Item(long + "/" + "\u732b" * 85, FILE, [(0, b"inside")]))
    items.append(Item(long + "/" + "b" * 200, FOLDER))
    items.append(Item(long + "/" + "b" * 200 + "/" + "c" * 150, LINK, target=b"d" * 255))
    return items


def small_tree(random, count=4):
    items = [Item("", FOLDER), Item("chats", FOLDER)]
    for number in range(count):
        items.append(Item(f"chats/{number}.json", FILE, [(0, noise(random, 3 + 1500 * number))],
                          modified=(TIME + number, number)))
    return items + [Item("settings.json", FILE, [(0, b"{}")])]


# Scenarios: each returns the vault and what is expected of it

def begin(out, seed, slots="prkcR"):
    vault = Vault(os.path.join(out, "vault.sotto"), seed)
    for slot in slots:
        {"p": lambda: vault.add_passphrase("correct horse"), "r": vault.add_recovery_words,
         "k": vault.add_key_file, "c": vault.add_recipient,
         "P": lambda: vault.add_passphrase("p\u00e4ss \U0001f511", 2, 16),
         "R": lambda: vault.add_ring(os.path.join(out, "ring"))}[slot]()
    return vault


def everything(out, seed, items=None, large=False):
    """Every kind of slot, object and field; two manifests."""
    vault = begin(out, seed, "prkcRP")
    vault.settings = [(1, b"models"), (1, b"cache/*.gguf")] + vault.settings + [(900, b"from the future")]
    vault.write_header()
    items = items or everything_tree(vault.random, large)
    vault.put(items)
    vault.write_manifest()
    vault.write_header()
    vault.write_manifest()
    return vault, expectation(vault, items, status=0)


def large(out, seed, items=None):
    """As everything, with files of several seal pages and levels of the hash tree."""
    return everything(out, seed, items, True)


def long_names(out, seed, items=None):
    """Names of every length around a border, in folders with long names."""
    vault = begin(out, seed, "p")
    vault.write_header()
    items = items or names_tree(vault.random)
    vault.put(items)
    vault.write_manifest()
    return vault, expectation(vault, items, status=0)


def two_epochs(out, seed, items=None):
    """A rotation that was cut off: half of the objects are under the second epoch, one under both."""
    vault = begin(out, seed, "pkc")
    vault.write_header()
    items = items or small_tree(vault.random)
    for number, item in enumerate(items):
        item.generation = 1 + number
    vault.put(items)
    vault.write_manifest()
    vault.new_epoch()
    vault.write_header()
    vault.write_journal(ROTATING, [])
    old = dict(vault.places)
    half = [item for item in items if item.kind == FOLDER or item.path <= b"chats/2.json"]
    vault.put(half)
    for item in half:
        if item.kind != FOLDER and item.path != b"chats/2.json":
            os.unlink(os.path.join(vault.folder, old[1, item.path]))
    return vault, expectation(vault, items, status=0, interrupted="rotating")


def rotated(out, seed, items=None):
    """A rotation that came to its end: one epoch, whose number is 2."""
    vault = begin(out, seed, "pr")
    vault.write_header()
    items = items or small_tree(vault.random)
    vault.put(items)
    vault.write_manifest()
    vault.new_epoch()
    vault.put(items)
    shutil.rmtree(os.path.join(vault.folder, "tree.1"))
    del vault.epochs[0]
    vault.write_header()
    vault.write_manifest()
    return vault, expectation(vault, items, status=0)


def interrupted_lock(out, seed, items=None):
    """Locking that was cut off: some objects are the truth, one is not yet, one is in `new`."""
    vault = begin(out, seed, "p")
    vault.write_header()
    items = items or small_tree(vault.random)
    vault.put(items)
    files = [item for item in items if item.kind == FILE]
    truth = files[:-1]
    vault.write_journal(LOCKING, [(1, vault.objects[item.path]["id"]) for item in truth], tail=b"\1" + bytes(30))
    vault.write("new/0", vault.random(50))
    vault.write("erasing/" + truth[-1].path.decode().replace("/", "_"), b"plaintext that is no longer the truth")
    return vault, expectation(vault, items, status=0, interrupted="locking",
                              truth=[item.path.hex() for item in truth])


def interrupted_restore(out, seed, items=None):
    """Restoring that was cut off: two files are restored, one of them is still in the vault."""
    vault = begin(out, seed, "p")
    vault.write_header()
    items = items or small_tree(vault.random)
    vault.put(items)
    vault.write_manifest()
    files = [item for item in items if item.kind == FILE]
    vault.write_journal(RESTORING, [(2, vault.objects[item.path]["id"]) for item in files[:2]])
    gone = files[0]
    os.unlink(os.path.join(vault.folder, vault.objects[gone.path]["file"]))
    left = [item for item in items if item is not gone]
    return vault, expectation(vault, left, status=0, interrupted="restoring",
                              restored=[item.path.hex() for item in files[:2]])


def open_vault(out, seed, items=None):
    """A vault that was not closed: a log with changed pages, a rename and a new file; its end is torn."""
    vault = begin(out, seed, "p")
    vault.write_header()
    items = items or small_tree(vault.random)
    vault.put(items)
    vault.write_manifest()
    by_path = {item.path: item for item in items}
    epoch, records = vault.epochs[-1], []

    def pages_record(object_id, pages, wanted=None):
        for number in sorted(pages if wanted is None else wanted):
            records.append((1, object_id, struct.pack("<Q", number) + pages[number]))

    # One file's contents change: its pages on disk are the old ones, the log has the new.
    changed = by_path[b"chats/3.json"]
    known = vault.objects[changed.path]
    changed.segments.append((4000, b"changed while open" * 20))
    changed.generation += 1
    pages, _ = vault.object_pages(changed, known["id"], epoch)
    records.append((1, known["id"], struct.pack("<Q", 0) + pages[0] + pages[1]))
    records.append((4, bytes(16), b""))
    # A file gets another name, which the disk does not know yet.
    moved, chats = vault.objects[b"chats/1.json"], vault.objects[b"chats"]["id"]
    root = vault.objects[b""]["id"]
    records.append((2, moved["id"], root + vault.disk_bytes(epoch, root, b"moved " + b"m" * 200)))
    records.append((3, moved["id"], chats + vault.disk_bytes(epoch, chats, b"1.json")))
    pages_record(known["id"], pages, [2])
    # A file that the disk does not have at all.
    fresh = Item("new.json", FILE, [(0, vault.random(300))])
    fresh_id = vault.random(16)
    new_pages, _ = vault.object_pages(fresh, fresh_id, epoch)
    pages_record(fresh_id, new_pages)
    records.append((2, fresh_id, root + vault.disk_bytes(epoch, root, b"new.json")))
    # A name goes, and its object with it.
    gone = vault.objects[b"settings.json"]
    records.append((3, gone["id"], root + vault.disk_bytes(epoch, root, b"settings.json")))
    records.append((4, bytes(16), b""))
    # After the last promise: this must not count.
    records.append((3, moved["id"], root + vault.disk_bytes(epoch, root, b"moved " + b"m" * 200)))
    vault.write_log(records, tail=bytes(1000))
    # What was torn: block 1 of the changed file, which the log has.
    with open(os.path.join(vault.folder, known["file"]), "r+b") as file:
        file.seek(2 * PAGE)
        file.write(vault.random(1024))
    by_path[b"chats/1.json"].path = b"moved " + b"m" * 200
    left = [item for item in items if item.path != b"settings.json"] + [fresh]
    return vault, expectation(vault, left, status=0, open=True)


def open_in_place(out, seed, items=None):
    """A vault that was not closed, with much written to its place: appended, anew, after a file was shorter."""
    vault = begin(out, seed, "p")
    vault.write_header()
    items = items or small_tree(vault.random)
    vault.put(items)
    vault.write_manifest()
    by_path = {item.path: item for item in items}
    epoch, records = vault.epochs[-1], []
    root, chats = vault.objects[b""]["id"], vault.objects[b"chats"]["id"]

    def state(item, size):
        """The pages of a file that now has other contents."""
        item.segments, item.size = [(0, noise(vault.random, size))], size
        item.generation += 1
        return vault.object_pages(item, vault.objects[item.path]["id"], epoch)[0]

    def log(object_id, pages, numbers):
        for number in numbers:
            records.append((1, object_id, struct.pack("<Q", number) + pages[number]))

    def put_in_place(path, pages, numbers):
        with open(os.path.join(vault.folder, path), "r+b") as file:
            for number in numbers:
                file.seek(PAGE * number)
                file.write(pages[number])

    # Appended to: what was there goes to the log, the rest to its place, and more that was never promised.
    grown = vault.objects[b"chats/2.json"]
    pages = state(by_path[b"chats/2.json"], 20000)
    log(grown["id"], pages, [0, 1])
    put_in_place(grown["file"], {**pages, 6: vault.random(5000)}, [2, 3, 4, 5, 6])
    records.append((4, bytes(16), b""))
    # Longer, then short, then long again: the first pages in the log are void, those in place count.
    cut = vault.objects[b"chats/3.json"]
    pages = state(by_path[b"chats/3.json"], 16000)
    log(cut["id"], pages, [1, 2, 3, 4, 0])
    records.append((4, bytes(16), b""))
    log(cut["id"], state(by_path[b"chats/3.json"], 100), [0])
    records.append((4, bytes(16), b""))
    pages = state(by_path[b"chats/3.json"], 12000)
    put_in_place(cut["file"], pages, [1, 2, 3])
    log(cut["id"], pages, [0])
    # New, in place under its id; its own first page says no more than whose it is.
    fresh, fresh_id = Item("new.json", FILE, [(0, noise(vault.random, 9000))]), vault.random(16)
    pages, count = vault.object_pages(fresh, fresh_id, epoch)
    vault.write_pages("new/" + fresh_id.hex(), {**pages, 0: pages[0][:32]}, count)
    log(fresh_id, pages, [0])
    records.append((2, fresh_id, root + vault.disk_bytes(epoch, root, b"new.json")))
    # A folder that was made in the tree, its head not written, and a file that is in it already.
    folder, folder_id = Item("made", FOLDER), vault.random(16)
    log(folder_id, vault.object_pages(folder, folder_id, epoch)[0], [0])
    records.append((2, folder_id, root + vault.disk_bytes(epoch, root, b"made")))
    moved = vault.objects[b"chats/1.json"]
    records.append((3, moved["id"], chats + vault.disk_bytes(epoch, chats, b"1.json")))
    records.append((2, moved["id"], folder_id + vault.disk_bytes(epoch, folder_id, b"moved.json")))
    records.append((4, bytes(16), b""))
    made = vault.disk_path(epoch, "tree.1", root, b"made")
    vault.write(made + "/folder", b"")
    os.rename(os.path.join(vault.folder, moved["file"]),
              os.path.join(vault.folder, vault.disk_path(epoch, made, folder_id, b"moved.json")))
    # Of what the log does not speak, more than was promised as well.
    put_in_place(vault.objects[b"settings.json"]["file"], {1: vault.random(3000)}, [1])
    # What an earlier log has left behind the end.
    vault.write_log(records, tail=struct.pack("<IB3sQ", 64, 4, b"", len(records) + 1) + vault.random(1000))
    by_path[b"chats/1.json"].path = b"made/moved.json"
    return vault, expectation(vault, items + [fresh, folder], status=0, open=True)


SCENARIOS = {"everything": everything, "large": large, "long-names": long_names,
             "two-epochs-cut-off-rotation": two_epochs, "rotated": rotated, "interrupted-lock": interrupted_lock,
             "interrupted-restore": interrupted_restore, "open": open_vault,
             "open-in-place": open_in_place}


def make(scenario, out, seed, items=None):
    """Makes a scenario's vault in an empty folder, with what opens it and what is expected of it."""
    os.makedirs(out, exist_ok=True)
    vault, expected = SCENARIOS[scenario](out, seed, items)
    for name, value in (("secrets.json", vault.secrets), ("expected.json", expected)):
        with open(os.path.join(out, name), "w", encoding="utf-8") as file:
            json.dump(value, file, indent=1, ensure_ascii=True)
            file.write("\n")
    return vault, expected


def main():
    parser = argparse.ArgumentParser(description="Makes vaults for tests; never for real data.")
    parser.add_argument("scenario", choices=sorted(SCENARIOS))
    parser.add_argument("out", help="a folder that is not there yet")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--tree", help="take the items of this folder")
    arguments = parser.parse_args()
    os.makedirs(arguments.out)
    items = items_of(arguments.tree) if arguments.tree else None
    make(arguments.scenario, arguments.out, arguments.seed, items)


if __name__ == "__main__":
    main()
