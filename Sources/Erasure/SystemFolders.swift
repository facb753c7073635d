import CLinux
import Glibc
import SystemPackage

/// Where the kernel tells about itself: `/proc` and `/sys`, below another root in tests.
struct SystemFolders {
  /// What stands for `/`.
  var root: FilePath

  /// This machine's.
  static let machine = SystemFolders(root: "/")

  /// The text of a file, its first 4 MiB, or nil where there is none to read.
  func text(_ path: String) -> String? {
    let full = root.appending(path)
    guard let file = try? FileDescriptor.open(full, .readOnly, options: .closeOnExec) else {
      return nil
    }
    defer { try? file.close() }
    var bytes: [UInt8] = []
    // Files of /proc have no length, and come in pieces.
    while bytes.count < 4 << 20 {
      let piece = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
        count = (try? unsafe file.read(into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
      }
      if piece.isEmpty { break }
      bytes += piece
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A file of one line, without its end.
  func line(_ path: String) -> String? {
    text(path).map { String($0.prefix { $0 != "\n" }) }
  }

  /// The names in a folder, sorted; none where there is no such folder.
  func names(in path: String) -> [String] {
    folderNames(root.appending(path))
  }

  /// A word in which `\040` and the like stand for spaces, tabs, line ends and backslashes.
  static func unescaped(_ word: Substring) -> String {
    var bytes: [UInt8] = []
    let source = Array(word.utf8)
    var index = 0
    while index < source.count {
      if source[index] == UInt8(ascii: "\\"), index + 3 < source.count,
        let value = UInt8(
          String(decoding: source[(index + 1)...(index + 3)], as: UTF8.self), radix: 8)
      {
        bytes.append(value)
        index += 4
      } else {
        bytes.append(source[index])
        index += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The names in a folder, sorted, without changing its access time where that is allowed.
func folderNames(_ path: FilePath) -> [String] {
  let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK
  var opened = unsafe path.withPlatformString { unsafe open($0, flags | sotto_O_NOATIME) }
  if opened < 0, errno == EPERM {
    opened = unsafe path.withPlatformString { unsafe open($0, flags) }
  }
  guard opened >= 0 else { return [] }
  guard let stream = unsafe fdopendir(opened) else {
    close(opened)
    return []
  }
  defer { unsafe closedir(stream) }
  var names: [String] = []
  while let entry = unsafe readdir(stream) {
    let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted()
}
