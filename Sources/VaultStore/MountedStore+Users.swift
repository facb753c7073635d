internal import Glibc
internal import SystemPackage

/// A process that keeps a store from being closed.
public struct StoreUser: Hashable, Sendable, CustomStringConvertible {
  /// The process's number.
  public var process: Int32
  /// The program's name.
  public var name: String

  public var description: String { "\(name) (process \(process))" }
}

extension MountedStore {
  /// The processes that have something of the store open or mapped, or their working folder there, from
  /// `/proc` (proc(5)); only root sees those of others.
  ///
  /// The mount itself is not asked: it may not answer.
  /// - Parameter server: The process that serves it.
  public func users(servedBy server: Int32?) -> [StoreUser] {
    guard let folder = try? FolderHandle.open("/proc"), let names = try? folder.names() else {
      return []
    }
    let own = getpid()
    var users: [StoreUser] = []
    for name in names {
      guard let process = Int32(name.text), process != own, process != server,
        let folder = try? folder.folder(name), isUsed(by: folder)
      else { continue }
      let comm = (try? folder.file("comm").readToEnd(limit: 64)) ?? []
      let program = String(decoding: comm.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
      users.append(StoreUser(process: process, name: program))
    }
    return users.sorted { $0.process < $1.process }
  }

  private func isUsed(by process: FolderHandle) -> Bool {
    let links: [FileName] = ["cwd", "root", "exe"]
    for link in links {
      if let target = try? process.target(of: link), isInside(target) { return true }
    }
    return hasOpen(process) || hasMapped(process)
  }

  private func hasOpen(_ process: FolderHandle) -> Bool {
    guard let descriptors = try? process.folder("fd"), let names = try? descriptors.names() else {
      return false
    }
    let facts = try? process.folder("fdinfo")
    for name in names {
      if let target = try? descriptors.target(of: name), isInside(target) { return true }
      // In a container the store has another path.
      if let text = try? facts?.file(name).readToEnd(limit: 4096), isOfMount(text) { return true }
    }
    return false
  }

  /// Whether `fdinfo` says `mnt_id:` and the number of this mount.
  private func isOfMount(_ text: [UInt8]) -> Bool {
    text.split(separator: UInt8(ascii: "\n")).contains { line in
      line.starts(with: "mnt_id:".utf8)
        && UInt64(String(decoding: line.dropFirst(7).filter { $0 > 32 }, as: UTF8.self)) == number
    }
  }

  private func hasMapped(_ process: FolderHandle) -> Bool {
    guard let maps = try? process.file("maps").readToEnd(limit: 1 << 24) else { return false }
    return maps.split(separator: UInt8(ascii: "\n")).contains { line in
      let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
      guard parts.count == 6 else { return false }
      let device = parts[3].split(separator: UInt8(ascii: ":")).compactMap {
        UInt32(String(decoding: $0, as: UTF8.self), radix: 16)
      }
      return device.count == 2 && FileFacts.device(device[0], device[1]) == self.device
        || isInside(Array(parts[5].drop { $0 == UInt8(ascii: " ") }))
    }
  }

  private func isInside(_ target: [UInt8]) -> Bool {
    let path = path.bytes
    return target.starts(with: path)
      && (target.count == path.count || target[path.count] == UInt8(ascii: "/"))
  }
}
