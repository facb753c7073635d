"""A home with a store, and everything around it that must not change."""

import os
import random

import image

WORDS = ("the kettle sings before the rain does · morgen backen wir Brot mit Sauerteig · she asked the model about her "
         "rent and never told anyone · 京都の三日間、雨でも楽しめる計画 · drei Äpfel, zwei Birnen, ein Geheimnis · why does my knee "
         "hurt on the outside after five kilometres · Ich möchte kündigen, aber freundlich · a list of names for the baby")


def text(choice, length):
    """Readable text of that many bytes, different each time."""
    words = WORDS.split(" ")
    made = b""
    while len(made) < length:
        made += f"{choice.choice(words)} {choice.randint(0, 10 ** 6)} ".encode()
    return made[:length]


class Sandbox:
    """Folders of one harness: `root` is below the fault layer's eyes, on a disk of its own if need be; keys and what
    programs say lie beside it."""

    def __init__(self, folder, program, disk=None):
        self.folder = os.path.realpath(folder)
        os.makedirs(self.folder, exist_ok=True)
        self.program = program
        self.root = os.path.join(os.path.realpath(disk or folder), "root")
        self.home = os.path.join(self.root, "home")
        self.store = os.path.join(self.home, "diary")
        self.vault = self.store + ".sotto"
        self.outside = os.path.join(self.root, "outside")
        self.state = os.path.join(self.root, "state")
        self.keys = [self.key("key", random.Random(1).randbytes(48)), self.key("new-key", random.Random(2).randbytes(48))]
        self.environment = {
            "HOME": self.home, "XDG_STATE_HOME": self.state, "XDG_CONFIG_HOME": self.root + "/config",
            "XDG_RUNTIME_DIR": self.root + "/runtime", "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "SWIFT_BACKTRACE": "enable=no", **program.environment}

    def key(self, name, secret):
        """A file with a secret; one that is called so holds a passphrase."""
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(secret)
        return path

    def use_passphrases(self):
        self.keys = [self.key("passphrase", b"heron under the Kirschbaum, 1987\n"),
                     self.key("new-passphrase", b"nobody counts the starlings twice\n")]

    def opening(self, which, new=False):
        """The options that give a secret."""
        kind = "passphrase" if "passphrase" in os.path.basename(self.keys[which]) else "key"
        return f"--{'new-' if new else ''}{kind}-file", self.keys[which]

    def put(self, tree):
        """Makes the root what a tree says."""
        image.remove(self.root)
        image.write(tree, self.root)

    def clear(self):
        image.remove(self.root)


def home(size):
    """The root folder's tree before anything was locked: `tiny`, `small` or `large`."""
    choice = random.Random(size)
    when = 1_700_000_000_123_456_789

    def node(kind, data=b"", mode=0o644):
        nonlocal when
        when += 86_399_000_000_017
        made = image.Node(kind, mode, os.geteuid(), os.getegid(), when, data)
        return made

    def put(folder, name, entry):
        folder.entries[name.encode()] = entry
        return entry

    root, outside, top = node("folder"), node("folder"), node("folder", mode=0o755)
    put(root, "outside", outside)
    put(put(root, "home", node("folder")), "diary", top)
    put(outside, "untouched.txt", node("file", text(choice, 300)))
    shared = put(top, "named twice, once outside.txt", node("file", text(choice, 5000)))
    put(outside, "the other name.txt", shared)
    put(top, "letter.txt", node("file", text(choice, 700), 0o600)).attributes["user.origin"] = b"https://example.org/"
    notes = put(top, "notes", node("folder", mode=0o750))
    put(notes, "Überraschung für Mama 🎂.json", node("file", text(choice, 4097), 0o640))
    put(put(top, "models", node("folder")), "big.gguf", node("file", b"GGUF" + choice.randbytes(2000)))
    if size == "tiny":
        put(top, "to the letter", node("link", b"letter.txt", 0o777))
        return root
    put(top, "nothing at all", node("file"))
    put(top, "an empty folder", node("folder", mode=0o700))
    put(top, "to the letter", node("link", b"letter.txt", 0o777))
    put(top, "to nowhere", node("link", "nirgends/wirklich nicht".encode(), 0o777))
    twin = put(top, "twin one", node("file", text(choice, 900)))
    put(notes, "twin two", twin)
    database = text(choice, 8192) + bytes(16384) + text(choice, 5000)
    chat = put(notes, "chat.sqlite", node("file", database, 0o600))
    chat.attributes = {"user.note": text(choice, 1800), "user.other": b""}
    put(notes, "ä" * 100 + " a name too long for one line of any kind", node("file", text(choice, 64)))
    if size == "large":
        put(top, "recording.bin", node("file", choice.randbytes(3 << 20)))
        deep = top
        for index in range(4):
            deep = put(deep, f"level {index} of the cellar", node("folder"))
            for number in range(12):
                put(deep, f"page {number} of {index}.md", node("file", text(choice, choice.choice([10, 3000, 9000, 40000]))))
    return root
