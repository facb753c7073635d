internal import CLinux
internal import Glibc
internal import SystemPackage
internal import VaultFormat

/// Owner, attributes, mode and times that an object's head gives back to a file, folder or link.
///
/// What this user or this file system does not allow is told; whatever else fails may succeed later, and
/// is thrown, since the vault may go once all is set.
struct PlainMetadata {
  let head: ObjectHead
  let attributes: [PlainAttributes.Attribute]

  /// Something that could not be set.
  struct Refusal: Sendable {
    /// What, and why not.
    let text: String
    /// Whether the user would miss it.
    ///
    /// Labels of the machine's own security modules are made by rules and differ from machine to machine.
    let isUsers: Bool
  }

  /// Sets everything on an open file or folder.
  ///
  /// The owner comes first, because a change of it takes set-user bits and capabilities away, the times
  /// last.
  /// - Returns: What is not allowed to be set.
  /// - Throws: `VaultError` for what failed otherwise.
  func apply(to descriptor: FileDescriptor, _ path: FilePath) throws(VaultError) -> [Refusal] {
    let file = descriptor.rawValue
    var raw = stat()
    guard unsafe fstat(file, &raw) == 0 else {
      throw VaultError(Errno(rawValue: errno), path, "look at")
    }
    var refusals: [Refusal] = []
    if (raw.st_uid, raw.st_gid) != (head.owner, head.group),
      fchown(file, head.owner, head.group) != 0
    {
      let error = VaultError(Errno(rawValue: errno), path, "set the owner of")
      refusals.append(try refusal(of: owner, error))
    }
    for attribute in attributes {
      if let reason = PlainAttributes.set(attribute, of: descriptor) {
        refusals.append(try refusal(of: attribute, reason, path))
      }
    }
    guard fchmod(file, mode_t(head.mode)) == 0 else {
      throw VaultError(Errno(rawValue: errno), path, "set the mode of")
    }
    guard unsafe futimens(file, times) == 0 else {
      throw VaultError(Errno(rawValue: errno), path, "set the times of")
    }
    return refusals
  }

  /// Sets everything on a symbolic link.
  /// - Returns: What is not allowed to be set.
  /// - Throws: `VaultError` for what failed otherwise.
  func apply(toLink name: FileName, in folder: FolderHandle) throws(VaultError) -> [Refusal] {
    var refusals: [Refusal] = []
    let facts = try folder.facts(of: name)
    if facts?.owner != head.owner || facts?.group != head.group {
      do {
        try folder.setOwner(head.owner, group: head.group, of: name)
      } catch {
        refusals.append(try refusal(of: owner, error))
      }
    }
    for attribute in attributes {
      if let reason = PlainAttributes.set(attribute, ofLink: name, in: folder) {
        refusals.append(try refusal(of: attribute, reason, folder.path.appending(name)))
      }
    }
    let result = unsafe name.withCString {
      unsafe utimensat(folder.descriptor.rawValue, $0, times, AT_SYMLINK_NOFOLLOW)
    }
    guard result == 0 else {
      throw VaultError(Errno(rawValue: errno), folder.path.appending(name), "set the times of")
    }
    return refusals
  }

  // MARK: - What is refused

  private var owner: String { "owner \(head.owner):\(head.group)" }

  /// What lasts: the user may not, or this kind of file system cannot.
  private static let lasting: Set<Errno> = [
    .notPermitted, .permissionDenied, .notSupported, .noFunction, .invalidArgument,
    .argListTooLong, .outOfRange,
  ]

  private func refusal(of what: String, _ error: VaultError) throws(VaultError) -> Refusal {
    guard case .system(let reason) = error.code, Self.lasting.contains(reason) else { throw error }
    return Refusal(text: "\(what) (\(reason))", isUsers: true)
  }

  private func refusal(
    of attribute: PlainAttributes.Attribute, _ reason: Errno, _ path: FilePath
  ) throws(VaultError) -> Refusal {
    let name = String(decoding: attribute.name, as: UTF8.self)
    let error = VaultError(reason, path, "set the attribute \(name) of")
    let refusal = try refusal(of: "attribute \(name)", error)
    return Refusal(text: refusal.text, isUsers: !attribute.name.starts(with: "security.".utf8))
  }

  private var times: [timespec] {
    [head.accessed, head.modified].map { time in
      timespec(tv_sec: Int(time.seconds), tv_nsec: Int(time.nanoseconds))
    }
  }
}
