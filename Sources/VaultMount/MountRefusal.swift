internal import Glibc
internal import SystemPackage

/// Why the system did not mount, found out afterwards: the library says it on its log, if at all.
enum MountRefusal {
  static func error(_ mountPoint: FilePath, _ options: MountOptions) -> MountError {
    guard unsafe access("/dev/fuse", F_OK) == 0 else {
      return MountError(
        .unavailable, mountPoint, "this system has no /dev/fuse",
        hint: "modprobe fuse; a container needs the device passed to it")
    }
    guard unsafe access("/dev/fuse", R_OK | W_OK) == 0 else {
      return MountError(
        .unavailable, mountPoint, "this user may not open /dev/fuse",
        hint: "mounting needs read and write access to it")
    }
    let text = LibraryLog.last.map { said in
      said.hasPrefix("fuse: ") ? String(said.dropFirst("fuse: ".count)) : said
    }
    return MountError(
      .refused, mountPoint, text ?? "the system does not let this user mount there",
      hint: geteuid() == 0 ? nil : hint(options))
  }

  /// What root alone may do without asking anybody.
  private static func hint(_ options: MountOptions) -> String {
    let needed =
      "fusermount3 of the package fuse3 has to be there, and the folder has to be the user's"
    return options.allowsOthers
      ? needed + "; letting others in needs user_allow_other in /etc/fuse.conf" : needed
  }
}
