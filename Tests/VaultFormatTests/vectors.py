#!/usr/bin/env python3
"""Prints what VectorTests.swift expects, from docs/vault-format.md with PyNaCl and hashlib alone."""

import base64
import hashlib
import struct

from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt


def H(message, key=b""):
    return hashlib.blake2b(message, key=key, digest_size=32).digest()


def show(name, value):
    print(f"{name:<20}{value if isinstance(value, str) else value.hex()}")


VOLUME = bytes(range(32))
K = {p: H(b"sotto v1 " + p.encode(), VOLUME) for p in ("content", "names", "name ids", "journal", "log")}
OBJECT = b"\x07" * 16
HEAD, BLOCK, TREE = (H(p + OBJECT, K["content"]) for p in (b"head", b"block", b"tree"))
for purpose, key in K.items():
    show(purpose, H(key))

# Block 70, the bytes 3, 10, 17 and so on, under a nonce of 0x11.
plaintext = bytes((i * 7 + 3) & 255 for i in range(4096))
sealed = encrypt(plaintext, OBJECT + struct.pack("<Q", 70), b"\x11" * 24, BLOCK)
show("block", H(sealed[:4096]))
show("block tag", sealed[4096:])


def head(kind, layout, size, root, attributes, rest):
    body = struct.pack("<BBHIII", kind, layout, 0o1751, 1000, 100, 0) + struct.pack("<QQ", 9, size)
    body += struct.pack("<qI", -5, 999_999_999) + struct.pack("<qI", 1 << 33, 1) + struct.pack("<qI", 0, 0) + bytes(4)
    body += root + bytes(16) + bytes(32) + struct.pack("<H", len(attributes)) + bytes(6) + attributes
    if layout == 1:
        body = body.ljust(1464, b"\0")
    body = (body + rest).ljust(4024, b"\0")
    prefix = b"sottoobj" + struct.pack("<HBBI", 1, 1, 0, 1) + OBJECT
    return prefix + b"\x22" * 24 + encrypt(body, prefix, b"\x22" * 24, HEAD)


inside = head(1, 0, 5, bytes(32), b"\x06\0\x02\0\0\0user.aok", b"hello")
blocks = head(1, 1, 300_000, b"\x33" * 32, b"", b"\x44" * 2560)
assert len(inside) == len(blocks) == 4096
show("head inside", H(inside))
show("head blocks", H(blocks))


def root(pages):
    nodes = [H(struct.pack("<BQ", 0, g) + p, TREE) if any(p) else bytes(32) for g, p in enumerate(pages)]
    level = 0
    if not nodes:
        return bytes(32)
    while len(nodes) > 1:
        level += 1
        groups = [b"".join(nodes[i:i + 128]).ljust(4096, b"\0") for i in range(0, len(nodes), 128)]
        nodes = [H(struct.pack("<BQ", level, i) + g, TREE) if any(g) else bytes(32) for i, g in enumerate(groups)]
    return nodes[0]


# Page g holds g mod 251 throughout; every page of 251 is zeros.
for count in (1, 2, 128, 129, 16385):
    show(f"root {count}", root([bytes([g % 251]) * 4096 for g in range(count)]))


def disk(name, folder):
    padded = name + bytes(-len(name) % 32)
    tag = H(folder + padded, K["name ids"])[:16]
    return tag + encrypt(padded, b"", tag + bytes(8), K["names"])[:-16]


def base32(data):
    return base64.b32encode(data).decode().rstrip("=").lower()


show("name", base32(disk(b"chat.json", b"\x01" * 16)))
rest = disk(b"q" * 200, b"\x01" * 16)
show("long name", base32(H(b"long" + rest, K["name ids"])))
show("long rest", H(rest))

clear = b"sottojnl" + struct.pack("<HBBI", 1, 2, 0, 1) + b"\x01" * 16 + b"\x02" * 16 + struct.pack("<QQ", 1_760_000_000, 0)
journal = clear + H(clear, K["journal"])
for number, truth in ((1, 2), (2, 1)):
    record = struct.pack("<B7xQ", truth, number) + bytes([number]) * 16
    journal += record + H(journal[-32:] + record, K["journal"])
show("journal", H(journal))

clear = b"sottolog" + struct.pack("<HHI", 1, 0, 1) + b"\x01" * 16 + b"\x02" * 16 + struct.pack("<Q", 41) + b"\x66" * 32 + bytes(8)
last = H(clear, K["log"])
log = (clear + last).ljust(4096, b"\0")
pages = struct.pack("<Q", 5) + bytes(i & 255 for i in range(8192))
named = b"\x01" * 16 + disk(b"chat.json", b"\x01" * 16)
for number, kind, payload in ((1, 1, pages), (2, 2, named), (3, 3, named), (4, 4, b"")):
    record = struct.pack("<IB3xQ", 64 + len(payload), kind, number) + OBJECT
    last = H(last + record + payload, K["log"])
    log += (record + last + payload).ljust(-(-(64 + len(payload)) // 512) * 512, b"\0")
show("log", H(log))

entries = b""
for kind, folder, name, size in ((2, 0, b"", 0), (1, 7, b"chat.json", 1 << 40)):
    entries += struct.pack("<HBBI", 90 + len(name), kind, 0, 3) + bytes([folder]) * 16 + bytes([9]) * 16
    entries += struct.pack("<QQ", 4, size) + b"\x55" * 32 + struct.pack("<H", len(name)) + name
manifest = b"sottoman" + struct.pack("<H6x", 1) + b"\x01" * 16 + struct.pack("<Q", 41) + b"\x66" * 32
manifest += struct.pack("<Q", 3) + b"\x77" * 32 + H(b"\x01" * 16 + b"machine")[:16] + struct.pack("<QQ", 1_760_000_000, 2)
show("manifest", H(manifest + entries))
