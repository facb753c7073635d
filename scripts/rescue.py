#!/usr/bin/env python3
"""Gets everything out of a Sotto vault, without Sotto.

Written from docs/vault-format.md alone. Needs Python 3.8 or later on Linux, and PyNaCl
(Debian and Ubuntu: `apt install python3-nacl`). Nothing is ever written to the vault.

    rescue.py VAULT OUT --passphrase-file FILE    write every file to OUT, a new or empty folder
    rescue.py VAULT --list --key-file FILE        print what there is
    rescue.py VAULT --manifest --identity FILE    compare the heads with the newest manifest

Exit status: 0 all is as it was sealed; 1 OUT could not be written, or not completely; 2 the
arguments are wrong; 10 the secret opens no slot; 11 not a vault; 12 a newer format; 13 something
is damaged: it is named on standard error, and what authenticates has been written nevertheless.
"""

import argparse
import base64
import errno
import os
import re
import stat
import struct
import sys
from hashlib import blake2b, sha256

try:
    from nacl import bindings as sodium
    from nacl.exceptions import CryptoError
except ImportError:
    sys.exit("rescue.py: PyNaCl is missing; on Debian and Ubuntu: apt install python3-nacl, "
             "elsewhere: pip install pynacl")

PAGE = 4096
SLOT = 224                      # bytes of a key slot
HEAD_SEALS = 64                 # blocks whose seals stand in the head
GROUP = 102                     # seals of a seal page
FAN = 128                       # children of a node of the hash tree
ZEROS = bytes(32)
FILE, FOLDER, LINK, ATTRIBUTES, MANIFEST = 1, 2, 3, 4, 5
LOCKING, RESTORING, ROTATING = 1, 2, 3
KINDS = {1: "file", 2: "folder", 3: "symbolic link", 4: "attributes", 5: "manifest"}


class Stop(Exception):
    """Nothing can be read; the message says why and `status` is the exit status."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Damaged(Exception):
    """One thing cannot be read; the message says why."""


class Report:
    """Names damage and remarks on standard error, and remembers that there was some."""

    def __init__(self):
        self.damages = 0
        self.failures = 0

    def damage(self, what, message):
        self.damages += 1
        print(f"damaged: {shown(what)}: {message}", file=sys.stderr)

    def failure(self, what, message):
        self.failures += 1
        print(f"not written: {shown(what)}: {message}", file=sys.stderr)

    def note(self, message):
        print(f"note: {message}", file=sys.stderr)


def shown(name):
    """A name as text that cannot move a terminal's cursor."""
    if isinstance(name, bytes):
        name = name.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode()
                   for c in name) or "."


# Primitives

def H(message, key=b""):
    return blake2b(message, key=key, digest_size=32).digest()


def aead_open(key, nonce, sealed, data=b""):
    """The plaintext of ciphertext and tag, or nothing where the tag does not match."""
    try:
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, data, nonce, key)
    except CryptoError:
        return None


def u16(data, at):
    return int.from_bytes(data[at:at + 2], "little")


def u32(data, at):
    return int.from_bytes(data[at:at + 4], "little")


def u64(data, at):
    return int.from_bytes(data[at:at + 8], "little")


def le(number, length):
    return number.to_bytes(length, "little")


def is_zero(data):
    return not any(data)


def base32(data):
    return base64.b32encode(data).rstrip(b"=").lower()


def from_base32(text):
    """The bytes of base32 as the format writes it: lower case, no padding, spare bits zero."""
    try:
        data = base64.b32decode(text.upper() + b"=" * (-len(text) % 8))
    except ValueError:
        return None
    return data if base32(data) == text else None


def bech32(text, prefix):
    """The 32 bytes of a key in Bech32 (BIP-173) with that prefix, or nothing."""
    letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    if text != text.lower() and text != text.upper():
        return None
    start, _, rest = text.lower().rpartition("1")
    if start != prefix or len(rest) != 58 or any(c not in letters for c in rest):
        return None
    values = [letters.index(c) for c in rest]
    check = 1
    expanded = [ord(c) >> 5 for c in start] + [0] + [ord(c) & 31 for c in start]
    for value in expanded + values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    number = 0
    for value in values[:-6]:
        number = number << 5 | value
    return (number >> 4).to_bytes(32, "big") if check == 1 and number & 15 == 0 else None


def recovery_secret(text):
    """The 20 bytes of fifteen recovery words."""
    words = text.lower().split()
    known = {word: at for at, word in enumerate(WORDS.split())}
    unknown = [word for word in words if word not in known]
    if unknown or len(words) != 15:
        raise Stop(10, f"not recovery words: {unknown[0]!r} is not in the list" if unknown
                   else f"not recovery words: {len(words)} words instead of 15")
    number = 0
    for word in words:
        number = number << 11 | known[word]
    secret = (number >> 5).to_bytes(20, "big")
    if sha256(secret).digest()[0] >> 3 != number & 31:
        raise Stop(10, "the recovery words do not belong together: one of them is wrong")
    return secret


# Files: paths are bytes below a folder's descriptor, and may be longer than the system's limit

def open_below(folder, path, flags, mode=0o600):
    """Opens a path below an open folder, however long it is; never through a symbolic link."""
    held = None
    try:
        while len(path) > 2000:
            cut = path.rindex(b"/", 0, 2000)
            step = os.open(path[:cut], os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW,
                           dir_fd=folder if held is None else held)
            if held is not None:
                os.close(held)
            held, path = step, path[cut + 1:]
        return os.open(path or b".", flags | os.O_NOFOLLOW | os.O_CLOEXEC, mode,
                       dir_fd=folder if held is None else held)
    finally:
        if held is not None:
            os.close(held)


def names_below(folder, path):
    """The names in a folder, sorted, with their types as `lstat` tells them."""
    handle = open_below(folder, path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        found = []
        for name in sorted(os.fsencode(n) for n in os.listdir(handle)):
            found.append((name, os.stat(name, dir_fd=handle, follow_symlinks=False)))
        return found
    finally:
        os.close(handle)


def read_exactly(handle, length, offset):
    """Up to `length` bytes from `offset`; fewer only where the file ends."""
    parts = []
    while length > 0:
        part = os.pread(handle, length, offset)
        if not part:
            break
        parts.append(part)
        length -= len(part)
        offset += len(part)
    return b"".join(parts)


def read_whole(folder, path, limit):
    """A small file's bytes; nothing where there is none."""
    try:
        handle = open_below(folder, path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Damaged("is no ordinary file")
        return read_exactly(handle, limit + 1, 0)
    finally:
        os.close(handle)


# Header, slots and epochs

class Header:
    """The clear part of a header; reading it needs no secret."""

    LIMIT = 48 + SLOT * 64 + (48 + 80 * 64) * 16 + (1 << 20) + 64

    def __init__(self, data, kind=1):
        if data[:8] != b"sottovlt":
            raise Stop(11, "does not begin as a header does")
        if len(data) < 48:
            raise Damaged("is cut off")
        if u16(data, 8) > 1:
            raise Stop(12, f"has format version {u16(data, 8)}; this reader knows 1")
        self.data = data
        slots, epochs, settings = u16(data, 40), u16(data, 42), u32(data, 44)
        length = 48 + SLOT * slots + (48 + 80 * slots) * epochs + settings + 64
        if len(data) != length or H(data[:-32]) != data[-32:]:
            raise Damaged("its checksum does not match")
        if (u16(data, 8) != 1 or data[10] != kind or data[11] or u32(data, 12) != length
                or not 1 <= slots <= 64 or not 1 <= epochs <= 16
                or not 40 <= settings <= 1 << 20 or u64(data, 32) < 1):
            raise Damaged("a field of it has a value that is not allowed")
        self.vault = data[16:32]
        self.generation = u64(data, 32)
        self.slots = [data[48 + SLOT * i:48 + SLOT * (i + 1)] for i in range(slots)]
        start, size = 48 + SLOT * slots, 48 + 80 * slots
        self.epochs = [data[start + size * i:start + size * (i + 1)] for i in range(epochs)]
        self.sealed_settings = data[start + size * epochs:-64]
        numbers = [u32(epoch, 0) for epoch in self.epochs]
        if numbers[0] < 1 or any(a >= b for a, b in zip(numbers, numbers[1:])):
            raise Damaged("its epochs are not in order")
        for epoch in self.epochs:
            if not is_zero(epoch[5:8]):
                raise Damaged("a byte of an epoch is not zero")
            if epoch[4] != 1:
                raise Stop(12, f"uses cipher {epoch[4]}; this reader knows 1")

    def unlock(self, secret):
        """The volume keys by epoch, and the settings, or nothing where no slot takes the secret."""
        for index, slot in enumerate(self.slots):
            opened = self.open_slot(slot, secret)
            if opened is not None:
                return self.volume_keys(index, slot[48:80], *opened)
        return None

    def open_slot(self, slot, secret):
        """A slot's private key and the header key, or nothing where the secret is another one's."""
        kind, value = secret
        if kind == 5 and slot[16] == 5:
            secrets = [H(b"sotto v1 ring" + self.vault, key) for key in value]
        elif kind != slot[16]:
            return None
        elif kind == 4:
            if sodium.crypto_scalarmult_base(value) != slot[48:80]:
                return None
            if slot[17] or not is_zero(slot[18:48]) or not is_zero(slot[160:216]):
                raise Damaged("a byte of a slot is not zero")
            try:
                return value, sodium.crypto_box_seal_open(slot[80:160], slot[48:80], value)
            except CryptoError:
                raise Damaged("a recipient's slot does not give the header key")
        elif kind == 1:
            passes, memory = u32(slot, 20), u32(slot, 24)
            if slot[17] != 1 or not 1 <= passes <= 64 or not 8 <= memory <= 4194304:
                raise Damaged("a slot's parameters are not allowed")
            secrets = [sodium.crypto_pwhash_alg(32, value, slot[32:48], passes, memory * 1024, 2)]
        else:
            secrets = [value]
        if not is_zero(slot[18:20]) or not is_zero(slot[28:32]):
            raise Damaged("a byte of a slot is not zero")
        if kind != 1 and (slot[17] or not is_zero(slot[20:28])):
            raise Damaged("a slot's parameters are not allowed")
        for candidate in secrets:
            wrapping = H(b"sotto v1 slot" + self.vault + slot[:80], candidate)
            if H(b"sotto v1 slot commitment", wrapping) != slot[80:112]:
                continue
            key = H(b"sotto v1 slot key", wrapping)
            opened = aead_open(key, slot[112:136], slot[136:216])
            if opened is None or sodium.crypto_scalarmult_base(opened[:32]) != slot[48:80]:
                raise Damaged("a slot takes the secret, but its private key does not open")
            return opened[:32], opened[32:]
        return None

    def volume_keys(self, index, public, private, header_key):
        keys = {}
        for epoch in self.epochs:
            number, box = u32(epoch, 0), epoch[48 + 80 * index:128 + 80 * index]
            try:
                key = sodium.crypto_box_seal_open(box, public, private)
            except CryptoError:
                raise Damaged(f"the key of epoch {number} does not open")
            if H(b"sotto v1 epoch" + self.vault + le(number, 4), key) != epoch[16:48]:
                raise Damaged(f"the key of epoch {number} is not the one committed to")
            keys[number] = key
        last = Keys(keys[u32(self.epochs[-1], 0)])
        if H(header_key + self.data[:-64], last.purpose("header")) != self.data[-64:-32]:
            raise Damaged("its authenticator does not match")
        sealed = self.sealed_settings
        settings = aead_open(last.purpose("settings"), sealed[:24], sealed[24:], self.data[:48])
        if settings is None:
            raise Damaged("the settings do not open")
        return keys, settings


class Keys:
    """The keys derived from one epoch's volume key."""

    def __init__(self, volume_key):
        self.volume_key = volume_key
        self.known = {}

    def purpose(self, name):
        if name not in self.known:
            self.known[name] = H(b"sotto v1 " + name.encode(), self.volume_key)
        return self.known[name]

    def of_object(self, use, object_id):
        return H(use + object_id, self.purpose("content"))


def open_headers(copies, secret, report, kind=1):
    """Picks the header that counts among `(name, bytes or nothing)`, and opens it."""
    good, newer = [], None
    if all(data is None or data[:8] != b"sottovlt" for _, data in copies) and kind == 2:
        raise Stop(11, "not a key ring")
    for name, data in copies:
        try:
            if data is None:
                raise Damaged("is missing")
            good.append((name, Header(data, kind)))
        except Stop as stop:
            newer = stop if stop.status == 12 else newer
            report.damage(name, str(stop))
        except Damaged as damage:
            report.damage(name, str(damage))
    if not good:
        raise newer or Stop(13, "no copy of the header can be read")
    good.sort(key=lambda each: -each[1].generation)
    if len({header.data for _, header in good}) > 1:
        if good[0][1].generation == good[1][1].generation:
            report.damage(good[1][0], "says something else than " + good[0][0])
        else:
            report.note(f"{good[1][0]} is older than {good[0][0]}: a change of it was cut off")
    wrong = []
    for name, header in good:
        try:
            opened = header.unlock(secret)
        except Damaged as damage:
            report.damage(name, str(damage))
            continue
        if opened is None:
            wrong.append(name)
            continue
        for other in wrong:
            report.damage(other, f"takes not the secret that {name} takes")
        return header, {n: Keys(k) for n, k in opened[0].items()}, opened[1]
    if wrong:
        raise Stop(10, "the secret opens no slot")
    raise Stop(13, "the header cannot be opened")


def settings_of(data):
    """The settings as pairs of tag and value."""
    at, found = 0, []
    while at < len(data):
        length = u32(data, at + 2) if at + 6 <= len(data) else len(data)
        if at + 6 + length > len(data):
            raise Damaged("the settings are cut off")
        found.append((u16(data, at), data[at + 6:at + 6 + length]))
        at += 6 + length
    return found


# Objects

class Head:
    """The body of a head page, once it authenticated. Raises `Damaged` for one that is not allowed."""

    def __init__(self, page, body):
        self.page = page
        self.epoch, self.object_id = u32(page, 12), page[16:32]
        self.kind, self.layout, self.mode = body[0], body[1], u16(body, 2)
        self.owner, self.group = u32(body, 4), u32(body, 8)
        self.generation, self.size = u64(body, 16), u64(body, 24)
        self.modified, self.accessed, self.born = (
            (int.from_bytes(body[at:at + 8], "little", signed=True), u32(body, at + 8))
            for at in (32, 44, 56))
        self.root = body[72:104]
        self.attributes_id, self.attributes_hash = body[104:120], body[120:152]
        length = u16(body, 152)
        self.attributes = body[160:160 + length]
        self.seals = self.inside = None
        if self.kind not in KINDS or self.layout > 1 or self.mode > 0o7777 or self.generation < 1:
            raise Damaged("a field of its head has a value that is not allowed")
        if any(time[1] >= 10 ** 9 for time in (self.modified, self.accessed, self.born)):
            raise Damaged("a time in its head is not allowed")
        rest = body[12:16] + body[68:72] + body[154:160]
        if self.layout == 0:
            end = 160 + length + self.size
            if end > 4024:
                raise Damaged("its contents do not fit into its head")
            self.inside = body[160 + length:end]
            rest += body[end:] + self.root
        else:
            if length > 1304 or self.size >= 1 << 62:
                raise Damaged("a length in its head is not allowed")
            used = 1464 + 40 * min(blocks_of(self.size), HEAD_SEALS)
            self.seals = body[1464:]
            rest += body[160 + length:1464] + body[used:]
        if is_zero(self.attributes_id) != is_zero(self.attributes_hash):
            raise Damaged("its head names attributes by half")
        if length and not is_zero(self.attributes_id):
            raise Damaged("its head has attributes both inside and outside")
        if self.kind == FOLDER and self.size:
            raise Damaged("a folder has contents")
        if self.kind in (ATTRIBUTES, MANIFEST):
            rest += body[2:12] + body[32:68] + body[104:154]
        if not is_zero(rest):
            raise Damaged("a byte of its head is not zero")


def open_head(page, vault):
    """Opens a head page, with the clear fields that stand in it. Raises `Damaged`."""
    if page is None or len(page) < PAGE:
        raise Damaged("its head is missing")
    if page[:8] != b"sottoobj":
        raise Damaged("does not begin as an object does")
    if u16(page, 8) != 1 or page[10] != 1:
        raise Damaged("is of a newer format, or damaged")
    keys = vault.keys.get(u32(page, 12))
    if keys is None:
        raise Damaged(f"belongs to epoch {u32(page, 12)}, whose key the header does not have")
    if page[11]:
        raise Damaged("a byte of its head is not zero")
    body = aead_open(keys.of_object(b"head", page[16:32]), page[32:56], page[56:], page[:32])
    if body is None:
        raise Damaged("its head does not authenticate")
    return Head(page, body)


def blocks_of(size):
    return (size + PAGE - 1) // PAGE


def pages_of(layout, size):
    """Pages of an object's file."""
    count = blocks_of(size) if layout else 0
    return 1 + count + max(0, -(-(count - HEAD_SEALS) // GROUP))


class Root:
    """The hash over the seal pages, which come one after another."""

    def __init__(self, key, leaves):
        self.key, self.depth = key, 0
        while FAN ** self.depth < leaves:
            self.depth += 1
        self.pending = [[] for _ in range(self.depth + 1)]
        self.done = [0] * (self.depth + 1)
        self.value = ZEROS

    def add_page(self, number, page):
        self.add(0, ZEROS if is_zero(page) else H(b"\0" + le(number, 8) + page, self.key))

    def add(self, level, value):
        if level == self.depth:
            self.value = value
            return
        self.pending[level].append(value)
        if len(self.pending[level]) == FAN:
            self.close(level)

    def close(self, level):
        children = b"".join(self.pending[level]).ljust(32 * FAN, b"\0")
        number, self.pending[level] = self.done[level], []
        self.done[level] += 1
        self.add(level + 1, ZEROS if is_zero(children)
                 else H(bytes([level + 1]) + le(number, 8) + children, self.key))

    def finish(self):
        for level in range(self.depth):
            if self.pending[level]:
                self.close(level)
        return self.value


class Object:
    """An object's file, with the pages that the log has for it laid over."""

    def __init__(self, vault, path, overlay=None):
        self.vault, self.path, self.overlay = vault, path, overlay or {}
        self.handle, self.length = None, 0
        if path is not None:
            self.handle = open_below(vault.folder, path, os.O_RDONLY | os.O_NONBLOCK)
            self.length = os.fstat(self.handle).st_size

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.handle is not None:
            os.close(self.handle)

    def pages(self, first, count):
        """Pages joined; fewer where the file ends, and the last possibly not whole."""
        data = read_exactly(self.handle, PAGE * count, PAGE * first) if self.handle is not None else b""
        if self.overlay:
            data = bytearray(data)
            for number in range(first, first + count):
                if number in self.overlay:
                    at = PAGE * (number - first)
                    data.extend(bytes(max(0, at + PAGE - len(data))))
                    data[at:at + PAGE] = read_exactly(self.vault.log.handle, PAGE, self.overlay[number])
            data = bytes(data)
        return data

    def empty(self, first, count):
        """Whether the file system knows a run of pages to be a hole of the file, without reading."""
        if self.handle is None or any(n in self.overlay for n in range(first, first + count)):
            return False
        if PAGE * (first + count) > self.length:
            return False
        try:
            return os.lseek(self.handle, PAGE * first, os.SEEK_DATA) >= PAGE * (first + count)
        except OSError as error:
            return error.errno == errno.ENXIO

    def contents(self, head, sink, complain):
        """Calls `sink(offset, bytes)` for all contents that are not holes, in order.

        `complain(message)` is called for each damage; a block that does not open is left out.
        """
        lost = Runs()
        whole = pages_of(head.layout, head.size)
        appended = self.vault.log and self.length > PAGE * whole
        if self.length != PAGE * whole and not self.overlay and not appended:
            complain(f"its file has {self.length} bytes instead of {PAGE * whole}")
        if head.layout == 0:
            if head.inside is not None and head.size:
                sink(0, head.inside)
            return
        keys = self.vault.keys[head.epoch]
        key, count = keys.of_object(b"block", head.object_id), blocks_of(head.size)
        groups = max(0, -(-(count - HEAD_SEALS) // GROUP))
        root = Root(keys.of_object(b"tree", head.object_id), groups)

        def block(number, seal, page):
            at = PAGE * number
            length = min(PAGE, head.size - at)
            if is_zero(seal):
                if not is_zero(page) and not self.overlay:
                    complain(f"the page of block {number}, a hole, is not zero")
                return
            plain = None
            if len(page) == PAGE:
                plain = aead_open(key, seal[:24], page + seal[24:], head.object_id + le(number, 8))
            if plain is None:
                lost.add(number)
                return
            if not is_zero(plain[length:]):
                complain("what follows its contents in the last block is not zero")
            sink(at, plain[:length])

        if head.seals is not None:
            data = self.pages(1, min(count, HEAD_SEALS))
            for number in range(min(count, HEAD_SEALS)):
                block(number, head.seals[40 * number:40 * number + 40],
                      data[PAGE * number:PAGE * (number + 1)])
        for group in range(groups):
            first = HEAD_SEALS + GROUP * group
            inside = min(GROUP, count - first)
            start = 65 + 103 * group
            if self.empty(start, 1 + inside):
                root.add(0, ZEROS)
                continue
            data = self.pages(start, 1 + inside)
            page = data[:PAGE]
            root.add_page(group, page)
            if len(page) < PAGE or not is_zero(page[40 * inside:]):
                complain(f"seal page {group} is cut off, or a byte of it is not zero")
                page = page.ljust(PAGE, b"\0")
            for index in range(inside):
                block(first + index, page[40 * index:40 * index + 40],
                      data[PAGE * (1 + index):PAGE * (2 + index)])
        if lost.runs:
            complain(f"blocks that do not open, left as zeros: {lost}")
        if head.seals is not None and root.finish() != head.root:
            complain("its root does not match: blocks may be missing, or be older ones")


class Runs:
    """Numbers in ascending order, as runs."""

    def __init__(self):
        self.runs = []

    def add(self, number):
        if self.runs and self.runs[-1][1] == number - 1:
            self.runs[-1][1] = number
        else:
            self.runs.append([number, number])

    def __str__(self):
        shown_runs = ", ".join(f"{a}" if a == b else f"{a} to {b}" for a, b in self.runs[:20])
        return shown_runs + (f" and {len(self.runs) - 20} runs more" if len(self.runs) > 20 else "")


def gather(thing, head, complain, limit):
    """An object's contents in memory, for attributes, manifests and link targets."""
    if head.size > limit:
        raise Damaged(f"its size of {head.size} bytes is not believable")
    data = bytearray(head.size)

    def sink(at, part):
        data[at:at + len(part)] = part
    thing.contents(head, sink, complain)
    return bytes(data)


def attributes_of(data):
    """Pairs of name and value."""
    at, found = 0, []
    while at < len(data):
        if at + 6 > len(data):
            raise Damaged("its attributes are cut off")
        name_end = at + 6 + u16(data, at)
        end = name_end + u32(data, at + 2)
        name = data[at + 6:name_end]
        if end > len(data) or not name or b"\0" in name or found and found[-1][0] >= name:
            raise Damaged("its attributes are not in order")
        found.append((name, data[name_end:end]))
        at = end
    return found


# Names

def plain_name(disk, keys):
    """A name from its disk bytes. Whether it belongs into a folder is another question."""
    if len(disk) < 48 or (len(disk) - 16) % 32 or len(disk) > 272:
        raise Damaged("the length of its name is not allowed")
    nonce = disk[:16] + bytes(8)
    # Encrypting the ciphertext once more takes the key stream away; the tag says nothing here.
    padded = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        disk[16:], b"", nonce, keys.purpose("names"))[:-16]
    name = padded.rstrip(b"\0")
    if (not 1 <= len(name) <= 255 or b"\0" in name or b"/" in name or name in (b".", b"..")
            or len(padded) != -(-len(name) // 32) * 32):
        raise Damaged("its name does not decrypt to one")
    return name, padded


def name_id(folder_id, padded, keys):
    return H(folder_id + padded, keys.purpose("name ids"))[:16]


def disk_name(folder_id, name, keys):
    """The disk bytes of a name."""
    padded = name.ljust(-(-len(name) // 32) * 32, b"\0")
    start = name_id(folder_id, padded, keys)
    return start + sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        padded, b"", start + bytes(8), keys.purpose("names"))[:-16]


def file_name(disk, keys):
    """The name on disk of disk bytes."""
    return base32(disk) if len(disk) <= 144 else base32(H(b"long" + disk, keys.purpose("name ids")))


# Manifest

class Entry:
    """One line of the manifest."""

    def __init__(self, data):
        if len(data) < 90 or u16(data, 88) != len(data) - 90 or data[3]:
            raise Damaged("an entry has a length that is not allowed")
        self.kind, self.epoch = data[2], u32(data, 4)
        self.parent, self.object_id = data[8:24], data[24:40]
        self.generation, self.size = u64(data, 40), u64(data, 48)
        self.hash, self.name = data[56:88], data[90:]


class Manifest:
    """A manifest's fields and entries, its object authenticated whole."""

    def __init__(self, vault, path, counter):
        with Object(vault, path) as thing:
            self.head = open_head(thing.pages(0, 1), vault)
            if self.head.kind != MANIFEST:
                raise Damaged(f"is a {KINDS[self.head.kind]}, no manifest")

            def refuse(message):
                raise Damaged(message)
            data = gather(thing, self.head, refuse, 1 << 36)
        if len(data) < 144 or data[:8] != b"sottoman":
            raise Damaged("does not begin as a manifest does")
        if u16(data, 8) != 1 or not is_zero(data[10:16]):
            raise Damaged("is of a newer format")
        if data[16:32] != vault.header.vault:
            raise Damaged("belongs to another vault")
        if not u64(data, 32) == self.head.generation == counter:
            raise Damaged(f"is the manifest {u64(data, 32)} in truth")
        self.counter, self.before = counter, data[40:72]
        self.header_generation, self.header_hash = u64(data, 72), data[80:112]
        self.hash = H(self.head.page)
        self.entries, at = {}, 144
        for number in range(u64(data, 136)):
            if at + 2 > len(data):
                raise Damaged("it ends before its entries do")
            end = at + u16(data, at)
            if end > len(data):
                raise Damaged("it ends before its entries do")
            entry = Entry(data[at:end])
            if is_zero(entry.parent) != (number == 0) or bool(entry.name) != (number > 0):
                raise Damaged("its entries are not in order")
            if (entry.parent, entry.name) in self.entries:
                raise Damaged("it names one thing twice")
            self.entries[entry.parent, entry.name] = entry
            at = end
        if at != len(data):
            raise Damaged("it goes on after its entries")


# Journal and log

class Journal:
    """What an act that was cut off had done."""

    ACTS = {LOCKING: "locking", RESTORING: "restoring", ROTATING: "rotating keys"}

    def __init__(self, data, vault, report):
        if len(data) < 96 or data[:8] != b"sottojnl" or u16(data, 8) != 1:
            raise Damaged("its header is cut off or damaged")
        keys = vault.keys.get(u32(data, 12))
        if keys is None or data[16:32] != vault.header.vault:
            raise Damaged("belongs to another vault, or to a key that is gone")
        key = keys.purpose("journal")
        if H(data[:64], key) != data[64:96]:
            raise Damaged("its header does not authenticate")
        self.act = data[10]
        if data[10] not in self.ACTS or data[11]:
            raise Damaged("a field of its header has a value that is not allowed")
        self.records = {}
        before, at, number = data[64:96], 96, 0

        def follows(previous, where):
            return H(previous + data[where:where + 32], key) == data[where + 32:where + 64]
        while at + 64 <= len(data) and follows(before, at):
            number += 1
            if data[at] not in (1, 2) or not is_zero(data[at + 1:at + 8]) or u64(data, at + 8) != number:
                raise Damaged(f"record {number} is not allowed")
            self.records[data[at + 16:at + 32]] = data[at]
            before, at = data[at + 32:at + 64], at + 64
        if not is_zero(data[at:]):
            # A write that was cut off leaves less than a record, or zeros; more is damage.
            if len(data) - at >= 64:
                report.damage("journal", f"record {number + 1} does not authenticate; "
                              "it and those after it are not known")
            else:
                report.note("the last record of the journal was cut off")


class Log:
    """The log of an open vault: pages by object and names by folder, to be laid over the vault."""

    def __init__(self, handle, vault, report):
        self.handle, self.vault = handle, vault
        self.pages, self.names = {}, {}
        head = read_exactly(handle, PAGE, 0)
        if len(head) < PAGE or head[:8] != b"sottolog" or u16(head, 8) != 1:
            raise Damaged("its header is cut off or damaged")
        keys = vault.keys.get(u32(head, 12))
        if keys is None or head[16:32] != vault.header.vault:
            raise Damaged("belongs to another vault, or to a key that is gone")
        self.key, self.end = keys.purpose("log"), os.fstat(handle).st_size
        if H(head[:96], self.key) != head[96:128]:
            raise Damaged("its header does not authenticate")
        if not is_zero(head[10:12] + head[88:96] + head[128:]):
            raise Damaged("a byte of its header is not zero")
        self.counter, self.manifest_hash = u64(head, 48), head[56:88]
        before, at, number, promised = head[96:128], PAGE, 0, []
        while True:
            record = self.record(at, before)
            if record is None:
                break
            start, length = record
            number += 1
            if u64(start, 8) != number or not 1 <= start[4] <= 4 or not is_zero(start[5:8]):
                raise Damaged(f"record {number} is not allowed")
            promised.append((start, at, length))
            if start[4] == 4:
                for each in promised:
                    self.replay(*each)
                promised = []
            filled = -(-(at + length) // 512) * 512
            if not is_zero(read_exactly(handle, filled - at - length, at + length)):
                report.damage("log", f"what follows record {number} is not zero")
            before, at = start[32:64], filled
        self.records = number
        if self.goes_on(at, before):
            # What an earlier log has left looks the same.
            report.note(f"log: record {number + 1} does not authenticate; those that follow it are of an "
                        "earlier log, or promises that are lost")

    def record(self, at, before):
        """The first 64 bytes and the length of the record at an offset, if it authenticates."""
        start = read_exactly(self.handle, 64, at)
        length = u32(start, 0) if len(start) == 64 else 0
        if not 64 <= length <= self.end - at or (length - 64) % PAGE != 8 and length > 64 + 16 + 272:
            return None
        rest = length - 64
        digest = blake2b(before + start[:32], key=self.key, digest_size=32)
        for done in range(0, rest, 1 << 20):
            digest.update(read_exactly(self.handle, min(1 << 20, rest - done), at + 64 + done))
        return (start, length) if digest.digest() == start[32:64] else None

    def goes_on(self, at, before):
        """Whether a record that authenticates after the one at `at`, which does not, is in the file."""
        start = read_exactly(self.handle, 64, at)
        if len(start) < 64 or is_zero(start):
            return False
        guesses = [start[32:64]]
        length = u32(start, 0)
        if 64 <= length <= min(self.end - at, 1 << 26):
            rest = read_exactly(self.handle, length - 64, at + 64)
            guesses.append(H(before + start[:32] + rest, self.key))
        return any(self.record(next_at, guess) is not None
                   for next_at in range(at + 512, min(self.end, at + (1 << 22)), 512)
                   for guess in guesses)

    def replay(self, start, at, length):
        object_id, rest = start[16:32], length - 64
        if start[4] == 1:
            if rest < 8 or (rest - 8) % PAGE:
                raise Damaged("a record of pages is not allowed")
            first = u64(read_exactly(self.handle, 8, at + 64), 0)
            pages = self.pages.setdefault(object_id, {})
            if not 1 <= (rest - 8) // PAGE <= 1024:
                raise Damaged("a record of pages is not allowed")
            if first == 0:
                # Pages from before that are beyond its end are void.
                head = open_head(read_exactly(self.handle, PAGE, at + 72), self.vault)
                if head.object_id != object_id:
                    raise Damaged("a record of pages has another object's head")
                end = pages_of(head.layout, head.size)
                for number in [number for number in pages if number >= end]:
                    del pages[number]
            for index in range((rest - 8) // PAGE):
                pages[first + index] = at + 72 + PAGE * index
        elif start[4] in (2, 3):
            data = read_exactly(self.handle, rest, at + 64)
            names, disk = self.names.setdefault(data[:16], {}), data[16:]
            if start[4] == 2:
                names[disk] = object_id
            elif names.get(disk, object_id) == object_id:
                names[disk] = None


# The vault

class Node:
    """A name in the store, and what stands for it in the vault."""

    def __init__(self, path, name, parent_id):
        self.path, self.name, self.parent_id = path, name, parent_id
        self.places = []        # (epoch, path in the vault or nothing, disk bytes), the one that counts first
        self.object_id = None
        self.head = None
        self.entry = None
        self.kind = None
        self.promised = True    # whether every block has to open

    @property
    def place(self):
        return self.places[0][1]


class Vault:
    """A vault that is read, not changed."""

    def __init__(self, path, secret, report):
        self.report = report
        try:
            self.folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise Stop(11, f"not a vault: {error.strerror}")
        top = dict(names_below(self.folder, b""))
        trees = [name for name, info in top.items()
                 if re.fullmatch(rb"tree\.[1-9][0-9]{0,9}", name) and stat.S_ISDIR(info.st_mode)]
        self.epochs = sorted((int(name[5:]) for name in trees), reverse=True)
        copies = []
        for name in (b"header.1", b"header.2"):
            try:
                copies.append((name.decode(), read_whole(self.folder, name, Header.LIMIT)))
            except (Damaged, OSError) as problem:
                report.damage(name, str(problem))
                copies.append((name.decode(), None))
        if not self.epochs and not any(data and data[:8] == b"sottovlt" for _, data in copies):
            raise Stop(11, "not a vault: it has neither a header nor a tree")
        self.header, self.keys, settings = open_headers(copies, secret, report)
        self.settings = settings_of(settings)
        self.journal = self.read_journal()
        self.log = self.read_log()
        self.manifest = self.read_manifests(top)
        for name, info in top.items():
            if name in (b"new", b"erasing") and stat.S_ISDIR(info.st_mode):
                count = len(names_below(self.folder, name))
                report.note(f"{name.decode()} holds {count} files, which are not part of the vault")
            elif not re.fullmatch(
                    rb"header\.[12]|manifest\.[0-9]+|tree\.[0-9]+|attributes|journal|log", name):
                report.note(f"{shown(name)} does not belong to the vault")
        for epoch in self.epochs:
            if epoch not in self.keys:
                report.damage(f"tree.{epoch}", "the header has no key of this epoch")
        self.epochs = [epoch for epoch in self.epochs if epoch in self.keys]
        if not self.epochs and not (self.journal and self.journal.act == RESTORING):
            report.damage("tree", "is missing")
        moves = self.log and self.log.names
        self.where = self.find_moved() if moves else {}
        entries = self.manifest.entries.values() if moves and self.manifest else ()
        self.by_id = {entry.object_id: entry for entry in entries}

    def close(self):
        os.close(self.folder)
        if self.log:
            os.close(self.log.handle)

    def read_journal(self):
        try:
            data = read_whole(self.folder, b"journal", 1 << 34)
            if data is None:
                return None
            journal = Journal(data, self, self.report)
        except (Damaged, OSError) as problem:
            self.report.damage("journal", str(problem))
            return None
        self.report.note(f"{Journal.ACTS[journal.act]} was cut off; "
                         f"the journal has {len(journal.records)} records")
        return journal

    def read_log(self):
        try:
            handle = open_below(self.folder, b"log", os.O_RDONLY | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as problem:
            self.report.damage("log", str(problem))
            return None
        try:
            log = Log(handle, self, self.report)
        except Damaged as damage:
            self.report.damage("log", str(damage))
            return None
        self.report.note(f"the vault is open, or was not closed; the log has {log.records} records")
        return log

    def read_manifests(self, top):
        names = [name for name in top if re.fullmatch(rb"manifest\.[1-9][0-9]{0,18}", name)]
        counters = sorted((int(name[9:]) for name in names), reverse=True)
        read = []
        for counter in counters:
            try:
                read.append(Manifest(self, b"manifest.%d" % counter, counter))
            except (Damaged, OSError) as problem:
                oldest_key = min(self.keys)
                if counter != counters[0] and oldest_key > 1 and "belongs to epoch" in str(problem):
                    self.report.note(f"manifest.{counter} is of an epoch whose key is gone")
                else:
                    self.report.damage(f"manifest.{counter}", str(problem))
        for newer, older in zip(read, read[1:]):
            if newer.counter == older.counter + 1 and newer.before != older.hash:
                self.report.damage(f"manifest.{older.counter}",
                                   f"is not the one that manifest.{newer.counter} follows")
        if not read:
            if self.journal and self.journal.act == LOCKING:
                self.report.note("there is no manifest yet: whether something is missing cannot be told")
            elif not (self.journal and self.journal.act == RESTORING and not self.epochs):
                self.report.damage("manifest", "there is none that can be read: "
                                   "whether something is missing cannot be told")
            return None
        newest = read[0]
        if newest.header_generation > self.header.generation:
            self.report.damage("header", "is older than the manifest says: it was put back")
        elif newest.header_generation < self.header.generation:
            self.report.note("the header is newer than the manifest: a change of keys was cut off")
        elif newest.header_hash != H(self.header.data):
            self.report.damage("header", "is not the one that the manifest names")
        if self.log and (self.log.counter, self.log.manifest_hash) != (newest.counter, newest.hash):
            if (self.log.counter, self.log.manifest_hash) == (newest.counter - 1, newest.before):
                self.report.note("the log is finished: the newest manifest has all that it says")
                self.log.pages, self.log.names = {}, {}
            else:
                self.report.damage("log", "does not follow the newest manifest; it is not used")
                self.log = None
        return newest

    def find_moved(self):
        """Where the objects are whose names the log changes, by object id."""
        wanted = {found for names in self.log.names.values() for found in names.values() if found}
        where, todo = {}, [b"tree.%d" % epoch for epoch in self.epochs]
        if "new" in os.listdir(self.folder):
            todo.append(b"new")
        while todo and wanted - where.keys():
            path = todo.pop()
            for name, info in names_below(self.folder, path):
                full = path + b"/" + name
                if stat.S_ISDIR(info.st_mode):
                    todo.append(full)
                elif stat.S_ISREG(info.st_mode):
                    with Object(self, full) as thing:
                        found = read_exactly(thing.handle, 16, 16)
                    if found in wanted and found not in where:
                        where[found] = path if name == b"folder" else full
        return where

    def head_at(self, node):
        """Reads the head of a node; falls back on what the manifest knows. Raises `Damaged`."""
        page, problem = None, Damaged("its head is missing")
        for index, (epoch, path, _) in enumerate(node.places):
            try:
                page = self.first_page(path, node.object_id)
                head = open_head(page, self)
                if path is not None and head.epoch != epoch:
                    raise Damaged(f"is of epoch {head.epoch}, and lies in tree.{epoch}")
                if head.kind not in (FILE, FOLDER, LINK):
                    raise Damaged(f"is a {KINDS[head.kind]}, which has no name")
                if node.entry and head.object_id != node.entry.object_id and not self.log:
                    raise Damaged("is another object than the manifest says")
                node.places = node.places[index:]
                return head
            except Damaged as damage:
                problem = damage
            except OSError as error:
                problem = Damaged(str(error.strerror))
            if index + 1 < len(node.places):
                self.report.damage(node.path, f"{problem}; an older one is used")
        entry = node.entry
        if page is not None and len(page) == PAGE and entry:
            # Damage in the clear fields alone can be undone: the manifest knows what stood there.
            repaired = (b"sottoobj" + le(1, 2) + b"\1\0" + le(entry.epoch, 4) + entry.object_id + page[32:])
            try:
                head = open_head(repaired, self)
                self.report.damage(node.path, str(problem) + "; put right with the manifest")
                return head
            except Damaged:
                pass
        raise problem

    def first_page(self, path, object_id=None):
        if path is None:
            with Object(self, None, self.overlay(object_id)) as thing:
                return thing.pages(0, 1)
        if self.kind_of(path) == FOLDER:
            path += b"/folder"
        with Object(self, path) as thing:
            page = thing.pages(0, 1)
        overlay = self.overlay(page[16:32])
        if 0 in overlay:
            with Object(self, path, overlay) as thing:
                page = thing.pages(0, 1)
        return page

    def overlay(self, object_id):
        return self.log.pages.get(object_id, {}) if self.log else {}

    def kind_of(self, path):
        handle = open_below(self.folder, path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            return FOLDER if stat.S_ISDIR(os.fstat(handle).st_mode) else FILE
        finally:
            os.close(handle)

    def object(self, node):
        """The object of a node that is no folder, opened."""
        return Object(self, node.place, self.overlay(node.object_id))

    def walk(self):
        """Yields `(event, node)`: "enter" and "leave" for a folder, "file" for the others."""
        if not self.epochs:
            return
        root = Node(b"", b"", bytes(16))
        root.places = [(epoch, b"tree.%d" % epoch, b"") for epoch in self.epochs]
        left = dict(self.manifest.entries) if self.manifest else {}
        locked = set()
        if self.journal and self.journal.act == LOCKING:
            locked = {object_id for object_id, kind in self.journal.records.items() if kind == 1}
        stack = [iter([root])]
        open_folders = []
        while stack:
            node = next(stack[-1], None)
            if node is None:
                stack.pop()
                if open_folders:
                    yield "leave", open_folders.pop()
                continue
            node.entry = left.pop((node.parent_id, node.name), None)
            self.look_at(node)
            locked.discard(node.object_id)
            if node.kind == FOLDER:
                yield "enter", node
                open_folders.append(node)
                stack.append(iter(self.children(node)))
            else:
                yield "file", node
        self.missing(left)
        for object_id in sorted(locked):
            self.report.damage(f"object {object_id.hex()}", "is missing, and the journal calls it the truth")

    def look_at(self, node):
        """Finds a node's head and kind, and compares them with the manifest."""
        entry = node.entry
        try:
            node.head = self.head_at(node)
            node.object_id, node.kind = node.head.object_id, node.head.kind
            if self.log and (entry is None or entry.object_id != node.object_id):
                entry = node.entry = self.by_id.get(node.object_id)
            on_disk = node.place and self.kind_of(node.place)
            if on_disk and (on_disk == FOLDER) != (node.kind == FOLDER):
                raise Damaged(f"is a {KINDS[node.kind]}, and its file is of another kind")
        except (Damaged, OSError) as problem:
            self.report.damage(node.path, str(problem))
            node.head = None
            if entry:
                node.object_id, node.kind = entry.object_id, entry.kind
            try:
                node.kind = FOLDER if node.place and self.kind_of(node.place) == FOLDER else node.kind
            except OSError:
                pass
            return
        head = node.head
        if self.journal and node.kind != FOLDER and self.journal.act == LOCKING:
            known = self.journal.records.get(node.object_id) == 1
            self.report.note(f"{shown(node.path)}: " + ("the vault is the truth" if known else
                             "no record: where the store has its plaintext still, that is the truth"))
        if self.journal and self.journal.records.get(node.object_id) == 2:
            self.report.note(f"{shown(node.path)}: was restored; the file in the store is the truth")
        if not self.manifest:
            return
        rotated = self.journal and self.journal.act == ROTATING
        logged = self.log and (0 in self.log.pages.get(node.object_id, {}))
        if entry is None:
            if self.log and not logged:
                node.promised = False
                self.report.note(f"{shown(node.path)}: is newer than the manifest")
            elif not logged:
                self.report.damage(node.path, "is not in the manifest")
        elif entry.hash != H(head.page) and not logged:
            same = (entry.object_id, entry.kind, entry.generation, entry.size) == (
                head.object_id, head.kind, head.generation, head.size)
            if not (rotated and same and head.epoch > entry.epoch):
                older = head.generation < entry.generation
                self.report.damage(node.path, "is older than the manifest says: it was put back" if older
                                   else "is not as the manifest says")
        elif not logged and (entry.kind, entry.generation, entry.size, entry.epoch, entry.object_id) != (
                head.kind, head.generation, head.size, head.epoch, head.object_id):
            self.report.damage(node.path, "the manifest contradicts itself about it")

    def missing(self, left):
        """Names what the manifest has and the trees have not."""
        paths = {}
        for entry in self.manifest.entries.values() if self.manifest else ():
            paths[entry.object_id] = (paths.get(entry.parent, b"") + b"/" + entry.name).lstrip(b"/")
            if (entry.parent, entry.name) not in left:
                continue
            if self.log:
                keys = self.keys[entry.epoch] if entry.epoch in self.keys else None
                names = self.log.names.get(entry.parent, {})
                if keys and names.get(disk_name(entry.parent, entry.name, keys), b"") is None:
                    continue
            if self.journal and self.journal.records.get(entry.object_id) == 2:
                self.report.note(f"{shown(paths[entry.object_id])}: was restored, and is no longer in the vault")
                continue
            self.report.damage(paths[entry.object_id], f"this {KINDS.get(entry.kind, 'object')} is missing")

    def children(self, node):
        """The nodes in a folder, of all trees, sorted by name."""
        found = {}
        for epoch, path, _ in node.places:
            if epoch not in self.keys:
                continue
            for child in self.children_in(node, epoch, path):
                if child.name in found:
                    if child.name.startswith(b"unreadable-"):
                        continue
                    found[child.name].places += child.places
                else:
                    found[child.name] = child
        return [found[name] for name in sorted(found)]

    def children_in(self, node, epoch, path):
        keys, folder_id = self.keys[epoch], node.object_id
        try:
            listed = names_below(self.folder, path) if path is not None else []
        except OSError as error:
            if path == node.place:
                self.report.damage(node.path, f"cannot be listed: {error.strerror}")
            return
        changed = dict(self.log.names.get(folder_id, {})) if self.log else {}
        side_files = {name for name, _ in listed if name.endswith(b".name")}
        orphans = set(side_files)
        for name, info in listed:
            if name == b"folder" or name in side_files:
                continue
            full = path + b"/" + name
            disk, text, problem = None, None, None
            try:
                if not (stat.S_ISDIR(info.st_mode) or stat.S_ISREG(info.st_mode)):
                    raise Damaged("is neither file nor folder")
                if len(name) == 52:
                    orphans.discard(name + b".name")
                    disk = read_whole(self.folder, full + b".name", 300)
                    if disk is None or file_name(disk, keys) != name:
                        raise Damaged("the rest of its long name is missing or damaged")
                else:
                    disk = from_base32(name)
                    if disk is None or len(disk) > 144:
                        raise Damaged("its name is none of the vault's")
                text, padded = plain_name(disk, keys)
                if folder_id is None:
                    problem = "whether its name belongs here cannot be told"
                elif name_id(folder_id, padded, keys) != disk[:16]:
                    problem = "its name does not authenticate in this folder"
            except (Damaged, OSError) as damage:
                problem = str(damage)
            if disk is not None and disk in changed:
                wanted = changed[disk]
                try:
                    there = self.first_page(full)[16:32]
                except OSError:
                    there = None
                if wanted is None or wanted != there:
                    continue
                del changed[disk]
            if problem:
                text = self.name_for(full, info, problem) or text or b"unreadable-" + name[:32]
                self.report.damage(node.path + b"/" + text, f"{problem} ({shown(full)})")
            yield self.child(node, text, epoch, full, disk)
        for name in sorted(orphans):
            self.report.note(f"{shown(path + b'/' + name)} belongs to nothing")
        for disk, object_id in changed.items():
            if object_id is None:
                continue
            try:
                text, padded = plain_name(disk, keys)
                if name_id(folder_id, padded, keys) != disk[:16]:
                    raise Damaged("a name in the log does not belong into its folder")
            except Damaged as damage:
                self.report.damage(node.path, str(damage))
                continue
            child = self.child(node, text, epoch, self.where.get(object_id), disk)
            child.object_id = object_id
            yield child

    def name_for(self, full, info, problem):
        """The name that the manifest has for an object whose name on disk cannot be read."""
        if not self.manifest:
            return None
        try:
            object_id = self.first_page(full)[16:32]
        except (Damaged, OSError):
            return None
        names = [entry.name for entry in self.manifest.entries.values() if entry.object_id == object_id]
        return names[0] if len(names) == 1 else None

    def child(self, node, name, epoch, full, disk):
        path = node.path + b"/" + name if node.path else name
        child = Node(path, name, node.object_id or bytes(16))
        child.places = [(epoch, full, disk)]
        return child

    def attributes(self, node, complain):
        """A node's extended attributes as pairs."""
        head = node.head
        if is_zero(head.attributes_id):
            return attributes_of(head.attributes)
        path = b"attributes/" + head.attributes_id.hex().encode()
        try:
            with Object(self, path, self.overlay(head.attributes_id)) as thing:
                page = thing.pages(0, 1)
                if H(page) != head.attributes_hash:
                    raise Damaged("is not the object that the head names")
                inner = open_head(page, self)
                if inner.kind != ATTRIBUTES or inner.object_id != head.attributes_id:
                    raise Damaged("is no object of attributes")
                return attributes_of(gather(thing, inner, complain, 1 << 30))
        except (Damaged, OSError) as problem:
            complain(f"its extended attributes ({path.decode()}): {problem}")
            return []

    def stand_in(self, node):
        """A head for a file whose own is lost, from the manifest: the blocks after the first 64 still open."""
        entry = node.entry
        if entry is None or entry.kind != FILE or pages_of(1, entry.size) <= HEAD_SEALS + 1:
            return None
        head = Head.__new__(Head)
        head.object_id, head.size, head.layout = entry.object_id, entry.size, 1
        head.epoch, head.seals, head.inside = entry.epoch, None, None
        return head if head.epoch in self.keys else None


# Writing

class Writer:
    """Writes nodes into a new folder."""

    def __init__(self, path, vault):
        self.vault, self.report = vault, vault.report
        try:
            os.makedirs(path, 0o700, exist_ok=True)
            if os.listdir(path):
                raise Stop(1, f"{path} is not empty")
            self.folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise Stop(1, f"{path}: {error.strerror}")
        self.parent_path, self.parent = None, None
        self.first_names = {}   # object id: (path written first, the vault's inode, whether all was well)

    def close(self):
        os.close(self.folder)
        if self.parent is not None:
            os.close(self.parent)

    def inside(self, node):
        """A descriptor of the folder a node belongs into, and its name there."""
        parent, _, name = node.path.rpartition(b"/")
        if parent != self.parent_path:
            if self.parent is not None:
                os.close(self.parent)
                self.parent_path = self.parent = None
            self.parent = open_below(self.folder, parent, os.O_RDONLY | os.O_DIRECTORY)
            self.parent_path = parent
        return self.parent, name

    def enter(self, node):
        if node.path:
            parent, name = self.inside(node)
            os.mkdir(name, 0o700, dir_fd=parent)

    def leave(self, node):
        """Gives a folder what belongs to it, once everything in it is written."""
        handle = open_below(self.folder, node.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with self.vault_object(node, b"/folder") as thing:
                if node.head and node.head.layout == 0 and thing.length not in (0, PAGE):
                    self.report.damage(node.path, f"its head's file has {thing.length} bytes instead of {PAGE}")
            self.dress(handle, node)
        finally:
            os.close(handle)

    def vault_object(self, node, suffix=b""):
        path = node.place + suffix if node.place is not None else None
        try:
            return Object(self.vault, path, self.vault.overlay(node.object_id))
        except OSError:
            return Object(self.vault, None)

    def file(self, node):
        parent, name = self.inside(node)
        complaints = []

        def complain(message):
            complaints.append(message)
            if node.promised:
                self.report.damage(node.path, message)
            else:
                self.report.note(f"{shown(node.path)}: {message}, and was never promised")
        with self.vault.object(node) as thing:
            inode = os.fstat(thing.handle).st_ino if thing.handle is not None else None
            known = self.first_names.get(node.object_id) if node.head else None
            if known and known[1] == inode:
                self.link(known[0], parent, name)
                return
            head = node.head or self.vault.stand_in(node)
            if head is None:
                if node.kind == FILE:
                    self.create(parent, name, node.entry.size if node.entry else 0, lambda sink: None)
                return
            if node.kind == LINK:
                target = gather(thing, head, complain, 4095)
                if not target or b"\0" in target:
                    raise Damaged("its target is none")
                os.symlink(target, name, dir_fd=parent)
                self.dress(None, node, parent, name)
            elif known and known[2]:
                # Copying made two files of one object: check the second as well.
                thing.contents(head, lambda at, part: None, complain)
                first = self.vault.first_page(known[3])
                if first != head.page and u32(first, 12) == head.epoch:
                    self.report.damage(node.path, f"differs from its other name, {shown(known[0])}")
                self.link(known[0], parent, name)
                return
            else:
                handle = self.create(parent, name, head.size,
                                     lambda sink: thing.contents(head, sink, complain), keep=True)
                try:
                    if node.head:
                        self.dress(handle, node)
                finally:
                    os.close(handle)
        if node.head:
            self.first_names[node.object_id] = (node.path, inode, not complaints, node.place)

    def create(self, parent, name, size, fill, keep=False):
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=parent)
        try:
            def sink(at, part):
                while part:
                    done = os.pwrite(handle, part, at)
                    part, at = part[done:], at + done
            fill(sink)
            os.ftruncate(handle, size)
        except BaseException:
            os.close(handle)
            raise
        if keep:
            return handle
        os.close(handle)
        return None

    def link(self, first, parent, name):
        folder, _, old = first.rpartition(b"/")
        handle = open_below(self.folder, folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.link(old, name, src_dir_fd=handle, dst_dir_fd=parent, follow_symlinks=False)
        finally:
            os.close(handle)

    def dress(self, handle, node, parent=None, name=None):
        """Owner, attributes, mode and times, in the order in which one does not undo another."""
        head = node.head
        if head is None:
            return
        where = {} if name is None else {"dir_fd": parent, "follow_symlinks": False}
        target = handle if name is None else name
        try:
            if os.geteuid() == 0:
                os.chown(target, head.owner, head.group, **where)
            for key, value in self.vault.attributes(node, lambda m: self.report.damage(node.path, m)):
                try:
                    if name is None:
                        os.setxattr(handle, key, value)
                    else:
                        os.setxattr(b"/proc/self/fd/%d/%s" % (parent, name), key, value, follow_symlinks=False)
                except OSError as error:
                    self.report.failure(node.path, f"attribute {shown(key)}: {error.strerror}")
            if name is None:
                os.chmod(handle, head.mode)
            times = tuple(s * 10 ** 9 + n for s, n in (head.accessed, head.modified))
            os.utime(target, ns=times, **where)
        except Damaged as damage:
            self.report.damage(node.path, str(damage))
        except (OSError, OverflowError) as error:
            self.report.failure(node.path, f"owner, mode or times: {error}")


def write_all(vault, out):
    writer = Writer(out, vault)
    dropped = None              # a folder that could not be made takes what is in it along
    for event, node in vault.walk():
        if dropped is not None and (node.path + b"/").startswith(dropped):
            continue
        dropped = None
        try:
            {"enter": writer.enter, "leave": writer.leave, "file": writer.file}[event](node)
        except Damaged as damage:
            vault.report.damage(node.path, str(damage))
        except OSError as error:
            vault.report.failure(node.path, error.strerror or str(error))
            dropped = node.path + b"/" if event == "enter" else None
    writer.close()


def list_all(vault, names):
    """Reads the heads alone; prints the names if wanted."""
    for event, node in vault.walk():
        if event == "leave" or not names:
            continue
        head, target = node.head, ""
        if head and head.kind == LINK:
            try:
                with vault.object(node) as thing:
                    target = " -> " + shown(gather(thing, head, lambda m: vault.report.damage(node.path, m), 4095))
            except (Damaged, OSError) as problem:
                vault.report.damage(node.path, str(problem))
        letter = {FILE: "-", FOLDER: "d", LINK: "l"}.get(node.kind, "?")
        mode = stat.filemode(head.mode)[1:] if head else "?????????"
        size = head.size if head else node.entry.size if node.entry else 0
        print(f"{letter}{mode} {size:>15,}  {shown(node.path)}{target}")


def secret_from(arguments, report):
    """The kind and value of the secret that the arguments name."""
    def read(path):
        try:
            with open(path, "rb") as file:
                return file.read()
        except OSError as error:
            raise Stop(2, f"{path}: {error.strerror}")
    if arguments.passphrase_file:
        secret = 1, re.sub(rb"\r?\n\Z", b"", read(arguments.passphrase_file))
    elif arguments.recovery_file:
        secret = 2, recovery_secret(read(arguments.recovery_file).decode("utf-8", "replace"))
    elif arguments.key_file:
        secret = 3, H(read(arguments.key_file))
    else:
        lines = read(arguments.identity).decode("utf-8", "replace").split("\n")
        keys = [bech32(line.strip(), "sotto-secret-key-") for line in lines
                if line.strip() and not line.startswith("#")]
        if len(keys) != 1 or keys[0] is None:
            raise Stop(10, f"{arguments.identity}: holds no private key of a recipient")
        secret = 4, keys[0]
    if arguments.ring:
        ring = read(arguments.ring)
        _, keys, _ = open_headers([(arguments.ring, ring)], secret, report, kind=2)
        secret = 5, [keys[number].volume_key for number in sorted(keys, reverse=True)]
    return secret


def main():
    parser = argparse.ArgumentParser(description="Gets everything out of a Sotto vault, without Sotto.")
    parser.add_argument("vault", metavar="VAULT")
    parser.add_argument("out", metavar="OUT", nargs="?", help="a new or empty folder")
    parser.add_argument("--list", action="store_true", help="print the tree with sizes")
    parser.add_argument("--manifest", action="store_true", help="compare the heads with the newest manifest")
    secrets = parser.add_mutually_exclusive_group(required=True)
    secrets.add_argument("--passphrase-file", metavar="F", help="a line end at its end does not count")
    secrets.add_argument("--key-file", metavar="F")
    secrets.add_argument("--recovery-file", metavar="F", help="the fifteen words")
    secrets.add_argument("--identity", metavar="F", help="a recipient's private key")
    parser.add_argument("--ring", metavar="F", help="a key ring, opened with the secret given")
    arguments = parser.parse_args()
    if (arguments.out is None) != (arguments.list or arguments.manifest):
        parser.error("give either OUT, or --list or --manifest")
    report = Report()
    try:
        vault = Vault(arguments.vault, secret_from(arguments, report), report)
        patterns = [shown(value) for tag, value in vault.settings if tag == 1]
        if patterns:
            report.note("left in the clear, and not in the vault: " + ", ".join(patterns))
        try:
            if arguments.out:
                write_all(vault, arguments.out)
            else:
                list_all(vault, arguments.list)
        finally:
            vault.close()
    except (Stop, Damaged) as stop:
        print(f"rescue.py: {stop}", file=sys.stderr)
        return getattr(stop, "status", 13)
    if report.damages:
        print(f"rescue.py: {report.damages} damages, named above", file=sys.stderr)
    return 13 if report.damages else 1 if report.failures else 0


# The English list of BIP-39
WORDS = """
abandon ability able about above absent absorb abstract absurd abuse access accident account accuse
achieve acid acoustic acquire across act action actor actress actual adapt add addict address adjust
admit adult advance advice aerobic affair afford afraid again age agent agree ahead aim air airport
aisle alarm album alcohol alert alien all alley allow almost alone alpha already also alter always
amateur amazing among amount amused analyst anchor ancient anger angle angry animal ankle announce
annual another answer antenna antique anxiety any apart apology appear apple approve april arch
arctic area arena argue arm armed armor army around arrange arrest arrive arrow art artefact artist
artwork ask aspect assault asset assist assume asthma athlete atom attack attend attitude attract
auction audit august aunt author auto autumn average avocado avoid awake aware away awesome awful
awkward axis baby bachelor bacon badge bag balance balcony ball bamboo banana banner bar barely
bargain barrel base basic basket battle beach bean beauty because become beef before begin behave
behind believe below belt bench benefit best betray better between beyond bicycle bid bike bind
biology bird birth bitter black blade blame blanket blast bleak bless blind blood blossom blouse
blue blur blush board boat body boil bomb bone bonus book boost border boring borrow boss bottom
bounce box boy bracket brain brand brass brave bread breeze brick bridge brief bright bring brisk
broccoli broken bronze broom brother brown brush bubble buddy budget buffalo build bulb bulk bullet
bundle bunker burden burger burst bus business busy butter buyer buzz cabbage cabin cable cactus
cage cake call calm camera camp can canal cancel candy cannon canoe canvas canyon capable capital
captain car carbon card cargo carpet carry cart case cash casino castle casual cat catalog catch
category cattle caught cause caution cave ceiling celery cement census century cereal certain chair
chalk champion change chaos chapter charge chase chat cheap check cheese chef cherry chest chicken
chief child chimney choice choose chronic chuckle chunk churn cigar cinnamon circle citizen city
civil claim clap clarify claw clay clean clerk clever click client cliff climb clinic clip clock
clog close cloth cloud clown club clump cluster clutch coach coast coconut code coffee coil coin
collect color column combine come comfort comic common company concert conduct confirm congress
connect consider control convince cook cool copper copy coral core corn correct cost cotton couch
country couple course cousin cover coyote crack cradle craft cram crane crash crater crawl crazy
cream credit creek crew cricket crime crisp critic crop cross crouch crowd crucial cruel cruise
crumble crunch crush cry crystal cube culture cup cupboard curious current curtain curve cushion
custom cute cycle dad damage damp dance danger daring dash daughter dawn day deal debate debris
decade december decide decline decorate decrease deer defense define defy degree delay deliver
demand demise denial dentist deny depart depend deposit depth deputy derive describe desert design
desk despair destroy detail detect develop device devote diagram dial diamond diary dice diesel diet
differ digital dignity dilemma dinner dinosaur direct dirt disagree discover disease dish dismiss
disorder display distance divert divide divorce dizzy doctor document dog doll dolphin domain donate
donkey donor door dose double dove draft dragon drama drastic draw dream dress drift drill drink
drip drive drop drum dry duck dumb dune during dust dutch duty dwarf dynamic eager eagle early earn
earth easily east easy echo ecology economy edge edit educate effort egg eight either elbow elder
electric elegant element elephant elevator elite else embark embody embrace emerge emotion employ
empower empty enable enact end endless endorse enemy energy enforce engage engine enhance enjoy
enlist enough enrich enroll ensure enter entire entry envelope episode equal equip era erase erode
erosion error erupt escape essay essence estate eternal ethics evidence evil evoke evolve exact
example excess exchange excite exclude excuse execute exercise exhaust exhibit exile exist exit
exotic expand expect expire explain expose express extend extra eye eyebrow fabric face faculty fade
faint faith fall false fame family famous fan fancy fantasy farm fashion fat fatal father fatigue
fault favorite feature february federal fee feed feel female fence festival fetch fever few fiber
fiction field figure file film filter final find fine finger finish fire firm first fiscal fish fit
fitness fix flag flame flash flat flavor flee flight flip float flock floor flower fluid flush fly
foam focus fog foil fold follow food foot force forest forget fork fortune forum forward fossil
foster found fox fragile frame frequent fresh friend fringe frog front frost frown frozen fruit fuel
fun funny furnace fury future gadget gain galaxy gallery game gap garage garbage garden garlic
garment gas gasp gate gather gauge gaze general genius genre gentle genuine gesture ghost giant gift
giggle ginger giraffe girl give glad glance glare glass glide glimpse globe gloom glory glove glow
glue goat goddess gold good goose gorilla gospel gossip govern gown grab grace grain grant grape
grass gravity great green grid grief grit grocery group grow grunt guard guess guide guilt guitar
gun gym habit hair half hammer hamster hand happy harbor hard harsh harvest hat have hawk hazard
head health heart heavy hedgehog height hello helmet help hen hero hidden high hill hint hip hire
history hobby hockey hold hole holiday hollow home honey hood hope horn horror horse hospital host
hotel hour hover hub huge human humble humor hundred hungry hunt hurdle hurry hurt husband hybrid
ice icon idea identify idle ignore ill illegal illness image imitate immense immune impact impose
improve impulse inch include income increase index indicate indoor industry infant inflict inform
inhale inherit initial inject injury inmate inner innocent input inquiry insane insect inside
inspire install intact interest into invest invite involve iron island isolate issue item ivory
jacket jaguar jar jazz jealous jeans jelly jewel job join joke journey joy judge juice jump jungle
junior junk just kangaroo keen keep ketchup key kick kid kidney kind kingdom kiss kit kitchen kite
kitten kiwi knee knife knock know lab label labor ladder lady lake lamp language laptop large later
latin laugh laundry lava law lawn lawsuit layer lazy leader leaf learn leave lecture left leg legal
legend leisure lemon lend length lens leopard lesson letter level liar liberty library license life
lift light like limb limit link lion liquid list little live lizard load loan lobster local lock
logic lonely long loop lottery loud lounge love loyal lucky luggage lumber lunar lunch luxury lyrics
machine mad magic magnet maid mail main major make mammal man manage mandate mango mansion manual
maple marble march margin marine market marriage mask mass master match material math matrix matter
maximum maze meadow mean measure meat mechanic medal media melody melt member memory mention menu
mercy merge merit merry mesh message metal method middle midnight milk million mimic mind minimum
minor minute miracle mirror misery miss mistake mix mixed mixture mobile model modify mom moment
monitor monkey monster month moon moral more morning mosquito mother motion motor mountain mouse
move movie much muffin mule multiply muscle museum mushroom music must mutual myself mystery myth
naive name napkin narrow nasty nation nature near neck need negative neglect neither nephew nerve
nest net network neutral never news next nice night noble noise nominee noodle normal north nose
notable note nothing notice novel now nuclear number nurse nut oak obey object oblige obscure
observe obtain obvious occur ocean october odor off offer office often oil okay old olive olympic
omit once one onion online only open opera opinion oppose option orange orbit orchard order ordinary
organ orient original orphan ostrich other outdoor outer output outside oval oven over own owner
oxygen oyster ozone pact paddle page pair palace palm panda panel panic panther paper parade parent
park parrot party pass patch path patient patrol pattern pause pave payment peace peanut pear
peasant pelican pen penalty pencil people pepper perfect permit person pet phone photo phrase
physical piano picnic picture piece pig pigeon pill pilot pink pioneer pipe pistol pitch pizza place
planet plastic plate play please pledge pluck plug plunge poem poet point polar pole police pond
pony pool popular portion position possible post potato pottery poverty powder power practice praise
predict prefer prepare present pretty prevent price pride primary print priority prison private
prize problem process produce profit program project promote proof property prosper protect proud
provide public pudding pull pulp pulse pumpkin punch pupil puppy purchase purity purpose purse push
put puzzle pyramid quality quantum quarter question quick quit quiz quote rabbit raccoon race rack
radar radio rail rain raise rally ramp ranch random range rapid rare rate rather raven raw razor
ready real reason rebel rebuild recall receive recipe record recycle reduce reflect reform refuse
region regret regular reject relax release relief rely remain remember remind remove render renew
rent reopen repair repeat replace report require rescue resemble resist resource response result
retire retreat return reunion reveal review reward rhythm rib ribbon rice rich ride ridge rifle
right rigid ring riot ripple risk ritual rival river road roast robot robust rocket romance roof
rookie room rose rotate rough round route royal rubber rude rug rule run runway rural sad saddle
sadness safe sail salad salmon salon salt salute same sample sand satisfy satoshi sauce sausage save
say scale scan scare scatter scene scheme school science scissors scorpion scout scrap screen script
scrub sea search season seat second secret section security seed seek segment select sell seminar
senior sense sentence series service session settle setup seven shadow shaft shallow share shed
shell sheriff shield shift shine ship shiver shock shoe shoot shop short shoulder shove shrimp shrug
shuffle shy sibling sick side siege sight sign silent silk silly silver similar simple since sing
siren sister situate six size skate sketch ski skill skin skirt skull slab slam sleep slender slice
slide slight slim slogan slot slow slush small smart smile smoke smooth snack snake snap sniff snow
soap soccer social sock soda soft solar soldier solid solution solve someone song soon sorry sort
soul sound soup source south space spare spatial spawn speak special speed spell spend sphere spice
spider spike spin spirit split spoil sponsor spoon sport spot spray spread spring spy square squeeze
squirrel stable stadium staff stage stairs stamp stand start state stay steak steel stem step stereo
stick still sting stock stomach stone stool story stove strategy street strike strong struggle
student stuff stumble style subject submit subway success such sudden suffer sugar suggest suit
summer sun sunny sunset super supply supreme sure surface surge surprise surround survey suspect
sustain swallow swamp swap swarm swear sweet swift swim swing switch sword symbol symptom syrup
system table tackle tag tail talent talk tank tape target task taste tattoo taxi teach team tell ten
tenant tennis tent term test text thank that theme then theory there they thing this thought three
thrive throw thumb thunder ticket tide tiger tilt timber time tiny tip tired tissue title toast
tobacco today toddler toe together toilet token tomato tomorrow tone tongue tonight tool tooth top
topic topple torch tornado tortoise toss total tourist toward tower town toy track trade traffic
tragic train transfer trap trash travel tray treat tree trend trial tribe trick trigger trim trip
trophy trouble truck true truly trumpet trust truth try tube tuition tumble tuna tunnel turkey turn
turtle twelve twenty twice twin twist two type typical ugly umbrella unable unaware uncle uncover
under undo unfair unfold unhappy uniform unique unit universe unknown unlock until unusual unveil
update upgrade uphold upon upper upset urban urge usage use used useful useless usual utility vacant
vacuum vague valid valley valve van vanish vapor various vast vault vehicle velvet vendor venture
venue verb verify version very vessel veteran viable vibrant vicious victory video view village
vintage violin virtual virus visa visit visual vital vivid vocal voice void volcano volume vote
voyage wage wagon wait walk wall walnut want warfare warm warrior wash wasp waste water wave way
wealth weapon wear weasel weather web wedding weekend weird welcome west wet whale what wheat wheel
when where whip whisper wide width wife wild will win window wine wing wink winner winter wire
wisdom wise wish witness wolf woman wonder wood wool word work world worry worth wrap wreck wrestle
wrist write wrong yard year yellow you young youth zebra zero zone zoo
"""

if __name__ == "__main__":
    sys.exit(main())
