import CLinux
import Glibc
public import SystemPackage

/// A sign, at or above a path, of something that keeps copies of what is below it.
public struct KeptCopies: Hashable, Sendable {
  /// What keeps them.
  public enum Keeper: Hashable, Sendable {
    /// A service that copies to other machines.
    case sync
    /// A program that keeps earlier states.
    case backups
    /// The file system, earlier states of itself.
    case snapshots
  }

  /// What keeps the copies.
  public var keeper: Keeper
  /// Its name.
  public var name: String
  /// The file or folder that gave it away.
  public var sign: FilePath

  /// What gives a keeper away in one of the folders above.
  private enum Sign {
    /// Something at that path below the folder.
    case at(String)
    /// A folder at that path that is not empty.
    case filled(String)
    /// A file whose name begins and ends so.
    case file(beginning: String, end: String)
    /// The folder's own name, or its beginning before a space.
    case named(String)
  }

  private static let signs: [(Keeper, String, Sign)] = [
    (.sync, "Dropbox", .at(".dropbox.cache")),
    (.sync, "Dropbox", .named("Dropbox")),
    (.sync, "OneDrive", .named("OneDrive")),
    (.sync, "Google Drive", .at(".tmp.driveupload")),
    (.sync, "Google Drive", .named("Google Drive")),
    (.sync, "Google Drive", .named("GoogleDrive")),
    (.sync, "iCloud Drive", .named("Mobile Documents")),
    (.sync, "iCloud Drive", .named("com~apple~CloudDocs")),
    (.sync, "iCloud Drive", .named("iCloudDrive")),
    (.sync, "Nextcloud or ownCloud", .file(beginning: ".sync_", end: ".db")),
    (.sync, "Nextcloud or ownCloud", .file(beginning: "._sync_", end: ".db")),
    (.sync, "Nextcloud", .at(".nextcloudsync.log")),
    (.sync, "Nextcloud", .named("Nextcloud")),
    (.sync, "ownCloud", .at(".owncloudsync.log")),
    (.sync, "Syncthing", .at(".stfolder")),
    (.backups, "Syncthing's old versions", .filled(".stversions")),
    (.sync, "Resilio Sync", .at(".sync/ID")),
    (.sync, "Seafile", .at(".seafile-data")),
    (.sync, "MEGA", .at(".megaignore")),
    (.sync, "MEGA", .named("MEGA")),
    (.sync, "pCloud", .named("pCloudDrive")),
    (.sync, "Proton Drive", .named("Proton Drive")),
    (.sync, "Box", .named("Box Sync")),
    (.backups, "Git", .at(".git")),
    (.backups, "Mercurial", .at(".hg")),
    (.backups, "Borg", .at(".config/borg")),
    (.backups, "borgmatic", .at(".config/borgmatic")),
    (.backups, "borgmatic", .at("etc/borgmatic")),
    (.backups, "Vorta", .at(".local/share/Vorta")),
    (.backups, "Pika Backup", .at(".var/app/org.gnome.World.PikaBackup")),
    (.backups, "restic", .at(".cache/restic")),
    (.backups, "Kopia", .at(".config/kopia")),
    (.backups, "Déjà Dup", .at(".cache/deja-dup")),
    (.backups, "Duplicity", .at(".cache/duplicity")),
    (.backups, "Duplicati", .at(".config/Duplicati")),
    (.backups, "Back In Time", .at(".config/backintime")),
    (.backups, "Kup", .at(".config/kuprc")),
    (.backups, "rsnapshot", .at("etc/rsnapshot.conf")),
    (.backups, "Timeshift", .at("etc/timeshift/timeshift.json")),
    (.snapshots, "Timeshift", .filled("timeshift-btrfs")),
    (.snapshots, "snapper", .filled("etc/snapper/configs")),
    (.snapshots, "snapshots", .filled(".snapshots")),
    (.snapshots, "snapshots", .filled(".snapshot")),
    (.snapshots, "ZFS", .filled(".zfs/snapshot")),
  ]

  /// The signs at a path and in every folder above it, the nearest first.
  ///
  /// Names are looked for; no file is opened. What a program does from elsewhere, a backup server's for
  /// one, leaves no sign here.
  static func around(_ path: FilePath) -> [KeptCopies] {
    var found: [KeptCopies] = []
    var folder = path
    while true {
      let names = folderNames(folder)
      for (keeper, name, sign) in signs {
        guard let place = place(of: sign, in: folder, names),
          !found.contains(where: { $0.sign == place })
        else { continue }
        found.append(KeptCopies(keeper: keeper, name: name, sign: place))
      }
      guard folder.components.count > 0 else { return found }
      folder.removeLastComponent()
    }
  }

  private static func place(of sign: Sign, in folder: FilePath, _ names: [String]) -> FilePath? {
    switch sign {
    case .at(let path):
      let place = folder.appending(path)
      return exists(place) ? place : nil
    case .filled(let path):
      let place = folder.appending(path)
      guard exists(place) else { return nil }
      // What may not be listed counts: somebody filled it and closed it.
      return folderNames(place).isEmpty && mayList(place) ? nil : place
    case .file(let beginning, let end):
      let name = names.first { $0.hasPrefix(beginning) && $0.hasSuffix(end) }
      return name.map { folder.appending($0) }
    case .named(let name):
      guard let own = folder.lastComponent?.string else { return nil }
      return own == name || own.hasPrefix(name + " ") ? folder : nil
    }
  }

  private static func exists(_ path: FilePath) -> Bool {
    var status = stat()
    return unsafe path.withPlatformString { unsafe lstat($0, &status) } == 0
  }

  private static func mayList(_ path: FilePath) -> Bool {
    unsafe path.withPlatformString { unsafe access($0, R_OK) } == 0
  }
}
