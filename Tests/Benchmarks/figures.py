"""What is measured on a mounted folder: one group of figures after the other, each with the serving process's own
processor time, which hardly depends on what else the machine does."""

import io
import json
import os
import random
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import time

TICK = os.sysconf("SC_CLK_TCK")
SIZES = {
    "full": dict(size_mib=1024, fio_mib=512, rand_ios=20000, files=10000, sqlite_txns=500, db_mib=500, folders=150),
    "quick": dict(size_mib=32, fio_mib=16, rand_ios=1000, files=300, sqlite_txns=40, db_mib=8, folders=10),
}


def processor_seconds(pid):
    """What a process and its threads have used so far."""
    if not pid:
        return None
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def forget_pages():
    """Empties the kernel's caches; False where that is not allowed, and nothing can be read cold."""
    os.sync()
    try:
        with open("/proc/sys/vm/drop_caches", "w") as file:
            file.write("3")
        return True
    except OSError:
        return False


class Measurement:
    """The figures of one group on one folder."""

    def __init__(self, folder, pid, sizes, scratch):
        self.pid, self.sizes, self.scratch, self.found = pid, sizes, scratch, {}
        self.folder = tempfile.mkdtemp(prefix="bench-", dir=folder)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def timed(self, work):
        """How long work takes, by the clock and of the server's processor time."""
        before, begun = processor_seconds(self.pid), time.perf_counter()
        work()
        seconds = time.perf_counter() - begun
        after = processor_seconds(self.pid)
        return seconds, None if before is None else after - before

    def note(self, name, unit, value, seconds, processor):
        self.found[name] = {"value": value, "unit": unit, "seconds": seconds, "processor": processor}

    def rate(self, name, amount, unit, work):
        seconds, processor = self.timed(work)
        self.note(name, unit, amount / seconds, seconds, processor)

    def duration(self, name, work):
        seconds, processor = self.timed(work)
        self.note(name, "s", seconds, seconds, processor)

    def run(self, group):
        """Measures one group; gives its figures."""
        try:
            getattr(self, group)()
            return self.found
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    # ---- one large file ----

    def sequential(self):
        path, mebibytes, chunk = self.path("large"), self.sizes["size_mib"], os.urandom(1 << 20)

        def write():
            file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            for _ in range(mebibytes):
                os.write(file, chunk)
            os.fsync(file)
            os.close(file)

        def read():
            file, buffer, count = os.open(path, os.O_RDONLY), bytearray(1 << 20), 0
            while length := os.readv(file, [buffer]):
                count += length
            os.close(file)
            if count != mebibytes << 20:
                raise ValueError(f"{count} bytes were read, not {mebibytes << 20}")

        self.rate("seq_write_fsync", mebibytes, "MiB/s", write)
        if forget_pages():
            self.rate("seq_read_cold", mebibytes, "MiB/s", read)
        else:
            read()
        self.rate("seq_read_reopen_warm", mebibytes, "MiB/s", read)

    # ---- anywhere in a large file ----

    def fio(self, name, kind, block, *words):
        command = ["fio", "--name=j", f"--filename={self.path('fio')}", f"--size={self.sizes['fio_mib']}m", f"--rw={kind}",
                   f"--bs={block}k", "--ioengine=psync", "--direct=0", "--invalidate=0", "--randrepeat=1",
                   "--fallocate=none", "--group_reporting", "--output-format=json", *words]
        output = []
        seconds, processor = self.timed(lambda: output.append(subprocess.run(
            command, check=True, capture_output=True, text=True, cwd="/").stdout))
        job = json.loads(output[0][output[0].index("{"):])["jobs"][0]
        side = job["read" if "read" in kind else "write"]
        taken = max(side["runtime"], job.get("job_runtime", 0)) if "write" in kind else side["runtime"]
        self.note(name, "IOPS", side["total_ios"] * 1000 / taken, seconds, processor)

    def anywhere(self):
        # The file is laid down first, so that no figure has allocation in it.
        chunk = os.urandom(1 << 20)
        with open(self.path("fio"), "wb") as file:
            for _ in range(self.sizes["fio_mib"]):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        # Every block at most once, so that none is read from a cache.
        amounts = {block: f"--io_size={min(self.sizes['rand_ios'], self.sizes['fio_mib'] * 1024 // block) * block}k"
                   for block in (4, 16)}
        for block, amount in amounts.items():
            if forget_pages():
                self.fio(f"rand_read_{block}k_cold", "randread", block, amount, "--runtime=16")
        for block, amount in amounts.items():
            self.fio(f"rand_write_{block}k_endfsync", "randwrite", block, amount, "--end_fsync=1", "--runtime=16")
        self.fio("rand_write_4k_fsync_each", "randwrite", 4, "--fsync=1", "--time_based", "--runtime=4")

    # ---- many small files ----

    def small(self):
        count, body, top = self.sizes["files"], os.urandom(2048), self.path("small")
        paths = [f"{top}/{number // 100:04d}/messages-{number:06d}.jsonl" for number in range(count)]

        def create():
            for folder in range((count + 99) // 100):
                os.makedirs(f"{top}/{folder:04d}")
            for path in paths:
                file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
                os.write(file, body)
                os.close(file)

        def read():
            for path in paths:
                with open(path, "rb", buffering=0) as file:
                    file.read(4096)

        def append():
            for path in paths:
                file = os.open(path, os.O_WRONLY | os.O_APPEND)
                os.write(file, b'{"role":"user","content":"hello"}\n')
                os.close(file)

        def unlink():
            for path in paths:
                os.unlink(path)

        def walk():
            seen = sum(1 for folder, _, names in os.walk(top) for name in names if os.lstat(os.path.join(folder, name)))
            if seen != count:
                raise ValueError(f"{seen} files, not {count}")

        self.rate("small_create_2k", count, "files/s", create)
        self.rate("small_stat_warm", count, "files/s", lambda: [os.stat(path) for path in paths])
        if forget_pages():
            self.rate("small_walk_stat_cold", count, "files/s", walk)
            self.rate("small_read_cold", count, "files/s", read)
        self.rate("small_read_warm", count, "files/s", read)
        self.rate("small_append", count, "files/s", append)
        self.rate("small_unlink", count, "files/s", unlink)

    # ---- a tree unpacked ----

    def archive(self):
        """A fixed tree: 20 files a folder, from 0.7 to 400 kB."""
        folders = self.sizes["folders"]
        path = os.path.join(self.scratch, f"tree-{folders}.tar")
        if not os.path.exists(path):
            choice = random.Random(7)
            with tarfile.open(path, "w") as archive:
                for folder in range(folders):
                    for number in range(20):
                        data = choice.randbytes(int(min(400_000, choice.paretovariate(0.8) * 700)))
                        entry = tarfile.TarInfo(f"tree/d{folder % 15:02d}/e{folder:03d}/file{number:02d}.dat")
                        entry.size, entry.mode, entry.mtime = len(data), 0o644, 1_700_000_000
                        archive.addfile(entry, io.BytesIO(data))
        return path

    def unpacked(self):
        archive = self.archive()
        forget_pages()
        with open(archive, "rb") as file:
            while file.read(1 << 20):
                pass
        self.duration("untar_3000_files", lambda: subprocess.run(["tar", "-xf", archive, "-C", self.folder], check=True))
        self.duration("syncfs_after_untar", os.sync)
        self.duration("rm_rf_tree", lambda: shutil.rmtree(self.path("tree")))

    # ---- databases ----

    def database(self, name, mode, synchronous):
        base = sqlite3.connect(self.path(name), isolation_level=None)
        if base.execute(f"PRAGMA journal_mode={mode}").fetchone()[0] != mode.lower():
            raise ValueError(f"{mode} is refused")
        base.execute(f"PRAGMA synchronous={synchronous}")
        base.execute("CREATE TABLE m(id INTEGER PRIMARY KEY, thread TEXT, role TEXT, body TEXT)")
        base.execute("CREATE INDEX mt ON m(thread)")
        return base

    def transactions(self):
        choice = random.Random(11)
        texts = ["".join(choice.choices("abcdefghij klmnop", k=choice.randrange(200, 900))) for _ in range(200)]
        count = self.sizes["sqlite_txns"]
        for name, mode, synchronous, number in (
                ("sqlite_wal_normal_txn1", "WAL", "NORMAL", count * 4), ("sqlite_wal_full_txn1", "WAL", "FULL", count),
                ("sqlite_delete_full_txn1", "DELETE", "FULL", count // 2),
                ("sqlite_truncate_full_txn1", "TRUNCATE", "FULL", count // 2)):
            base = self.database(name, mode, synchronous)

            def commit():
                for row in range(number):  # noqa: B023
                    base.execute("BEGIN IMMEDIATE")  # noqa: B023
                    base.execute("INSERT INTO m(thread,role,body) VALUES(?,?,?)",  # noqa: B023
                                 (f"t{row % 97}", "user", texts[row % 200]))
                    base.execute("COMMIT")  # noqa: B023

            self.rate(name, number, "txn/s", commit)
            base.close()

    # ---- a large database ----

    def bulk(self):
        choice = random.Random(11)
        bodies = ["".join(choice.choices("abcdefghijklmnopqrstuvwxyz ", k=4000)) for _ in range(64)]
        rows = self.sizes["db_mib"] * 1024 // 4
        base = self.database("large", "WAL", "NORMAL")

        def load():
            for start in range(0, rows, 1000):
                base.execute("BEGIN")
                for row in range(start, min(rows, start + 1000)):
                    base.execute("INSERT INTO m(thread,role,body) VALUES(?,?,?)",
                                 (f"t{row % 997}", "assistant", bodies[row % 64]))
                base.execute("COMMIT")
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)")

        self.rate("sqlite_bulk_load", self.sizes["db_mib"], "MiB/s", load)
        base.close()
        base = sqlite3.connect(self.path("large"), isolation_level=None)
        base.execute("DELETE FROM m WHERE id % 10 = 0")
        self.duration("sqlite_vacuum", lambda: base.execute("VACUUM"))
        if base.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise ValueError("the database is damaged")
        base.close()


GROUPS = ["sequential", "anywhere", "small", "unpacked", "transactions", "bulk"]
