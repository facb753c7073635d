internal import CLinux
internal import Glibc
internal import SystemPackage
internal import VaultFormat

/// Owner, attributes, mode and times that an object's head gives back to a file, folder or link.
///
/// What this user or this file system does not allow is told and not a reason to stop: the contents are
/// there.
struct PlainMetadata {
  let head: ObjectHead
  let attributes: [PlainAttributes.Attribute]

  /// Sets everything on an open file or folder.
  ///
  /// The owner comes first, because a change of it takes set-user bits and capabilities away, the times
  /// last.
  /// - Returns: What could not be set.
  func apply(to descriptor: FileDescriptor, _ path: FilePath) throws(VaultError) -> [String] {
    let file = descriptor.rawValue
    var raw = stat()
    guard unsafe fstat(file, &raw) == 0 else {
      throw VaultError(Errno(rawValue: errno), path, "look at")
    }
    var missing: [String] = []
    if (raw.st_uid, raw.st_gid) != (head.owner, head.group),
      fchown(file, head.owner, head.group) != 0
    {
      missing.append(owner)
    }
    for attribute in attributes {
      if let reason = PlainAttributes.set(attribute, of: descriptor) {
        missing.append(text(attribute, reason))
      }
    }
    guard fchmod(file, mode_t(head.mode)) == 0 else {
      throw VaultError(Errno(rawValue: errno), path, "set the mode of")
    }
    guard unsafe futimens(file, times) == 0 else {
      throw VaultError(Errno(rawValue: errno), path, "set the times of")
    }
    return missing
  }

  /// Sets everything on a symbolic link.
  /// - Returns: What could not be set.
  func apply(toLink name: FileName, in folder: FolderHandle) throws(VaultError) -> [String] {
    var missing: [String] = []
    let facts = try folder.facts(of: name)
    if facts?.owner != head.owner || facts?.group != head.group {
      do {
        try folder.setOwner(head.owner, group: head.group, of: name)
      } catch {
        missing.append(owner)
      }
    }
    for attribute in attributes {
      if let reason = PlainAttributes.set(attribute, ofLink: name, in: folder) {
        missing.append(text(attribute, reason))
      }
    }
    let result = unsafe name.withCString {
      unsafe utimensat(folder.descriptor.rawValue, $0, times, AT_SYMLINK_NOFOLLOW)
    }
    guard result == 0 else {
      throw VaultError(Errno(rawValue: errno), folder.path.appending(name), "set the times of")
    }
    return missing
  }

  private var owner: String { "owner \(head.owner):\(head.group)" }

  private func text(_ attribute: PlainAttributes.Attribute, _ reason: Errno) -> String {
    "attribute \(String(decoding: attribute.name, as: UTF8.self)) (\(reason))"
  }

  private var times: [timespec] {
    [head.accessed, head.modified].map { time in
      timespec(tv_sec: Int(time.seconds), tv_nsec: Int(time.nanoseconds))
    }
  }
}
