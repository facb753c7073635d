import Glibc
import SystemPackage
import TestSupport

/// A program that a test needs did not do its work.
struct Refused: Error {
  var command: String
  var errors: String
}

/// Runs a program that must succeed.
func must(_ program: String, _ arguments: String...) throws {
  let result = try run(program, arguments)
  guard result.status == 0 else {
    throw Refused(
      command: "\(program) \(arguments.joined(separator: " "))", errors: result.errorText)
  }
}

/// A file system of its own in a file, mounted.
final class MountedImage {
  /// The file that holds it.
  let image: String
  /// Where it is mounted.
  let path: String
  private var isMounted = true

  private init(image: String, path: String) {
    self.image = image
    self.path = path
  }

  /// Makes and mounts a file system for the time of `body`; loudly does nothing where this machine or
  /// user cannot.
  static func with(
    _ type: String, mebibytes: Int, making: [String] = [], options: String = "",
    _ body: (MountedImage) throws -> Void
  ) throws {
    guard getuid() == 0 else {
      announce("not tried on \(type): only root may mount an image")
      return
    }
    let folder = try TemporaryFolder()
    let (image, path) = (folder.path + "/image", folder.path + "/mounted")
    try makeFolders(path)
    let file = try FileDescriptor.open(
      FilePath(image), .readWrite, options: .create, permissions: .ownerReadWrite)
    try file.closeAfter { try file.resize(to: Int64(mebibytes) << 20) }
    let mounting = ["-t", type, "-o", options.isEmpty ? "loop" : "loop," + options, image, path]
    guard let made = try? run("mkfs." + type, making + [image]), made.status == 0,
      try run("mount", mounting).status == 0
    else {
      announce("not tried on \(type): no mkfs.\(type), loop device or such file system here")
      return
    }
    let mounted = MountedImage(image: image, path: path)
    defer { if mounted.isMounted { _ = try? run("umount", [path]) } }
    try body(mounted)
  }

  /// Unmounts, so that everything is in the image.
  func unmount() throws {
    try must("umount", path)
    isMounted = false
  }

  /// Writes a file and waits until it is in the image.
  func write(_ bytes: [UInt8], to name: String) throws {
    try TestSupport.write(bytes, to: path + "/" + name)
    try sync()
  }

  /// Waits until everything is in the image.
  func sync() throws {
    try must("sync", "-f", path)
  }

  /// Whether the image has these letters anywhere.
  func holds(_ letters: String) throws -> Bool {
    try run("grep", ["-a", "-q", "-F", letters, image]).status == 0
  }
}
