import Glibc
import SystemPackage

/// What `stat` says of a file, and its bytes.
struct FileState: Equatable {
  var numbers: [Int64]
  var bytes: [UInt8]
}

/// A folder of its own for a test, removed with the value.
final class Scratch {
  let folder: FilePath

  init() throws {
    var template = Array("/tmp/sqlite-evidence-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw Errno(rawValue: errno) }
    folder = FilePath(String(cString: made))
  }

  deinit {
    for name in names { unlink(folder.appending(name).string) }
    for name in names { rmdir(folder.appending(name).string) }
    rmdir(folder.string)
  }

  func path(_ name: String) -> FilePath { folder.appending(name) }

  var names: [String] {
    guard let stream = opendir(folder.string) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// What of every file must not change by being read, the folder's own times included.
  func state() -> [String: FileState] {
    var result: [String: FileState] = [:]
    for name in names + ["."] {
      var raw = stat()
      lstat(folder.appending(name).string, &raw)
      let numbers = [
        Int64(raw.st_size), Int64(raw.st_mode), Int64(raw.st_ino),
        Int64(raw.st_mtim.tv_sec), Int64(raw.st_mtim.tv_nsec),
        Int64(raw.st_ctim.tv_sec), Int64(raw.st_ctim.tv_nsec),
        Int64(raw.st_atim.tv_sec), Int64(raw.st_atim.tv_nsec),
      ]
      // O_NOATIME keeps this from being what changes the times.
      result[name] = FileState(numbers: numbers, bytes: name == "." ? [] : bytes(name))
    }
    return result
  }

  func bytes(_ name: String) -> [UInt8] {
    let noAccessTime: Int32 = 0o1000000
    let descriptor = open(path(name).string, O_RDONLY | noAccessTime)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var raw = stat()
    fstat(descriptor, &raw)
    var bytes = [UInt8](repeating: 0, count: Int(raw.st_size))
    let count = read(descriptor, &bytes, bytes.count)
    bytes.removeLast(bytes.count - max(0, count))
    return bytes
  }

  func exists(_ name: String) -> Bool { access(path(name).string, F_OK) == 0 }

  func write(_ bytes: [UInt8], _ name: String) {
    let descriptor = open(path(name).string, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    defer { close(descriptor) }
    var done = 0
    bytes.withUnsafeBytes { raw in
      while done < raw.count {
        let rest = UnsafeRawBufferPointer(rebasing: raw[done...])
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count <= 0 { break }
        done += count
      }
    }
  }

  func makeFolder(_ name: String) throws {
    guard mkdir(path(name).string, 0o755) == 0 else { throw Errno(rawValue: errno) }
  }

  /// Copies a database as it lies there, its log and journal with it, as a crash would leave it.
  func copy(_ name: String, to other: String) {
    for suffix in ["", "-wal", "-journal"] {
      unlink(path(other + suffix).string)
      if exists(name + suffix) { write(bytes(name + suffix), other + suffix) }
    }
    unlink(path(other + "-shm").string)
  }
}

/// Numbers that are the same for the same seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      var word = next()
      for _ in 0..<min(8, count - bytes.count) {
        bytes.append(UInt8(truncatingIfNeeded: word))
        word >>= 8
      }
    }
    return bytes
  }

  mutating func text(_ count: Int) -> String {
    let letters: [String] = ["a", "Z", "0", " ", "ä", "ß", "字", "😀", "\n", "\"", "é"]
    return (0..<count).map { _ in letters.randomElement(using: &self) ?? "x" }.joined()
  }
}
