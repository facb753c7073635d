"""Reads what the fault layer wrote down."""

from urllib.parse import unquote_to_bytes

NUMBERS = {"folder", "inode", "to", "replaced", "offset", "size", "length", "kind", "made", "cut", "nameless", "owner",
           "group", "flags", "data"}
NAMES = {"name", "as", "target"}


class Call(dict):
    """One call: its name, what it said about itself, and where in the trace it ends."""

    __slots__ = ("call", "bytes", "end")


def read(path):
    """All calls of a trace, in their order."""
    with open(path, "rb") as file:
        text = file.read()
    calls, at = [], 0
    while at < len(text):
        end = text.index(b"\n", at)
        words = text[at:end].decode("ascii").split(" ")
        call = Call()
        call.call = words[0]
        for word in words[1:]:
            key, _, value = word.partition("=")
            if key in NAMES:
                call[key] = unquote_to_bytes(value)
            elif key == "mode":
                call[key] = int(value, 8)
            elif key in NUMBERS:
                call[key] = int(value)
            else:
                call[key] = value
        length = call.pop("data")
        call.bytes = text[end + 1:end + 1 + length]
        at = call.end = end + 1 + length
        calls.append(call)
    return calls
