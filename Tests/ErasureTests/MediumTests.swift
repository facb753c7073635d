import Erasure
import Glibc
import SystemPackage
import TestSupport
import Testing

@Suite("The medium", .serialized)
struct MediumTests {
  static func kinds(_ medium: Medium) -> Set<NotCovered.What> {
    Set(medium.notCovered.map(\.what))
  }

  @Test("of an ext4 image is a disk that is a file, written in place, its journal without contents")
  func ext4() throws {
    try MountedImage.with("ext4", mebibytes: 32) { image in
      try image.write([1], to: "folder/file")
      let medium = Medium.of(FilePath(image.path + "/folder"))
      #expect(medium.fileSystem == "ext4" && medium.habit == .inPlace && !medium.journalsData)
      #expect(medium.mountPoint == FilePath(image.path) && medium.compression == nil)
      #expect(medium.disks.map(\.kind) == [.file(FilePath(image.image))])
      #expect(medium.beneath.map(\.path) == [FilePath(image.image)])
      let kinds = Self.kinds(medium)
      #expect(kinds.isSuperset(of: [.names, .freeSpace, .virtualDisk]))
      #expect(kinds.isDisjoint(with: [.journals, .copyOnWrite, .compression, .network]))
      // What is said of the medium beneath the image holds for it too, its names apart.
      let below = medium.beneath.flatMap(\.notCovered).filter { $0.what != .names }
      #expect(Set(medium.notCovered).isSuperset(of: below.filter { $0.what != .swap }))
      #expect(medium.notCovered.filter { $0.what == .names }.map(\.where) == [medium.path])
    }
  }

  @Test("with contents in the journal says so, and the raw image bears it out")
  func dataJournal() throws {
    try MountedImage.with("ext4", mebibytes: 32, options: "data=journal") { image in
      let medium = Medium.of(FilePath(image.path))
      #expect(medium.journalsData)
      #expect(Self.kinds(medium).contains(.journals))
      try image.write(OverwritingTests.marked("InTheJournal-551", count: 50_000), to: "chat")
      #expect(
        try OverwritingTests.overwrite(image.path + "/chat") == .overwritten(bytes: 50_176))
      try image.sync()
      try image.unmount()
      #expect(try image.holds("InTheJournal-551"))
    }
  }

  @Test("sees a folder whose files are marked for journaling")
  func markedFolder() throws {
    try MountedImage.with("ext4", mebibytes: 32) { image in
      try makeFolders(image.path + "/marked")
      guard try run("chattr", ["+j", image.path + "/marked"]).status == 0 else {
        announce("not tried with marked folders: this user may not mark them")
        return
      }
      #expect(Medium.of(FilePath(image.path + "/marked")).journalsData)
      #expect(!Medium.of(FilePath(image.path)).journalsData)
    }
  }

  @Test("of xfs is written in place")
  func xfs() throws {
    try MountedImage.with("xfs", mebibytes: 320) { image in
      let medium = Medium.of(FilePath(image.path))
      #expect(medium.fileSystem == "xfs" && medium.habit == .inPlace && medium.disks.count == 1)
    }
  }

  @Test("of btrfs promises nothing, and names what compresses and its disks")
  func btrfs() throws {
    try MountedImage.with("btrfs", mebibytes: 256, options: "compress=zstd") { image in
      let medium = Medium.of(FilePath(image.path))
      #expect(medium.habit == .elsewhere && medium.compression == "compress=zstd:3")
      #expect(medium.disks.map(\.kind) == [.file(FilePath(image.image))])
      #expect(Self.kinds(medium).isSuperset(of: [.copyOnWrite, .compression, .names]))
    }
  }

  @Test("in layers says that the layer beneath keeps what was there")
  func overlay() throws {
    try MountedImage.with("ext4", mebibytes: 32) { image in
      for name in ["lower", "upper", "work", "view"] { try makeFolders(image.path + "/" + name) }
      try image.write(OverwritingTests.marked("LowerAndUpper-77", count: 8192), to: "lower/file")
      let (base, view) = (image.path, image.path + "/view")
      let layers = "lowerdir=\(base)/lower,upperdir=\(base)/upper,workdir=\(base)/work"
      guard try run("mount", ["-t", "overlay", "overlay", "-o", layers, view]).status == 0 else {
        announce("not tried in layers: no overlay here")
        return
      }
      defer { _ = try? run("umount", [view]) }
      let medium = Medium.of(FilePath(view))
      #expect(medium.habit == .layered && medium.disks.isEmpty)
      #expect(Self.kinds(medium).contains(.copyOnWrite))
      #expect(try OverwritingTests.overwrite(view + "/file") == .overwritten(bytes: 8192))
      #expect(
        try contents(base + "/lower/file")
          == OverwritingTests.marked("LowerAndUpper-77", count: 8192))
    }
  }

  @Test("in memory has no names to leave")
  func memory() throws {
    guard access("/dev/shm", R_OK) == 0 else {
      announce("not tried in memory: no /dev/shm here")
      return
    }
    let medium = Medium.of("/dev/shm")
    #expect(medium.habit == .memory)
    #expect(Self.kinds(medium).isDisjoint(with: [.names, .freeSpace, .flash, .unknown]))
  }

  @Test("of what is not there is unknown")
  func nothing() {
    let medium = Medium.of("/nowhere/at/all")
    #expect(medium.habit == .unknown && medium.disks.isEmpty)
    #expect(Self.kinds(medium).isSuperset(of: [.names, .freeSpace, .unknown]))
  }

  @Test("is told in plain sentences of one line")
  func sentences() {
    for entry in Medium.of("/").notCovered + Medium.of(FilePath(Repository.path)).notCovered {
      #expect(!entry.why.isEmpty && !entry.why.contains("\n") && !entry.why.hasSuffix("."))
    }
  }
}
