import ByteReading
import Glibc
import TestSupport
import Testing

/// A small memory-backed file system that notes every access, where root may mount one.
private final class StrictFolder {
  let path: String
  private let folder: TemporaryFolder
  private let isMounted: Bool

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path + "/strict"
    try makeFolders(path)
    let mounted = try? run(
      "mount", ["-t", "tmpfs", "-o", "strictatime,size=256m", "tmpfs", path])
    isMounted = mounted?.status == 0
    if !isMounted { announce("SKIPPED: no file system with strict access times: it takes root") }
  }

  deinit {
    if isMounted { _ = try? run("umount", ["-l", path]) }
  }

}

/// Everything about every file and folder below a folder, as `find` and `sha256sum` see it.
private func fingerprint(_ path: String) throws -> [String] {
  // %A@ access, %T@ contents, %C@ attributes; folders and files alike. Listing and hashing change
  // access times themselves, so times are read first and hashes are read by a copy's side door: the
  // times are set back by the caller before each scan.
  let times = try run(
    "find",
    [
      path, "-mindepth", "0", "(", "-type", "f", "-o", "-type", "d", ")", "-printf",
      "%y %m %U %s %T@ %P\\n",
    ])
  let sums = try run("sh", ["-c", "find '\(path)' -type f -exec sha256sum {} + | sort"])
  return times.text.split(separator: "\n").map(String.init).sorted()
    + sums.text.split(separator: "\n").map(String.init)
}

/// Sets all access times to a day long gone, deepest first, without listing anything afterwards.
private func setAccessTimes(_ path: String) throws {
  let result = try run(
    "find",
    [
      path, "-depth", "(", "-type", "f", "-o", "-type", "d", ")", "-exec", "touch", "-a", "-d",
      "2001-01-01T00:00:00Z", "{}", "+",
    ])
  #expect(result.status == 0, "\(result.errorText)")
}

/// The paths whose access time is no longer that day: a stat of each known path, no listing.
private func accessed(_ paths: [String]) -> [String] {
  paths.filter { path in
    var status = stat()
    guard lstat(path, &status) == 0 else { return true }
    return status.st_atim.tv_sec != 978_307_200
  }
}

@Suite(.serialized) struct LookingChangesNothingTests {
  private static let commands: [[String]] = [
    ["scan", "--format", "json"], ["list", "--format", "json"],
    ["search", "the", "--format", "json"], ["export"],
  ]

  private func allPaths(_ path: String) throws -> [String] {
    try run("find", [path, "(", "-type", "f", "-o", "-type", "d", ")"]).text
      .split(separator: "\n").map(String.init)
  }

  @Test(
    "as the owner, or as root: no byte, no time, no name", arguments: ["--home", "--in", "--root"])
  func asOwner(place: String) throws {
    let strict = try StrictFolder()
    let home = strict.path + "/home"
    #expect(try run("cp", ["-a", Repository.path + "/Samples/home", home]).status == 0)
    let before = try fingerprint(home)
    let paths = try allPaths(home)
    try setAccessTimes(home)
    for command in Self.commands {
      let result = try run(Repository.program, command + [place, home])
      #expect(result.status == 0, "\(result.errorText)")
      #expect(accessed(paths) == [], "\(command) changed access times")
    }
    #expect(try fingerprint(home) == before)
  }

  @Test("as an ordinary user, on read-only files in read-only folders")
  func asOrdinaryUser() throws {
    guard geteuid() == 0 else {
      announce("SKIPPED: becoming another user takes root")
      return
    }
    let strict = try StrictFolder()
    let home = strict.path + "/home"
    #expect(try run("cp", ["-a", Repository.path + "/Samples/home", home]).status == 0)
    #expect(try run("chmod", ["-R", "a-w,a+rX", home]).status == 0)
    #expect(try run("chown", ["-R", "65534:65534", home]).status == 0)
    // The way to it must be open, and the program readable.
    #expect(
      try run(
        "sh",
        [
          "-c",
          "d='\(strict.path)'; while [ \"$d\" != / ]; do chmod a+x \"$d\"; d=$(dirname \"$d\"); done",
        ]
      ).status == 0)
    let program = strict.path + "/sotto"
    #expect(try run("install", ["-m", "755", Repository.program, program]).status == 0)
    let paths = try allPaths(home)
    try setAccessTimes(home)
    let asRoot = try run(Repository.program, ["scan", "--format", "json", "--home", home])
    let asUser = try run(
      "setpriv",
      [
        "--reuid=65534", "--regid=65534", "--clear-groups", program, "scan", "--format", "json",
        "--home", home,
      ])
    #expect(asUser.status == 0, "\(asUser.errorText)")
    #expect(accessed(paths) == [])
    // The same is found without any privilege.
    #expect(try parse(asUser.output)["totals"] == parse(asRoot.output)["totals"])
    #expect(try parse(asUser.output)["stores"]?.elements.count ?? 0 > 0)
    #expect(!asUser.text.contains("atime-may-change"))

    // Files of somebody else: read all the same, and said once a store.
    #expect(try run("chown", ["-R", "0:0", home]).status == 0)
    let foreign = try parse(
      try run(
        "setpriv",
        [
          "--reuid=65534", "--regid=65534", "--clear-groups", program, "scan", "--format", "json",
          "--home", home,
        ]
      ).output)
    let stores = foreign["stores"]?.elements ?? []
    #expect(!stores.isEmpty)
    for store in stores {
      let said = store["issues"]?.elements.filter { $0["code"]?.string == "atime-may-change" }.count
      #expect(said ?? 0 <= 1)
    }
    #expect(
      stores.contains {
        $0["issues"]?.elements.contains { $0["code"]?.string == "atime-may-change" } ?? false
      })
  }
}
