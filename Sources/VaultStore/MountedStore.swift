public import SystemPackage

/// A vault that is mounted at its store's place, as the kernel's table of mounts has it (proc(5),
/// `/proc/pid/mountinfo`).
///
/// The mount itself is never asked: where nobody serves it any more it does not answer.
public struct MountedStore: Equatable, Sendable {
  /// The store's path.
  public var path: FilePath
  /// The mount's number, as `/proc/pid/fdinfo` has it.
  var number: UInt64
  /// The device number of its files.
  var device: UInt64
  /// The account that has mounted it.
  public var owner: UInt32?

  /// How the kernel calls the kind of file system.
  static let kind = "fuse.sotto"

  /// The vault mounted at a path; nil where there is none.
  public static func at(_ path: FilePath) -> MountedStore? {
    // The last one lies on top.
    all().last { $0.path == path }
  }

  /// All that this process sees.
  public static func all() -> [MountedStore] {
    guard let folder = try? FolderHandle.open("/proc/self", followingLink: true),
      let table = try? folder.file("mountinfo").readToEnd(limit: 1 << 24)
    else { return [] }
    return table.split(separator: UInt8(ascii: "\n")).compactMap { MountedStore($0) }
  }

  /// Reads a line: `36 35 98:0 / /where rw … - type source options`, blanks written as \040.
  init?(_ line: ArraySlice<UInt8>) {
    let fields = line.split(separator: UInt8(ascii: " "))
    guard let dash = fields.firstIndex(where: { $0.elementsEqual("-".utf8) }), dash > 5,
      dash + 1 < fields.count, fields[dash + 1].elementsEqual(Self.kind.utf8),
      let number = UInt64(String(decoding: fields[0], as: UTF8.self)),
      let path = FilePath(bytes: Self.unescaped(fields[4]))
    else { return nil }
    let device = fields[2].split(separator: UInt8(ascii: ":")).compactMap {
      UInt32(String(decoding: $0, as: UTF8.self))
    }
    guard device.count == 2 else { return nil }
    self.path = path
    self.number = number
    self.device = FileFacts.device(device[0], device[1])
    let options = fields[(dash + 1)...].flatMap { $0.split(separator: UInt8(ascii: ",")) }
    owner = options.first { $0.starts(with: "user_id=".utf8) }.flatMap {
      UInt32(String(decoding: $0.dropFirst(8), as: UTF8.self))
    }
  }

  private static func unescaped(_ field: ArraySlice<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = field
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"),
        let value = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
      {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }
}
