import Glibc
import Testing
import VaultStore

@testable import VaultMount

@Suite("Attributes between the kernel and the vault")
struct TranslationTests {
  @Test(
    "every kind of object is the same in the bits of a mode, and back",
    arguments: [
      (UInt32(0o100000), NodeKind.file), (0o040000, .folder), (0o120000, .link), (0o010000, .pipe),
      (0o140000, .socket), (0o020000, .characterDevice), (0o060000, .blockDevice),
    ])
  func kinds(format: UInt32, kind: NodeKind) {
    #expect(kind.format == format)
    #expect(NodeKind(mode: format | 0o644) == kind)
  }

  @Test("a mode without a kind makes a file, one of an unknown kind nothing")
  func otherKinds() {
    #expect(NodeKind(mode: 0o644) == .file)
    #expect(NodeKind(mode: 0o150000) == nil)
  }

  @Test("only what is asked for is changed")
  func change() {
    var values = stat()
    values.st_mode = 0o104755
    values.st_uid = 1000
    values.st_gid = 100
    values.st_size = 5000
    values.st_atim = timespec(tv_sec: -1, tv_nsec: 999_999_999)
    values.st_mtim = timespec(tv_sec: 2, tv_nsec: 3)
    values.st_ctim = timespec(tv_sec: 4, tv_nsec: 5)
    let nothing = AttributeChange(values, 0)
    #expect(nothing.mode == nil && nothing.owner == nil && nothing.group == nil)
    #expect(nothing.size == nil && nothing.accessed == nil)
    #expect(nothing.modified == nil && nothing.changed == nil)
    // FATTR_MODE, _UID, _GID, _SIZE, _ATIME, _MTIME and _CTIME of the kernel's interface.
    let all = AttributeChange(values, 1 | 2 | 4 | 8 | 16 | 32 | 1024)
    #expect(all.mode == 0o4755 && all.owner == 1000 && all.group == 100 && all.size == 5000)
    #expect(all.accessed == FileFacts.Time(seconds: -1, nanoseconds: 999_999_999))
    #expect(all.modified == FileFacts.Time(seconds: 2, nanoseconds: 3))
    #expect(all.changed == FileFacts.Time(seconds: 4, nanoseconds: 5))
    let size = AttributeChange(values, 8)
    #expect(size.size == 5000 && size.mode == nil && size.modified == nil)
  }
}

@Suite("Options of a mount")
struct MountOptionsTests {
  @Test("the kernel checks modes, and set-id bits and devices mean nothing unless asked for")
  func ordinary() {
    #expect(
      MountOptions().arguments == "fsname=sotto,subtype=sotto,default_permissions,nosuid,nodev")
  }

  @Test("what is asked for is said")
  func everything() {
    var options = MountOptions(sourceName: "sotto")
    options.isReadOnly = true
    options.allowsOthers = true
    options.honoursPrivileges = true
    #expect(
      options.arguments == "fsname=sotto,subtype=sotto,default_permissions,suid,dev,ro,allow_other")
  }

  @Test("a comma in the name of the source starts no option")
  func escaping() {
    #expect(
      MountOptions(sourceName: #"a,suid\"#).arguments.hasPrefix(#"fsname=a\,suid\\,subtype="#))
  }
}
