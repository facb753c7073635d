"""The programs that are tried, and how a vault of theirs is read without them."""

import os
import sys
from pathlib import Path

from image import Node

HERE = Path(__file__).resolve().parent


class Unreadable(Exception):
    """The independent reader gives nothing."""


class Sotto:
    """The real command; vaults are read by scripts/rescue.py, which shares no line with it."""

    def __init__(self, path):
        self.argv = [os.path.abspath(path)]
        self.environment = {}

    def read(self, vault, key_files):
        raise Unreadable("no rescue.py yet")


class StandIn:
    """The stand-in, with one mistake or none."""

    def __init__(self, bug=""):
        self.argv = [sys.executable, "-I", "-S", str(HERE / "standin.py")]
        self.environment = {"STANDIN_BUG": bug}

    def read(self, vault, key_files):
        import standin
        try:
            objects = standin.read(vault, key_files)
        except (standin.Refused, OSError, ValueError) as error:
            raise Unreadable(str(error)) from None
        nodes, top = {}, None
        for path, (known, data) in sorted(objects.items()):
            node = nodes.get(known.get("number"))
            if node is None:
                node = Node(known["kind"], known["mode"], known["owner"], known["group"], known["modified"], data)
                node.attributes = {name: bytes.fromhex(value) for name, value in known["attributes"].items()}
                if known["kind"] == "file":
                    nodes[known["number"]] = node
            if not path:
                top = node
                continue
            above = top
            for part in path.split(b"/")[:-1]:
                above = above and above.entries.setdefault(part, Node("folder"))
            top = top or Node("folder")
            (above or top).entries[path.split(b"/")[-1]] = node
        return top or Node("folder")
