import TestSupport

/// A store with everything that a file system may hold, made and listed by Python, which knows nothing
/// of how Sotto does either.
enum StoreSample {
  /// Makes the store in a new folder `store` below `folder`.
  ///
  /// A hard link to one of its files goes to `outside` beside it.
  /// - Returns: What this machine could not make.
  static func make(in folder: String, largest: Int = 5_000_000) throws -> [String] {
    let result = try run("python3", ["-c", making, folder, String(largest)])
    guard result.status == 0 else {
      throw ProgramNotStarted(name: "python3: \(result.errorText)", reason: result.status)
    }
    return result.text.split(separator: "\n").map(String.init)
  }

  /// Everything about every entry below a folder but change times, a line each.
  ///
  /// `without` leaves out lines whose path begins so.
  static func list(_ folder: String, without: [String] = []) throws -> [String] {
    let result = try run("python3", ["-c", listing, folder])
    guard result.status == 0 else {
      throw ProgramNotStarted(name: "python3: \(result.errorText)", reason: result.status)
    }
    return result.text.split(separator: "\n").map(String.init).filter { line in
      !without.contains { line.hasPrefix("'\($0)") }
    }
  }

  /// The lines that only one of both has, marked.
  static func differences(_ before: [String], _ after: [String]) -> [String] {
    let (old, new) = (Set(before), Set(after))
    return before.filter { !new.contains($0) }.map { "- " + $0 }
      + after.filter { !old.contains($0) }.map { "+ " + $0 }
  }

  private static let making = #"""
    import os, random, shutil, subprocess, sys
    top, largest = sys.argv[1], int(sys.argv[2])
    rng = random.Random(7)
    store = os.path.join(top, "store")
    os.mkdir(store)
    os.chdir(store)
    def put(name, data, mode=None):
        with open(name, "wb") as f: f.write(data)
        if mode is not None: os.chmod(name, mode)
    for size in [0, 1, 31, 3863, 3864, 3865, 4095, 4096, 4097, 100_000, 64 * 4096 - 1, 64 * 4096,
                 64 * 4096 + 1, 166 * 4096, 166 * 4096 + 1, 1_000_000]:
        put("size-%d" % size, rng.randbytes(size))
    put("large", rng.randbytes(largest))
    os.makedirs("deep/" + "/".join("level%d" % i for i in range(20)))
    put("deep/level0/level1/inside", b"inside")
    for name in ["Grüße", "日本語", "na\u0308ive", "a b\tc\nd", "😀", "-rf", "*", "..."]:
        put(name, name.encode())
    put(b"\xff\xfe not utf-8", b"bytes")
    put("n" * 255, b"long name")
    put("é" * 127, b"another")
    os.mkdir("f" * 255)
    put("f" * 255 + "/" + "g" * 200, b"in a folder with a long name")
    for n in (31, 32, 33, 63, 64, 65, 126, 127, 128, 129, 130):
        put("m" * n, b"%d" % n)
    os.mkdir("empty folder")
    with open("hole", "wb") as f:
        f.truncate(10_000_000)
        f.seek(3_000_000); f.write(b"in the midst")
    with open("only a hole", "wb") as f: f.truncate(1_000_001)
    with open("small hole", "wb") as f:
        f.write(b"x"); f.truncate(300_000)
    os.mkdir("links")
    put("links/one", b"three names" * 1000)
    os.link("links/one", "links/two")
    os.link("links/one", "deep/three")
    put("links/shared", b"a name outside" * 500)
    os.link("links/shared", os.path.join(top, "outside"))
    os.symlink("one", "links/soft")
    os.symlink("/nowhere/at all", "links/dangling")
    os.symlink("x" * 4000, "links/far")
    os.symlink("..", "links/up")
    for mode in [0o0000, 0o0444, 0o2755, 0o4711, 0o1666, 0o7777]:
        put("mode-%04o" % mode, b"mode %o" % mode)
        os.chmod("mode-%04o" % mode, mode)
    for mode in [0o0500, 0o0555, 0o3777]:
        os.mkdir("folder-%04o" % mode)
        put("folder-%04o/file" % mode, b"in it")
    missing = []
    def attribute(path, name, value):
        try: os.setxattr(path, name, value, follow_symlinks=False)
        except OSError as e: missing.append("xattr %s: %s" % (name, e.strerror))
    put("attributes", b"short")
    attribute("attributes", "user.origin", b"elsewhere")
    attribute("attributes", "user.empty", b"")
    put("attributes with contents", b"y" * 3000)
    attribute("attributes with contents", "user.a", rng.randbytes(900))
    put("attributes with blocks", b"z" * 10_000)
    attribute("attributes with blocks", "user.a", rng.randbytes(1200))
    put("attributes beyond the head", b"z" * 10_000)
    attribute("attributes beyond the head", "user.a", rng.randbytes(1400))
    put("many attributes", b"w")
    for i in range(20): attribute("many attributes", "user.%02d" % i, rng.randbytes(2000))
    attribute("links", "user.folder", b"of a folder")
    if shutil.which("setfacl"):
        put("with an access list", b"acl")
        for command in [["-m", "u:1234:rw", "with an access list"], ["-d", "-m", "g:77:rx", "deep"]]:
            if subprocess.run(["setfacl"] + command, capture_output=True).returncode:
                missing.append("access lists")
    else: missing.append("setfacl")
    # Depth first, so that the times of folders stay.
    t = 0
    for root, folders, files in os.walk(".", topdown=False, followlinks=False):
        for name in sorted(files + folders):
            t += 1
            path = os.path.join(root, name)
            os.utime(path, ns=(10**18 + t * 1_000_000_007, 5 * 10**17 + t * 999_999_937),
                     follow_symlinks=False)
    put("before 1970", b"old")
    os.utime("before 1970", ns=(-123456789, -987654321987))
    for mode in [0o0500, 0o0555, 0o3777]: os.chmod("folder-%04o" % mode, mode)
    for mode in [0o0500, 0o0555, 0o3777]:
        os.utime("folder-%04o" % mode, ns=(10**18 + mode, 10**18 + mode))
    os.chmod(".", 0o751)
    os.utime(".", ns=(10**18, 10**18 + 5))
    for line in missing: print(line)
    """#

  /// The store in short, for tests that make it a hundred times.
  static let makingSmall = #"""
    import os, sys
    top = os.path.join(sys.argv[1], "store")
    os.makedirs(top + "/folder/inner")
    os.makedirs(top + "/empty")
    os.chdir(top)
    def put(name, data):
        with open(name, "wb") as f: f.write(data)
    put("short", b"short")
    put("nothing", b"")
    put("long", bytes(range(256)) * 2000)
    put("folder/" + "n" * 200, b"long name")
    put("folder/inner/file", b"file" * 2000)
    os.link("folder/inner/file", "folder/second")
    os.link("folder/inner/file", "third")
    os.symlink("folder/inner/file", "link")
    with open("hole", "wb") as f:
        f.truncate(1 << 20); f.seek(1 << 19); f.write(b"x")
    for name in ["attributes", "folder"]:
        if not os.path.exists(name): put(name, b"a" * 5000)
        try: os.setxattr(name, "user.long", bytes(2000))
        except OSError: pass
    os.chmod("short", 0o4711)
    os.chmod("folder/inner", 0o2750)
    t = 0
    for root, folders, files in os.walk(".", topdown=False):
        for name in sorted(files + folders) + ["."]:
            t += 1
            os.utime(os.path.join(root, name), ns=(10**18 + t, 5 * 10**17 + t), follow_symlinks=False)
    """#

  private static let listing = #"""
    import hashlib, os, stat, sys
    top = os.fsencode(sys.argv[1])
    lines, first = [], {}
    def holes(path, size):
        out, at = [], 0
        with open(path, "rb") as f:
            while at < size:
                try: at = os.lseek(f.fileno(), at, os.SEEK_DATA)
                except OSError: break
                end = os.lseek(f.fileno(), at, os.SEEK_HOLE)
                out.append((at, end)); at = end
        return out
    def look(path, name):
        s = os.lstat(path)
        kind = stat.S_IFMT(s.st_mode)
        atime = s.st_atime_ns
        what = ""
        if kind == stat.S_IFREG:
            digest = hashlib.sha256()
            with open(path, "rb") as f:
                while piece := f.read(1 << 20): digest.update(piece)
            same = first.setdefault((s.st_dev, s.st_ino), name)
            what = "%s names=%d as=%r holes=%r" % (
                digest.hexdigest(), s.st_nlink, same, holes(path, s.st_size))
        elif kind == stat.S_IFLNK: what = repr(os.readlink(path))
        attributes = {n: hashlib.sha256(os.getxattr(path, n, follow_symlinks=False)).hexdigest()[:16]
                      for n in sorted(os.listxattr(path, follow_symlinks=False))}
        size = s.st_size if kind != stat.S_IFDIR else 0
        text = os.fsdecode(name)
        lines.append("%r %o %d:%d size=%d mtime=%d atime=%s %s %r" % (
            text, s.st_mode, s.st_uid, s.st_gid, size, s.st_mtime_ns,
            atime if kind == stat.S_IFREG and s.st_size else "-", what, attributes))
        os.utime(path, ns=(atime, s.st_mtime_ns), follow_symlinks=False)
        if kind == stat.S_IFDIR:
            for child in sorted(os.listdir(path)):
                look(os.path.join(path, child), child if name == b"." else os.path.join(name, child))
            os.utime(path, ns=(atime, s.st_mtime_ns), follow_symlinks=False)
    look(top, b".")
    sys.stdout.write("\n".join(lines))
    """#
}
