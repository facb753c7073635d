public import Conversations
import EvidenceFiles
public import SystemPackage

/// LM Studio, from 0.2 to 0.4, its headless daemon, and Bionic of the same vendor.
public struct LMStudio: Application {
  static let id = ApplicationID(rawValue: "lm-studio")

  /// Makes the application.
  public init() {}

  public var id: ApplicationID { LMStudio.id }
  public var displayName: String { "LM Studio" }
  public let programs = ProgramNames(
    executables: ["lm-studio", "LM Studio", "lmstudio", "llmster"])

  /// Looks at all homes of the application: a pointer file decides which one is used, and upgraders
  /// have both of the others, with chats of different ages.
  public func survey(_ home: Home, _ survey: inout Survey) {
    let pointer = home.place(".lmstudio-home-pointer")
    if let file = survey.file(id, at: pointer) {
      survey.cover(file)
      if let folder = LMStudio.target(of: file, &survey) { claimHome(folder, &survey) }
    }
    for place in [".cache/lm-studio", ".lmstudio"] {
      if let folder = survey.folder(id, at: home.place(place)) { claimHome(folder, &survey) }
    }
    for (base, name) in LMStudio.profiles {
      if let folder = LMStudio.folder(home, base, name, &survey) { claimProfile(folder, &survey) }
    }
    for name in ["LM Studio", "Bionic"] {
      if let folder = LMStudio.folder(home, .macLogs, name, &survey) {
        claim(.logs, folder, "electron-log", FileStore(passages: .log), &survey)
      }
    }
    // Only readers by third parties know this variable; the application itself was not seen to.
    for setting in survey.environment where setting.name == "BIONIC_HOME" {
      guard setting.home == nil || setting.home == home.path else { continue }
      let source = setting.source ?? home.path
      if let folder = survey.follow(setting.value, named: source), survey.tree.isFolder(folder) {
        claimBionic(folder, &survey)
      }
    }
  }

  /// Looks at the homes of service accounts that unit files name: the headless daemon has no place of
  /// its own.
  public func survey(system root: FilePath, _ survey: inout Survey) {
    for setting in survey.environment where setting.name == "HOME" && setting.source != nil {
      guard let source = setting.source, let home = survey.follow(setting.value, named: source)
      else { continue }
      for place in [".cache/lm-studio", ".lmstudio"] {
        let folder = home.appending(place)
        if survey.tree.isFolder(folder) { claimHome(folder, &survey) }
      }
    }
  }

  private static let profiles: [(Home.Base, String)] = [
    (.config, "LM Studio"), (.applicationSupport, "LM Studio"), (.roaming, "LM Studio"),
    (.config, "Bionic"), (.applicationSupport, "Bionic"), (.roaming, "Bionic"),
  ]

  /// The folder that the pointer file names: one path, with white space around it perhaps.
  private static func target(of file: FilePath, _ survey: inout Survey) -> FilePath? {
    do throws(EvidenceError) {
      let bytes = try survey.tree.contents(file, limit: 64 << 10)
      let spaces: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D, 0]
      let begin = bytes.firstIndex { !spaces.contains($0) } ?? bytes.endIndex
      let end = bytes.lastIndex { !spaces.contains($0) } ?? begin
      guard begin < end else { return nil }
      let name = String(decoding: bytes[begin...end], as: UTF8.self)
      guard let folder = survey.follow(name, named: file) else { return nil }
      guard survey.tree.isFolder(folder) else { return nil }
      survey.look(id, folder, .found)
      return folder
    } catch {
      survey.add(Issue(error))
      return nil
    }
  }

  /// A folder at one of a system's bases; names of Windows differ in case in some images.
  private static func folder(
    _ home: Home, _ base: Home.Base, _ name: String, _ survey: inout Survey
  ) -> FilePath? {
    let path = home.place(base, name)
    if base == .roaming, !survey.tree.isFolder(path) {
      var current = home.path
      for part in base.rawValue.split(separator: "/").map(String.init) + [name] {
        guard let listing = try? survey.tree.list(current),
          let entry = listing.entry(part, ignoringCase: true)
        else { return survey.folder(id, at: path, of: base.system) }
        current = listing.path(of: entry)
      }
      return survey.folder(id, at: current, of: base.system)
    }
    return survey.folder(id, at: path, of: base.system)
  }
}
