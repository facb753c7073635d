internal import Erasure
internal import SystemPackage

/// The folder of plaintext that is no longer the truth: what a lock that was cut off left there is
/// overwritten and removed, without ever being read.
enum ErasingFolder {
  /// Overwrites and removes what is there.
  ///
  /// A file that has further names elsewhere is left at first: they may be in the store and still on
  /// their way here. At last it is removed without being overwritten.
  static func finish(
    _ folder: FolderHandle, _ report: inout LockReport, isLast: Bool
  ) throws(VaultError) {
    var files: [PlainSurvey.FileID: [FileName]] = [:]
    var found: [(name: FileName, facts: FileFacts)] = []
    for name in try folder.names().sorted() {
      guard let facts = try folder.facts(of: name) else { continue }
      found.append((name, facts))
      files[PlainSurvey.FileID(facts), default: []].append(name)
    }
    var isOverwritten: Set<PlainSurvey.FileID> = []
    var done: [FileName] = []
    for (name, facts) in found {
      let id = PlainSurvey.FileID(facts)
      let isOurs = files[id]?.count == Int(clamping: facts.names)
      guard isOurs || isLast else { continue }
      done.append(name)
      guard facts.kind == .file, isOverwritten.insert(id).inserted else { continue }
      let path = folder.path.appending(name)
      if isOurs {
        let file = try folder.file(name, writing: true)
        do throws(ErasureError) {
          report.add(
            .success(try Overwriting.overwrite(file.descriptor, at: path)), path, facts.size)
        } catch {
          report.add(.failure(error), path, facts.size)
        }
      } else {
        report.notOverwritten.append(NotTaken(path: path, why: LockReport.sharedOutside))
      }
    }
    if done.isEmpty { return }
    try folder.syncFileSystem()
    for name in done { try folder.removeIfThere(name) }
    try folder.sync()
  }
}

extension LockReport {
  static let sharedOutside =
    "it has another name outside of the store, so it was only removed here"

  /// Counts what came of overwriting a file.
  mutating func add(
    _ result: Result<OverwriteResult, ErasureError>, _ path: FilePath, _ size: UInt64
  ) {
    switch result {
    case .success(.overwritten): overwritten.add(size)
    case .success(.notInPlace(let obstacle, _)):
      notOverwritten.append(NotTaken(path: path, why: obstacle.why))
    case .failure(let error):
      notOverwritten.append(NotTaken(path: path, why: "cannot \(error.act): \(error.cause)"))
    }
  }
}
