public import Applications
import EvidenceFiles
import Glibc
import SystemPackage

/// A process of this machine.
public struct RunningProgram: Hashable, Sendable {
  /// Its number.
  public var process: Int32
  /// Its name.
  public var name: String
}

/// The processes of this machine, from `/proc` (proc(5)), to tell whether an application runs.
///
/// Linux only; elsewhere, and where `/proc` hides the processes of others, none is found.
public enum RunningPrograms {
  /// A process of an application that runs as an account; nil where there is none.
  public static func first(
    of application: any Application, as account: UInt32
  ) -> RunningProgram? {
    guard let processes = try? FolderListing("/proc") else { return nil }
    for entry in processes.entries {
      let name = entry.name
      guard let process = Int32(name), process != getpid(), self.account(of: name) == account else {
        continue
      }
      let command = text(name, "comm", limit: 64).split(separator: "\n").first ?? ""
      let arguments = text(name, "cmdline", limit: 4096).split(separator: "\0").map(String.init)
      let isOne = application.programs.match(
        executable: executable(of: name), command: String(command), arguments: arguments)
      if isOne { return RunningProgram(process: process, name: String(command)) }
    }
    return nil
  }

  private static func account(of process: String) -> UInt32? {
    // The folder's owner is root for a process that forbade dumps; its status says whose it is.
    for line in text(process, "status", limit: 4096).split(separator: "\n")
    where line.hasPrefix("Uid:") {
      return line.split { $0 == "\t" || $0 == " " }.dropFirst().first.flatMap { UInt32($0) }
    }
    return nil
  }

  private static func executable(of process: String) -> String {
    let path = EvidenceTree.linkTarget(FilePath("/proc/\(process)/exe"))?.string ?? ""
    let gone = " (deleted)"
    return path.hasSuffix(gone) ? String(path.dropLast(gone.utf8.count)) : path
  }

  /// The beginning of a file below `/proc`, whose size the system does not tell.
  private static func text(_ process: String, _ name: String, limit: Int) -> String {
    let descriptor = open("/proc/\(process)/\(name)", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = read(descriptor, &bytes, limit)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
