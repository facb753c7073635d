import Erasure
import SystemPackage
import TestSupport
import Testing

@Suite("Kept copies")
struct KeptCopiesTests {
  /// What is said of a folder three levels below, of signs inside the temporary folder.
  private func found(_ signs: [String], below: String = "home/ana/store") throws -> [String] {
    let folder = try TemporaryFolder()
    try makeFolders(folder.path + "/" + below)
    for sign in signs {
      if sign.hasSuffix("/") {
        try makeFolders(folder.path + "/" + sign.dropLast())
      } else {
        try write([], to: folder.path + "/" + sign)
      }
    }
    let root = try #require(FilePath(folder.path).lexicallyNormalized().components.last)
    return Medium.of(FilePath(folder.path + "/" + below)).copies.compactMap { copies in
      guard copies.sign.components.contains(root) else { return nil }
      let inside = copies.sign.components.drop { $0 != root }.dropFirst()
      return "\(copies.keeper) \(copies.name) \(inside.map(\.string).joined(separator: "/"))"
    }
  }

  @Test("are seen by their marks in the folders above, the nearest first")
  func marks() throws {
    #expect(
      try found([
        "home/ana/.stfolder/", "home/ana/.sync_1f2e.db", "home/.git/", "home/ana/.config/borg/",
      ]) == [
        "sync Nextcloud or ownCloud home/ana/.sync_1f2e.db", "sync Syncthing home/ana/.stfolder",
        "backups Borg home/ana/.config/borg", "backups Git home/.git",
      ])
  }

  @Test("are seen by the name of a folder")
  func names() throws {
    #expect(
      try found([], below: "OneDrive - Work/Dropbox/store") == [
        "sync Dropbox OneDrive - Work/Dropbox", "sync OneDrive OneDrive - Work",
      ])
    #expect(try found([], below: "OneDriveOld/DropboxNot/store") == [])
  }

  @Test("of snapshots count where there are some, and the settings folder of a service is no mark")
  func snapshots() throws {
    #expect(try found([".snapshots/", "home/ana/.dropbox/instance1/"]) == [])
    #expect(try found([".snapshots/1/snapshot/"]) == ["snapshots snapshots .snapshots"])
    #expect(
      try found(["home/.zfs/snapshot/daily/"]) == ["snapshots ZFS home/.zfs/snapshot"])
  }

  @Test("become entries that name the sign")
  func entries() throws {
    let folder = try TemporaryFolder()
    try makeFolders(folder.path + "/.stfolder")
    try makeFolders(folder.path + "/.stversions/old")
    try makeFolders(folder.path + "/.snapshots/1")
    let entries = Medium.of(FilePath(folder.path)).notCovered
      .filter { $0.where.starts(with: FilePath(folder.path)) }
    #expect(entries.contains { $0.what == .sync && $0.where.lastComponent == ".stfolder" })
    #expect(entries.contains { $0.what == .backups && $0.where.lastComponent == ".stversions" })
    #expect(entries.contains { $0.what == .snapshots && $0.where.lastComponent == ".snapshots" })
  }
}
