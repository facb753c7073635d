/// How the processes of an application are told from others.
public struct ProgramNames: Sendable {
  /// Names of its executable files.
  public var executables: Set<String>
  /// Beginnings of the last part of an argument, for programs that an interpreter runs.
  public var arguments: Set<String>
  /// A folder that the executable must lie below, where its name says little; compared without case.
  public var folder: String?

  /// Makes names.
  public init(
    executables: Set<String>, arguments: Set<String> = [], below folder: String? = nil
  ) {
    self.executables = executables
    self.arguments = arguments
    self.folder = folder
  }

  /// Whether a process is one of the application's.
  /// - Parameters:
  ///   - executable: The path of its executable file; empty where it is not known.
  ///   - command: The name the system shows of it.
  ///   - arguments: Its arguments, the program's name first.
  public func match(executable: String, command: String, arguments: [String]) -> Bool {
    let name = executable.split(separator: "/").last.map(String.init) ?? ""
    if let folder {
      let folders = executable.lowercased().split(separator: "/").dropLast()
      return executables.contains(name) && folders.contains { $0.hasPrefix(folder) }
    }
    if executables.contains(name) || executables.contains(command) { return true }
    return arguments.prefix(4).contains { argument in
      let last = argument.split(separator: "/").last ?? ""
      return self.arguments.contains { last.hasPrefix($0) }
    }
  }
}
