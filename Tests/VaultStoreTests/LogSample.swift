import SystemPackage
import TestSupport
import VaultFormat

@testable import VaultStore

/// A vault with a log that has one change of every kind, each with its promise, and what the store is after
/// each.
struct LogSample {
  static let longName = String(repeating: "l", count: 200)
  static let entries: [(String, SampleVault.Entry)] = [
    ("changed", .file(sampleBytes(400_000, seed: 1))), ("removed", .file([1, 2, 3])),
    ("renamed", .file(sampleBytes(9000, seed: 2))), ("left", .file([4])), ("right", .file([5, 6])),
    ("linked", .file(sampleBytes(5000, seed: 3))), ("replaced", .file([7])),
    ("replacing", .file([8, 8])), ("untouched", .file(sampleBytes(5000, seed: 4))),
    ("folder", .folder([("child", .file([9])), ("other", .file([10])), (longName, .file([11]))])),
  ]

  let log: LogUnderTest
  /// The store before the log and after each promise.
  private(set) var states: [[String: [UInt8]]] = []
  /// What whoever wrote the log did to the tree after the promises, one step at a time.
  private(set) var steps: [(SampleVault) throws -> Void] = []

  init() throws {
    log = try LogUnderTest(Self.entries)
    states.append(try log.contents())
    try changeContents()
    try changeNames()
    try changeFolders()
  }

  private mutating func promise(_ change: (inout [String: [UInt8]]) -> Void) {
    log.promise()
    var state = states[states.count - 1]
    change(&state)
    states.append(state)
  }

  /// Lets the entry at a path of the tree as it is then get another name, or none.
  private mutating func step(
    _ id: ObjectID, _ name: String, to folder: ObjectID?, _ newName: String = ""
  ) throws {
    let keys = log.keys
    let (from, cipher) = (id, NameCipher(keys))
    let old = try TreeName(cipher.encode(name: Array(name.utf8), in: from))
    let new = try folder.map {
      ($0, try TreeName(cipher.encode(name: Array(newName.utf8), in: $0)))
    }
    steps.append { vault in
      let source = try vault.folder(from)
      guard let (folder, new) = new else { return try source.remove(old.object) }
      let target = try vault.folder(folder)
      if let rest = new.rest { try target.create(rest.name, holding: rest.bytes) }
      try source.rename(old.object, to: target, as: new.object)
      if let rest = old.rest { try source.removeIfThere(rest.name) }
    }
  }

  private mutating func changeContents() throws {
    let changed = sampleBytes(450_000, seed: 20)
    var head = log.next(try log.object("changed").head)
    head.attributes = []
    log.log(try log.file(head, changed), of: head.id)
    promise { $0["changed"] = changed }
    let root = try log.id("")
    try log.make(.file, "short", in: root, [21])
    let long = sampleBytes(300_000, seed: 22)
    try log.make(.file, "long", in: root, long)
    try log.make(.link, "link", in: root, Array("anywhere".utf8))
    promise { state in
      state["short"] = [21]
      state["long"] = long
      state["link"] = Array("anywhere".utf8)
    }
  }

  private mutating func changeNames() throws {
    let root = try log.id("")
    try log.removeName("removed", in: root, of: log.id("removed"))
    try step(root, "removed", to: nil)
    promise { $0["removed"] = nil }
    try log.removeName("renamed", in: root, of: log.id("renamed"))
    try log.addName(Self.longName, in: root, of: log.id("renamed"))
    try step(root, "renamed", to: root, Self.longName)
    promise { $0[Self.longName] = $0.removeValue(forKey: "renamed") }
    let (left, right) = (try log.id("left"), try log.id("right"))
    try log.removeName("left", in: root, of: left)
    try log.removeName("right", in: root, of: right)
    try log.addName("left", in: root, of: right)
    try log.addName("right", in: root, of: left)
    let names = try ["left", "right"].map { name in
      try TreeName(NameCipher(log.keys).encode(name: Array(name.utf8), in: root)).object
    }
    steps.append { vault in try vault.folder(root).exchange(names[0], names[1]) }
    promise { state in
      state["left"] = [5, 6]
      state["right"] = [4]
    }
    try log.addName("second", in: root, of: log.id("linked"))
    promise { $0["second"] = $0["linked"] }
    try log.removeName("replacing", in: root, of: log.id("replacing"))
    try log.removeName("replaced", in: root, of: log.id("replaced"))
    try log.addName("replaced", in: root, of: log.id("replacing"))
    try step(root, "replacing", to: root, "replaced")
    promise { $0["replaced"] = $0.removeValue(forKey: "replacing") }
    // The name of what was removed is taken by something new.
    try log.make(.file, "removed", in: root, [30])
    promise { $0["removed"] = [30] }
  }

  private mutating func changeFolders() throws {
    let root = try log.id("")
    let folder = try log.id("folder")
    let made = try log.make(.folder, "made", in: root)
    try log.make(.file, "in it", in: made, [40])
    promise { $0["made/in it"] = [40] }
    try log.removeName("child", in: folder, of: log.id("folder/child"))
    try log.addName("moved out", in: made, of: log.id("folder/child"))
    try log.removeName("folder", in: root, of: folder)
    try log.addName("moved", in: made, of: folder)
    promise { state in
      state["made/moved out"] = state.removeValue(forKey: "folder/child")
      for name in ["other", Self.longName] {
        state["made/moved/\(name)"] = state.removeValue(forKey: "folder/\(name)")
      }
    }
    let gone = try log.make(.folder, "gone", in: root)
    let file = try log.make(.file, "briefly", in: gone, [41])
    promise { $0["gone/briefly"] = [41] }
    try log.removeName("briefly", in: gone, of: file)
    try log.addName("saved", in: root, of: file)
    try log.removeName("gone", in: root, of: gone)
    promise { state in state["saved"] = state.removeValue(forKey: "gone/briefly") }
  }
}

extension SampleVault {
  /// The folder of the tree with an id, wherever it is.
  func folder(_ id: ObjectID) throws -> FolderHandle {
    let workspace = try ObjectWorkspace(header.keys)
    var left = [try folder.folder(VaultNames.tree(1))]
    while let next = left.popLast() {
      if try workspace.open(next.file(VaultNames.folderHead)).head.id == id { return next }
      for name in try next.names() where try next.facts(of: name)?.kind == .folder {
        left.append(try next.folder(name))
      }
    }
    throw VaultError(.refused, path, "no such folder")
  }
}
