"""SQLite databases that are written by processes which say what was acknowledged, and checked afterwards."""

import os
import random
import signal
import sqlite3
import traceback


class Child:
    """A process that does work and says words through a pipe; with `mark`, each with how long that file was then."""

    def __init__(self, work, *words, mark=None):
        self.reading, writing = os.pipe()
        self.pid, self.text, self.status = os.fork(), b"", None
        if self.pid == 0:
            status = 1
            try:
                os.close(self.reading)
                end = (lambda: f" {os.stat(mark).st_size}") if mark else (lambda: "")
                work(lambda word: os.write(writing, f"{word}{end()}\n".encode()), *words)
                status = 0
            except (sqlite3.Error, OSError) as error:
                os.write(writing, f"error {error!r}\n".encode())
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        os.close(writing)

    def more(self):
        """Waits for the next words; False at the end."""
        data = os.read(self.reading, 1 << 16)
        self.text += data
        return bool(data)

    def words(self):
        return self.text.decode().split("\n")[:-1]

    def until(self, count):
        """Waits until so many words were said, or the end."""
        while self.text.count(b"\n") < count and self.more():
            pass

    def end(self, killed=False):
        """Waits for the end, or brings it about; gives all words."""
        if killed:
            os.kill(self.pid, signal.SIGKILL)
        while self.more():
            pass
        os.close(self.reading)
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.words()


def connect(path, mode, synchronous="FULL"):
    base = sqlite3.connect(path, timeout=60, isolation_level=None)
    got = base.execute(f"PRAGMA journal_mode={mode}").fetchone()[0]
    if got != mode:
        raise sqlite3.OperationalError(f"journal mode {mode} is refused: {got}")
    base.execute(f"PRAGMA synchronous={synchronous}")
    return base


def make(path, mode):
    """A table of rows, and two balances whose sum is always 1,000."""
    base = connect(path, mode)
    base.execute("CREATE TABLE rows(writer INTEGER, number INTEGER, text TEXT, PRIMARY KEY(writer, number))")
    base.execute("CREATE TABLE balances(id INTEGER PRIMARY KEY, value INTEGER)")
    base.execute("INSERT INTO balances VALUES(1, 500), (2, 500)")
    base.close()


def write(say, path, mode, writer, count, synchronous="FULL", checkpoints=True):
    """Commits so many rows; says the number of each when it is acknowledged."""
    base = connect(path, mode, synchronous)
    if not checkpoints:
        base.execute("PRAGMA wal_autocheckpoint=0")
    choice = random.Random(writer)
    for number in range(count):
        base.execute("BEGIN IMMEDIATE")
        base.execute("INSERT INTO rows VALUES(?, ?, ?)", (writer, number, "x" * choice.randrange(10, 3000)))
        moved = choice.randrange(-50, 50)
        base.execute("UPDATE balances SET value = value + ? WHERE id = 1", (moved,))
        base.execute("UPDATE balances SET value = value - ? WHERE id = 2", (moved,))
        base.execute("COMMIT")
        say(number)


def read(say, path, count):
    """Looks at the balances so many times: no transaction may be seen by halves."""
    base = sqlite3.connect(path, timeout=60, isolation_level=None)
    for _ in range(count):
        found = base.execute("SELECT sum(value) FROM balances").fetchone()[0]
        if found != 1000:
            say(f"error a transaction was seen by halves: {found}")
            return


def acknowledged(words):
    """How many rows were acknowledged, and what went wrong."""
    errors = [word for word in words if word.startswith("error")]
    numbers = [int(word.split(" ")[0]) for word in words if not word.startswith("error")]
    return (max(numbers) + 1 if numbers else 0), errors


def problem(path, counts):
    """What is wrong with a database of which so many rows of each writer were acknowledged, or None."""
    base = None
    try:
        base = sqlite3.connect(path, timeout=60)
        checked = base.execute("PRAGMA integrity_check").fetchone()[0]
        if checked != "ok":
            return f"integrity_check: {checked[:200]}"
        if base.execute("SELECT sum(value) FROM balances").fetchone()[0] != 1000:
            return "the balances are torn"
        for writer, count in counts.items():
            found = base.execute("SELECT count(*) FROM rows WHERE writer = ? AND number < ?", (writer, count)).fetchone()[0]
            if found != count:
                return f"{count} rows of writer {writer} were acknowledged, {found} are there"
    except sqlite3.Error as error:
        return f"{type(error).__name__}: {error}"
    finally:
        if base:
            base.close()
    return None


def rows(path):
    """How many rows a database has once it is opened."""
    base = sqlite3.connect(path, timeout=60)
    try:
        return base.execute("SELECT count(*) FROM rows").fetchone()[0]
    finally:
        base.close()
