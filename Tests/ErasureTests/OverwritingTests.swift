import Erasure
import Glibc
import SystemPackage
import TestSupport
import Testing

@Suite("Overwriting", .serialized)
struct OverwritingTests {
  /// Contents in which every sixteen bytes say whose they are.
  static func marked(_ letters: String, count: Int) -> [UInt8] {
    Array(String(repeating: letters, count: count / letters.utf8.count + 1).utf8.prefix(count))
  }

  static func overwrite(_ path: String) throws -> OverwriteResult {
    let file = try FileDescriptor.open(FilePath(path), .readWrite)
    return try file.closeAfter { try Overwriting.overwrite(file, at: FilePath(path)) }
  }

  @Test("leaves nothing of the contents in a raw ext4 image")
  func ext4() throws {
    try MountedImage.with("ext4", mebibytes: 32) { image in
      try image.write(Self.marked("PlainOnExt4-7261", count: 300_001), to: "chat")
      try #require(try image.holds("PlainOnExt4-7261"))
      // 300,001 bytes end in block 293 of 1,024 bytes.
      #expect(try Self.overwrite(image.path + "/chat") == .overwritten(bytes: 300_032))
      try image.sync()
      try image.unmount()
      #expect(try !image.holds("PlainOnExt4-7261"))
    }
  }

  @Test("of every page of a file leaves other bytes, no two pages alike")
  func pages() throws {
    try MountedImage.with("ext4", mebibytes: 32, making: ["-b", "4096"]) { image in
      let before = Self.marked("PageOfAFile-9023", count: 40 * 4096 + 1)
      try image.write(before, to: "file")
      #expect(try Self.overwrite(image.path + "/file") == .overwritten(bytes: 41 * 4096))
      let after = try contents(image.path + "/file")
      #expect(after.count == 41 * 4096)
      let pages = stride(from: 0, to: after.count, by: 4096).map { Array(after[$0..<$0 + 4096]) }
      #expect(Set(pages).count == 41)
      #expect(zip(before, after).count { $0 == $1 } < before.count / 50)
    }
  }

  @Test("passes over holes and over blocks that were only reserved")
  func holes() throws {
    try MountedImage.with("ext4", mebibytes: 32, making: ["-b", "4096"]) { image in
      let path = image.path + "/sparse"
      let file = try FileDescriptor.open(
        FilePath(path), .readWrite, options: .create, permissions: .ownerReadWrite)
      try file.closeAfter {
        _ = try file.writeAll(toAbsoluteOffset: 0, Self.marked("BeforeTheHole-11", count: 8192))
        _ = try file.writeAll(
          toAbsoluteOffset: 1 << 33, Self.marked("BehindTheHole-12", count: 4096))
      }
      try must("fallocate", "-n", "-o", "1048576", "-l", "1048576", path)
      try image.sync()
      let blocks = try run("stat", ["-c", "%b %s", path]).text
      #expect(try Self.overwrite(path) == .overwritten(bytes: 12288))
      try image.sync()
      #expect(try run("stat", ["-c", "%b %s", path]).text == blocks)
      try image.unmount()
      #expect(try !image.holds("BeforeTheHole-11"))
      #expect(try !image.holds("BehindTheHole-12"))
    }
  }

  @Test("leaves a reflinked file alone on xfs, says so, and overwrites an unshared one")
  func reflink() throws {
    try MountedImage.with("xfs", mebibytes: 320) { image in
      let original = Self.marked("SharedOnXFS-3310", count: 200_000)
      try image.write(original, to: "shared")
      try must("cp", "--reflink=always", image.path + "/shared", image.path + "/copy")
      try image.write(Self.marked("AloneOnXFS--3311", count: 200_000), to: "alone")
      #expect(try Self.overwrite(image.path + "/shared") == .notInPlace(.shared, left: 200_704))
      #expect(try contents(image.path + "/shared") == original)
      #expect(try Self.overwrite(image.path + "/alone") == .overwritten(bytes: 200_704))
      try image.sync()
      try image.unmount()
      #expect(try image.holds("SharedOnXFS-3310"))
      #expect(try !image.holds("AloneOnXFS--3311"))
    }
  }

  @Test("writes over what a partly shared file has for itself")
  func partlyShared() throws {
    try MountedImage.with("xfs", mebibytes: 320) { image in
      try image.write(Self.marked("SharedHalf--5501", count: 65536), to: "file")
      let path = image.path + "/file"
      try must("cp", "--reflink=always", path, image.path + "/copy")
      let file = try FileDescriptor.open(FilePath(path), .readWrite)
      try file.closeAfter {
        _ = try file.writeAll(
          toAbsoluteOffset: 65536, Self.marked("OwnHalf-----5502", count: 65536))
      }
      try image.sync()
      #expect(try Self.overwrite(path) == .notInPlace(.shared, left: 65536))
      try image.unmount()
      #expect(try image.holds("SharedHalf--5501"))
      #expect(try !image.holds("OwnHalf-----5502"))
    }
  }

  @Test("writes nothing on btrfs, where it would only go to new blocks")
  func btrfs() throws {
    try MountedImage.with("btrfs", mebibytes: 256) { image in
      let original = Self.marked("PlainOnBtrfs-441", count: 100_000)
      try image.write(original, to: "chat")
      #expect(try Self.overwrite(image.path + "/chat") == .notInPlace(.copyOnWrite, left: 100_000))
      #expect(try contents(image.path + "/chat") == original)
    }
  }

  @Test("overwrites on btrfs what is marked to be written in place")
  func notCopiedOnWrite() throws {
    try MountedImage.with("btrfs", mebibytes: 256) { image in
      try image.write([], to: "database")
      try must("chattr", "+C", image.path + "/database")
      try image.write(Self.marked("NoCowOnBtrfs-442", count: 98_304), to: "database")
      try #require(try image.holds("NoCowOnBtrfs-442"))
      #expect(try Self.overwrite(image.path + "/database") == .overwritten(bytes: 98_304))
      try image.sync()
      try image.unmount()
      #expect(try !image.holds("NoCowOnBtrfs-442"))
    }
  }

  @Test("of a file inside its inode says that the journal has copies")
  func inline() throws {
    try MountedImage.with("ext4", mebibytes: 32, making: ["-O", "inline_data", "-I", "1024"]) {
      image in
      try image.write(Self.marked("InsideTheInode-8", count: 96), to: "tiny")
      #expect(try Self.overwrite(image.path + "/tiny") == .notInPlace(.inline, left: 96))
      #expect(try contents(image.path + "/tiny") != Self.marked("InsideTheInode-8", count: 96))
    }
  }

  @Test("works in memory, where the file system has no map of extents")
  func withoutMap() throws {
    let path = "/dev/shm/sotto-overwriting-\(getpid())"
    guard let file = fopen(path, "w+") else {
      announce("not tried in memory: no /dev/shm here")
      return
    }
    defer { unlink(path) }
    let before = Self.marked("PlainInMemory-66", count: 70_000)
    fseek(file, 1 << 20, SEEK_SET)
    #expect(fwrite(before, 1, before.count, file) == before.count)
    fclose(file)
    #expect(try Self.overwrite(path) == .overwritten(bytes: 70_000))
    let after = try contents(path)
    #expect(after[..<(1 << 20)].allSatisfy { $0 == 0 })
    #expect(zip(before, after[(1 << 20)...]).count { $0 == $1 } < before.count / 50)
  }

  @Test("of an empty file does nothing, and of one open for reading fails")
  func edges() throws {
    let folder = try TemporaryFolder()
    try TestSupport.write([], to: folder.path + "/empty")
    #expect(try Self.overwrite(folder.path + "/empty") == .overwritten(bytes: 0))
    try TestSupport.write([1, 2, 3], to: folder.path + "/three")
    let path = FilePath(folder.path + "/three")
    let file = try FileDescriptor.open(path, .readOnly)
    defer { try? file.close() }
    #expect(throws: ErasureError("overwrite", path, .badFileDescriptor)) {
      try Overwriting.overwrite(file, at: path)
    }
    #expect(try contents(path.string) == [1, 2, 3])
  }
}
