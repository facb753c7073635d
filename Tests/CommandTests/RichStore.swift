import TestSupport
import Testing

/// A store in which files have all that a file system can give them.
extension StoreUnderTest {
  /// A store with everything that a file can have.
  ///
  /// - Parameter longAttribute: The length of the longest extended attribute.
  convenience init(rich longAttribute: Int, in place: String? = nil) throws {
    try self.init(in: place)
    try enrich(path, longAttribute: longAttribute)
  }

  /// Gives a folder that has what `init` writes all that a file can have.
  func enrich(_ path: String, longAttribute: Int) throws {
    let made = try run(
      "python3",
      [
        "-c",
        """
        import os, sys
        os.chdir(sys.argv[1])
        os.link("2026-11-23.txt", "letters/second name")
        with open("sparse", "wb") as file:
            file.truncate(40 << 20)
            for place in (0, 300000, 20 << 20, (40 << 20) - 5):
                file.seek(place)
                file.write(b"there")
        os.mkdir("letters/none")
        name = "\\u00e9" * 127
        os.mkdir(name)
        open(name + "/" + name, "w").write("long")
        open("a\\nb\\x01\\udcff", "w").write("odd")
        os.setxattr("empty", "user.origin", b"somewhere")
        os.setxattr("letters", "user.folder", b"")
        os.setxattr("letters/a long one.md", "user.long", bytes(range(256)) * (int(sys.argv[2]) // 256))
        os.setxattr("letters/a long one.md", "user.short", b"s")
        os.chmod("empty", 0o640)
        os.chmod("letters/none", 0o710)
        os.utime("empty", ns=(1000000000123456789, 1100000000987654321))
        os.utime("link", ns=(1200000000000000001, 1300000000000000002), follow_symlinks=False)
        os.utime("letters/none", ns=(1400000000000000003, 1500000000000000004))
        """, path, String(longAttribute),
      ])
    #expect(made.status == 0, "\(made.errorText)")
  }

  /// What there is of each file: kind, mode, owner, sizes, modification times to the nanosecond, number of
  /// names, extended attributes, contents.
  func everything(at path: String? = nil) throws -> [String] {
    let result = try run(
      "python3",
      [
        "-c",
        """
        import hashlib, os, stat, sys
        top = os.fsencode(sys.argv[1])
        inodes = {}
        def look(path):
            info = os.lstat(path)
            kind = stat.S_IFMT(info.st_mode)
            contents = hashlib.sha256(os.readlink(path) if kind == stat.S_IFLNK else b"")
            if kind == stat.S_IFREG:
                with open(path, "rb") as file:
                    while piece := file.read(1 << 20):
                        contents.update(piece)
            names = sorted(os.listxattr(path, follow_symlinks=False))
            values = [(name, os.getxattr(path, name, follow_symlinks=False)) for name in names]
            same = inodes.setdefault(info.st_ino, os.path.relpath(path, top)) if info.st_nlink > 1 else b""
            size = info.st_size if kind != stat.S_IFDIR else 0
            same = same if kind == stat.S_IFREG else b""
            print(repr(os.path.relpath(path, top))[2:-1], oct(info.st_mode), info.st_uid, info.st_gid, size,
                  info.st_mtime_ns, same, contents.hexdigest(), hashlib.sha256(repr(values).encode()).hexdigest(), sep="\\t")
            if kind == stat.S_IFDIR:
                for name in sorted(os.listdir(path)):
                    look(path + b"/" + name)
        look(top)
        """, path ?? self.path,
      ])
    #expect(result.status == 0, "\(result.errorText)")
    return result.text.split(separator: "\n").map(String.init)
  }
}
