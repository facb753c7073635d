"""The figures that a mounted vault is to reach, as a table with what was reached."""

# What it is called, the figure, how many times as good as gocryptfs it must be.
ROWS = [
    ("SQLite WAL, `synchronous=NORMAL`, one row a transaction", "sqlite_wal_normal_txn1", 5),
    ("SQLite bulk load", "sqlite_bulk_load", 4),
    ("SQLite VACUUM", "sqlite_vacuum", 4),
    ("SQLite, fsync per transaction, WAL", "sqlite_wal_full_txn1", 1),
    ("SQLite, fsync per transaction, rollback journal", "sqlite_delete_full_txn1", 1),
    ("SQLite, fsync per transaction, journal truncated", "sqlite_truncate_full_txn1", 1),
    ("sequential write", "seq_write_fsync", 1),
    ("cold sequential read", "seq_read_cold", 1),
    ("sequential re-read", "seq_read_reopen_warm", 4),
    ("small files: create", "small_create_2k", 1),
    ("small files: untar", "untar_3000_files", 1),
    ("small files: unlink", "small_unlink", 1),
    ("small files: append", "small_append", 2),
    ("small files: re-read", "small_read_warm", 2),
    ("random 4 KiB write", "rand_write_4k_endfsync", 2),
    ("random 4 KiB cold read", "rand_read_4k_cold", 0.9),
]

# The same of the serving process's processor time: at most this share of gocryptfs's.
PROCESSOR = [
    ("processor time of the bulk load", "sqlite_bulk_load", 0.25),
    ("processor time of VACUUM", "sqlite_vacuum", 0.25),
]


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def cell(medians, name, figure):
    found = medians.get(name, {}).get(figure)
    if not found:
        return "-"
    spread = (found["most"] - found["least"]) / 2 / found["median"] if found["median"] else 0
    return number(found["median"]) + (f" ±{spread:.0%}" if spread else "")


def times(medians, figure, other="gocryptfs"):
    """How many times as good ours is, or None."""
    ours, theirs = (medians.get(name, {}).get(figure) for name in ("sotto", other))
    if not ours or not theirs or not ours["median"] or not theirs["median"]:
        return None
    if ours["unit"] == "s":
        return theirs["median"] / ours["median"]
    return ours["median"] / theirs["median"]


def verdict(reached):
    return "-" if reached is None else "reached" if reached else "**missed**"


def lines(document):
    """The table, and how many of its figures were missed."""
    medians, missed = document["medians"], 0
    names = [name for name in document["values"] if name != "sotto"]
    yield "| | unit | " + " | ".join(names) + " | sotto | against gocryptfs | to reach | |"
    yield "|---|---|" + "---|" * (len(names) + 4)
    for title, figure, wanted in ROWS:
        got = times(medians, figure)
        unit = next((kept[figure]["unit"] for kept in medians.values() if figure in kept), "")
        yield (f"| {title} | {unit} | " + " | ".join(cell(medians, name, figure) for name in [*names, "sotto"])
               + f" | {'-' if got is None else f'{got:.2f}×'} | ≥ {wanted}× | "
               + verdict(None if got is None else got >= wanted) + " |")
    for title, figure, wanted in PROCESSOR:
        shown = [medians.get(name, {}).get(figure, {}).get("processor") for name in [*names, "sotto"]]
        theirs = medians.get("gocryptfs", {}).get(figure, {}).get("processor")
        got = shown[-1] / theirs if shown[-1] is not None and theirs else None
        yield (f"| {title} | s | " + " | ".join("-" if value is None else f"{value:.2f}" for value in shown)
               + f" | {'-' if got is None else f'{got:.2f}×'} | ≤ {wanted}× | "
               + verdict(None if got is None else got <= wanted) + " |")
    for row in document.get("opening", []):
        yield (f"| {row['title']} | {row['unit']} |" + " |" * len(names)
               + f" {number(row['value'])} | {row.get('beside', '-')} | {row['wanted']} | {verdict(row['reached'])} |")


def printed(document):
    """Prints the table and what it was measured on; gives how many figures were missed."""
    text = list(lines(document))
    print(", ".join(f"{key} {value}" for key, value in document["machine"].items()))
    print(f"{document['rounds']} rounds; " + ", ".join(f"{key} {value}" for key, value in document["sizes"].items()))
    print()
    print("\n".join(text))
    failed = [f"{name}: {figure}" for name, kept in document["values"].items() for figure in kept
              if figure.endswith(" failed")]
    for line in failed:
        print(line)
    return sum("**missed**" in line for line in text) + len(failed)
