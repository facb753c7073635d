"""Two trees compared, whole: names, kinds, contents, sizes, modes, owners, links, attributes, times that were set."""

import errno
import os
import stat


def gathered(top, side):
    """Every path below a folder with all that must be the same, and which paths are one file."""
    found, same = {}, {}

    def visit(path):
        whole = os.path.join(top, path) if path else top
        status = os.lstat(whole)
        facts = {"facts": side.facts(status), "attributes": attributes(whole)}
        if stat.S_ISLNK(status.st_mode):
            facts["target"] = os.readlink(whole)
        elif stat.S_ISREG(status.st_mode):
            same.setdefault(status.st_ino, []).append(path)
        found[path] = facts
        if stat.S_ISDIR(status.st_mode):
            try:
                names = sorted(os.listdir(whole))
                os.lstat(os.path.join(whole, b"."))
            except PermissionError as error:
                # An ordinary user may have forbidden it to himself: then on both.
                facts["error"], names = error.errno, []
            for name in names:
                visit(os.path.join(path, name))

    visit(b"")
    return found, sorted(sorted(paths) for paths in same.values() if len(paths) > 1)


def attributes(path):
    """The extended attributes that belong to the user."""
    try:
        names = [name for name in os.listxattr(path, follow_symlinks=False) if name.startswith("user.")]
        return {name: os.getxattr(path, name, follow_symlinks=False) for name in sorted(names)}
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EACCES):
            raise
        return {} if error.errno == errno.EOPNOTSUPP else {"error": error.errno}


def read_again(path):
    """A file that is read from beneath, and not from what the kernel remembers of it."""
    file = os.open(path, os.O_RDONLY)
    os.fsync(file)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    return file


def contents_differ(one, other, cold):
    """Where two files begin to differ, in words; None where they do not."""
    try:
        first = os.open(one, os.O_RDONLY)
    except PermissionError:
        return None
    files = first, read_again(other) if cold else os.open(other, os.O_RDONLY)
    try:
        at = 0
        while True:
            try:
                want, have = (os.pread(file, 1 << 20, at) for file in files)
            except OSError as error:
                return "%s at %d" % (error.strerror, at)
            if want != have:
                where = next((index for index, (a, b) in enumerate(zip(want, have)) if a != b), min(len(want), len(have)))
                return (f"at {at + where} of {os.fstat(files[0]).st_size}: {have[where:where + 16].hex() or 'the end'}, "
                        f"not {want[where:where + 16].hex() or 'the end'}")
            if not want:
                return None
            at += len(want)
    finally:
        for file in files:
            os.close(file)


def differences(plain, mount, side, cold=False, limit=6):
    """What is different on the mount, in words."""
    wanted, want_same = gathered(plain, side)
    found, have_same = gathered(mount, side)
    problems = []
    for path in sorted(set(wanted) | set(found)):
        name = repr(path)[1:]
        if path not in found or path not in wanted:
            problems.append(f"{name} is {'missing' if path in wanted else 'too much'}")
            continue
        for key, want in wanted[path].items():
            have = found[path].get(key)
            if have != want:
                problems.append(f"{name}: {key} {have!r}, not {want!r}")
        if wanted[path]["facts"][0].startswith("0o100") and found[path]["facts"][0].startswith("0o100"):
            where = contents_differ(os.path.join(plain, path), os.path.join(mount, path), cold)
            if where:
                problems.append(f"{name}: contents differ {where}")
    if not problems and want_same != have_same:
        problems.append(f"paths of one file are {have_same}, not {want_same}")
    return problems[:limit] + ([f"and {len(problems) - limit} more"] if len(problems) > limit else [])
