#!/usr/bin/env python3
"""Prints Tests/VaultFormatTests/WrittenHeader.swift: a header written from docs/vault-format.md alone.

It shares no code with Sources/VaultFormat: hashlib, PyNaCl and argon2-cffi do the cryptography. What would
be random is hashed from a text, so that the output is the same every time.
"""

import hashlib
import textwrap

from argon2.low_level import Type, hash_secret_raw
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_encrypt, crypto_box_beforenm, crypto_box_afternm, crypto_scalarmult_base)


def h(message, key=b""):
    return hashlib.blake2b(message, key=key, digest_size=32).digest()


def chance(what, count):
    return hashlib.shake_256(what.encode()).digest(count)


def little(number, count):
    return number.to_bytes(count, "little")


def box(message, public, what):
    """A sealed box whose short-lived key is not random."""
    private = chance("ephemeral " + what, 32)
    own = crypto_scalarmult_base(private)
    nonce = hashlib.blake2b(own + public, digest_size=24).digest()
    return own + crypto_box_afternm(message, nonce, crypto_box_beforenm(public, private))


def aead(message, key, what, associated=b""):
    nonce = chance("nonce " + what, 24)
    return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(message, associated, nonce, key)


vault = chance("vault id", 16)
header_key = chance("header key", 32)
volume = {1: chance("volume key 1", 32), 3: chance("volume key 3", 32)}
ring = bytes(range(64, 96))
secrets = {
    1: lambda salt: hash_secret_raw("pässword".encode(), salt, 2, 16, 1, 32, Type.ID, 19),
    2: lambda salt: bytes(range(20)),
    3: lambda salt: h(b"the contents of a key file"),
    5: lambda salt: h(b"sotto v1 ring" + vault, ring),
}
recipient = bytes(range(32))

slots, publics = [], []
for kind in (1, 2, 3, 4, 5, 7):
    what = f"slot {kind}"
    private = recipient if kind == 4 else chance("private " + what, 32)
    public = crypto_scalarmult_base(private)
    salt = bytes(16) if kind == 4 else chance("salt " + what, 16)
    costs = little(2, 4) + little(16, 4) if kind == 1 else bytes(8)
    start = chance("id " + what, 16) + bytes([kind, int(kind == 1), 0, 0]) + costs + bytes(4) + salt + public
    if kind == 4:
        rest = box(header_key, public, what) + bytes(56)
    elif kind == 7:
        start = start[:17] + chance("start of a later version", 31) + public
        rest = chance("rest of a later version", 136)
    else:
        wrapping = h(b"sotto v1 slot" + vault + start, secrets[kind](salt))
        sealed = aead(private + header_key, h(b"sotto v1 slot key", wrapping), what)
        rest = h(b"sotto v1 slot commitment", wrapping) + sealed
    slot = start + rest + (little(1_700_000_000 + kind, 8) if kind != 7 else chance("end", 8))
    assert len(slot) == 224
    slots.append(slot)
    publics.append(public)

epochs = b""
for number, key in volume.items():
    epochs += little(number, 4) + bytes([1, 0, 0, 0]) + little(1_700_000_100 + number, 8)
    epochs += h(b"sotto v1 epoch" + vault + little(number, 4), key)
    for place, public in enumerate(publics):
        epochs += box(key, public, f"epoch {number} slot {place}")

settings = b""
for tag, value in (
        (1, b"models"), (1, b"*.gguf"), (2, b"jan"), (3, b"/home/a/\xff"), (4, little(1_700_000_000, 8)), (77, b"later")):
    settings += little(tag, 2) + little(len(value), 4) + value

count, ages = len(slots), len(volume)
sealed_length = len(settings) + 40
length = 48 + 224 * count + (48 + 80 * count) * ages + sealed_length + 64
prefix = (b"sottovlt" + little(1, 2) + b"\1\0" + little(length, 4) + vault + little(9, 8) + little(count, 2)
          + little(ages, 2) + little(sealed_length, 4))
header = prefix + b"".join(slots) + epochs + aead(settings, h(b"sotto v1 settings", volume[3]), "settings", prefix)
header += h(header_key + header, h(b"sotto v1 header", volume[3]))
header += h(header)
assert len(header) == length

print("""import TestSupport

/// What another implementation wrote, with every type of slot and two epochs.
///
/// Made by `python3 Tests/Vectors/make-header.py`, which says what is in it.
enum WrittenHeader {""")
print(f'  /// The volume key of epoch 1.\n  static let first = unhex(\n    """\n    {volume[1].hex()}\n    """)')
print(f'  /// The volume key of epoch 3.\n  static let last = unhex(\n    """\n    {volume[3].hex()}\n    """)')
print('  /// The header.\n  static let bytes = unhex(\n    """')
for line in textwrap.wrap(header.hex(), 96):
    print("    " + line)
print('    """)\n}')
