import SystemPackage
import TestSupport
import Testing

@testable import Erasure

/// `/sys` and `/proc` as other machines have them, in a folder.
private struct OtherMachine {
  let folder: TemporaryFolder
  var system: SystemFolders { SystemFolders(root: FilePath(folder.path)) }

  init() throws {
    folder = try TemporaryFolder()
    try makeFolders(folder.path + "/sys/dev/block")
  }

  /// Adds a disk, or a partition of one, and the numbers of what it lies on.
  func add(
    _ name: String, _ number: String, partOf disk: String? = nil, on: [String: String] = [:],
    _ files: [String: String]
  ) throws {
    let inside = "sys/devices/" + (disk.map { "\($0)/" } ?? "") + name
    let place = "\(folder.path)/\(inside)"
    try write("DEVTYPE=disk\nDEVNAME=\(name)\n".utf8, to: place + "/uevent")
    if disk != nil { try write("1\n".utf8, to: place + "/partition") }
    for (file, text) in files { try write("\(text)\n".utf8, to: "\(place)/\(file)") }
    for (below, number) in on { try write("\(number)\n".utf8, to: "\(place)/slaves/\(below)/dev") }
    try must("ln", "-s", "../../../\(inside)", "\(folder.path)/sys/dev/block/\(number)")
  }
}

@Suite("Disks")
struct DiskTests {
  @Test("are found beneath encryption, volumes, RAID and partitions, each once")
  func stack() throws {
    let machine = try OtherMachine()
    try machine.add(
      "nvme0n1", "259:0", ["queue/rotational": "0", "queue/discard_max_bytes": "2199023255040"])
    try machine.add("nvme0n1p2", "259:2", partOf: "nvme0n1", [:])
    try machine.add(
      "sda", "8:0", ["queue/rotational": "1", "queue/discard_max_bytes": "0", "removable": "0"])
    try machine.add("sda1", "8:1", partOf: "sda", [:])
    try machine.add("md0", "9:0", on: ["nvme0n1p2": "259:2", "sda1": "8:1"], [:])
    try machine.add(
      "dm-0", "254:0", on: ["md0": "9:0"], ["dm/uuid": "CRYPT-LUKS2-0c5d-luks", "dm/name": "luks"])
    try machine.add("dm-1", "254:1", on: ["dm-0": "254:0"], ["dm/uuid": "LVM-abc"])
    let flash = BlockDevice(
      path: "/dev/nvme0n1", kind: .flash, discards: true, isEncrypted: true)
    let platters = BlockDevice(
      path: "/dev/sda", kind: .spinning, discards: false, isEncrypted: true)
    #expect(BlockDevice.beneath("254:1", machine.system) == [flash, platters])
    #expect(
      BlockDevice.beneath("9:0", machine.system).map(\.isEncrypted) == [false, false])
    #expect(BlockDevice.beneath("1:1", machine.system) == [])
  }

  @Test(
    "are told apart by name, model and what the kernel says of turning",
    arguments: [
      ("vda", ["queue/rotational": "1"], BlockDevice.Kind.virtual),
      ("xvdb", [:], .virtual),
      ("sda", ["queue/rotational": "0", "device/model": "QEMU HARDDISK"], .virtual),
      ("sda", ["queue/rotational": "1", "device/vendor": "VMware", "removable": "0"], .virtual),
      (
        "nvme1n1", ["queue/rotational": "0", "device/model": "Amazon Elastic Block Store"], .virtual
      ),
      ("sdb", ["queue/rotational": "1", "removable": "1"], .unknown),
      ("sdb", ["queue/rotational": "1", "removable": "0"], .spinning),
      ("mmcblk0", ["queue/rotational": "0"], .flash),
      ("nbd0", ["queue/rotational": "0"], .network),
      ("zram1", ["queue/rotational": "0"], .memory),
      ("loop3", ["loop/backing_file": "/srv/disk image"], .file("/srv/disk image")),
      ("sdq", [:], .unknown),
    ] as [(String, [String: String], BlockDevice.Kind)])
  func kinds(_ name: String, _ files: [String: String], _ kind: BlockDevice.Kind) throws {
    let machine = try OtherMachine()
    try machine.add(name, "240:7", files)
    #expect(BlockDevice.beneath("240:7", machine.system).map(\.kind) == [kind])
  }

  @Test("that lie on each other in a circle end the walk")
  func circle() throws {
    let machine = try OtherMachine()
    try machine.add("dm-0", "254:0", on: ["dm-0": "254:0"], [:])
    #expect(BlockDevice.beneath("254:0", machine.system) == [])
  }

  @Test("for swap are listed, memory and paths with spaces among them")
  func swap() throws {
    let machine = try OtherMachine()
    let lines = """
      Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority
      /dev/zram0                              partition\t8388604\t\t0\t\t100
      /swap\\040file                           file\t\t2097148\t\t12\t\t-2

      """
    try write(lines.utf8, to: machine.folder.path + "/proc/swaps")
    #expect(
      SwapSpace.all(machine.system) == [
        SwapSpace(path: "/dev/zram0", isMemory: true, isEncrypted: false),
        SwapSpace(path: "/swap file", isMemory: false, isEncrypted: false),
      ])
  }

  @Test("are mounted as the kernel's lines say, tags or none")
  func mounts() throws {
    let tagged = try #require(
      Mount(
        line:
          "36 35 98:0 /mnt1 /mnt/my\\040disk rw,noatime master:1 shared:2 - ext3 /dev/root rw,data=journal"
      ))
    #expect(tagged.id == 36 && tagged.device == "98:0" && tagged.point == "/mnt/my disk")
    #expect(tagged.type == "ext3" && tagged.source == "/dev/root")
    #expect(tagged.option("data") == "journal" && tagged.option("noatime") == "")
    #expect(tagged.option("dat") == nil)
    let plain = try #require(Mount(line: "22 27 0:21 / /proc rw,relatime - proc proc rw"))
    #expect(plain.type == "proc" && plain.point == "/proc")
    for torn in ["", "36 35", "36 35 98:0 / / rw - ext4", "x 35 98:0 / / rw - ext4 /dev/a rw"] {
      #expect(Mount(line: Substring(torn)) == nil)
    }
  }

  @Test("say of encrypted flash what the key is needed for")
  func sentence() {
    var medium = Medium.of("/")
    medium.disks = [
      BlockDevice(path: "/dev/sdx", kind: .flash, discards: true, isEncrypted: true)
    ]
    let entry = medium.notCovered.first { $0.what == .flash }
    #expect(entry?.where == "/dev/sdx")
    #expect(
      entry?.why.hasSuffix("the volume is encrypted, so its key is needed to read them") == true)
  }
}
