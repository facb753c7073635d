import Applications
import Conversations
import Glibc
import Inventory
import SystemPackage

/// What the process knows of itself and of who runs it.
enum ThisProcess {
  static var workingFolder: FilePath {
    guard let path = getcwd(nil, 0) else { return "/" }
    defer { free(path) }
    return FilePath(platformString: path)
  }

  static func environment(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    return String(cString: value)
  }

  /// The machine and the person: `HOME` first, as shells and applications do, else the account list.
  static var machine: Machine {
    let account = getpwuid(getuid())
    let name = account.flatMap { $0.pointee.pw_name }.map { String(cString: $0) }
    var home = environment("HOME").map { FilePath($0) } ?? ""
    if home.isEmpty || home.isRelative {
      home = account.flatMap { $0.pointee.pw_dir }.map { FilePath(platformString: $0) } ?? "/"
    }
    let settings = Machine.namesOfInterest.sorted().compactMap { name in
      environment(name).map { EnvironmentSetting(name: name, value: $0, source: nil) }
    }
    return Machine(home: home.lexicallyNormalized(), user: name, environment: settings)
  }

  /// The person's home, which tables show as `~`.
  static var home: String { machine.home.string }

  /// The home of an account, as the account list has it.
  static func home(of account: UInt32) -> FilePath? {
    guard let entry = getpwuid(account), let folder = entry.pointee.pw_dir else { return nil }
    let path = FilePath(platformString: folder)
    return path.isAbsolute && path.components.count > 0 ? path.lexicallyNormalized() : nil
  }

  /// Processors that may be used, and with them how many parts are read at a time.
  static var processors: Int {
    max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// Now, or what `SOURCE_DATE_EPOCH` says, so that a document can be made again byte for byte.
  static var now: Instant {
    if let fixed = environment("SOURCE_DATE_EPOCH").flatMap({ Int64($0) }),
      let instant = Instant(seconds: fixed)
    {
      return instant
    }
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}
