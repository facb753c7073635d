import Glibc

/// What a program that was run to its end said.
public struct ProgramResult: Sendable {
  /// The exit status; 128 plus the signal's number where one ended it.
  public var status: Int32
  /// Standard output.
  public var output: [UInt8]
  /// Standard error.
  public var errors: [UInt8]

  /// Standard output as text.
  public var text: String { String(decoding: output, as: UTF8.self) }
  /// Standard error as text.
  public var errorText: String { String(decoding: errors, as: UTF8.self) }
}

/// A program could not be started.
public struct ProgramNotStarted: Error {
  /// Its name.
  public var name: String
  /// The error number of `posix_spawnp`, or the exit status.
  public var reason: Int32

  /// Makes the error of a program's name and a reason.
  public init(name: String, reason: Int32) {
    self.name = name
    self.reason = reason
  }
}

/// Runs a program to its end, its output going to files so that no pipe can fill.
public func run(
  _ program: String, _ arguments: [String], environment extra: [String: String] = [:],
  in folder: String? = nil
) throws -> ProgramResult {
  let scratch = try TemporaryFolder()
  let (out, err) = (scratch.path + "/out", scratch.path + "/err")
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  posix_spawn_file_actions_addopen(&actions, 2, err, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  var environment: [String: String] = extra
  for name in ["PATH", "HOME", "TMPDIR", "USER"] where environment[name] == nil {
    if let value = getenv(name) { environment[name] = String(cString: value) }
  }
  // `env -C` goes to the folder first: posix_spawn itself cannot, as far as the importer sees.
  let words = folder.map { ["env", "-C", $0, program] + arguments } ?? [program] + arguments
  var pointers = words.map { strdup($0) } + [nil]
  var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
  defer { for word in pointers + variables { free(word) } }
  var child: pid_t = 0
  let reason = posix_spawnp(
    &child, folder == nil ? program : "env", &actions, nil, &pointers, &variables)
  guard reason == 0 else { throw ProgramNotStarted(name: program, reason: reason) }
  var status: Int32 = 0
  while waitpid(child, &status, 0) < 0 && errno == EINTR {}
  let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  return ProgramResult(
    status: code, output: try contents(out), errors: try contents(err))
}

/// The whole of a file.
public func contents(_ path: String) throws -> [UInt8] {
  guard let file = fopen(path, "re") else { throw ProgramNotStarted(name: path, reason: errno) }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { return bytes }
    bytes += buffer[..<count]
  }
}

/// Writes a file, its folders made first.
public func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
  if let slash = path.lastIndex(of: "/") { try makeFolders(String(path[..<slash])) }
  guard let file = fopen(path, "we") else { throw ProgramNotStarted(name: path, reason: errno) }
  defer { fclose(file) }
  let all = Array(bytes)
  guard fwrite(all, 1, all.count, file) == all.count else {
    throw ProgramNotStarted(name: path, reason: errno)
  }
}

/// Makes a folder and those above it.
public func makeFolders(_ path: String) throws {
  var made = path.hasPrefix("/") ? "" : "."
  for part in path.split(separator: "/") {
    made += "/\(part)"
    if mkdir(made, 0o755) != 0, errno != EEXIST {
      throw ProgramNotStarted(name: made, reason: errno)
    }
  }
}

/// Says on standard error, loudly, what a test could not try on this machine.
public func announce(_ line: String) {
  var text = "\n*** \(line)\n"
  text.withUTF8 { bytes in
    _ = Glibc.write(2, bytes.baseAddress, bytes.count)
  }
}
