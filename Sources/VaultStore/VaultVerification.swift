internal import Glibc
internal import Secrets
internal import Synchronization
internal import SystemPackage
internal import VaultFormat

/// Checks every byte of a locked vault: headers, manifests, heads, seal pages, data pages, holes,
/// lengths, names, and that nothing is missing or more than it should be.
///
/// Memory grows with the manifest alone, by some 115 bytes an entry and its name.
public final class VaultVerification: Sendable {
  /// Where work is taken from.
  private struct Queue {
    /// Walks still to be done; the last one is under way.
    var walks: [VaultTreeWalk]
    /// Long objects of which ranges are still to be taken.
    var long: [LongObject] = []
    /// Workers that may still come across a long object.
    var busy = 0
  }

  /// A long object that several workers check together.
  private final class LongObject: Sendable {
    struct State {
      var nodes: [Digest]
      var next = 0
      var left: Int
      var fault: ObjectFault?
    }

    let object: ObjectFile
    let place: VaultTreePlace
    let shape: ObjectShape
    let state: Mutex<State>

    init(_ object: ObjectFile, _ place: VaultTreePlace, _ shape: ObjectShape) {
      self.object = object
      self.place = place
      self.shape = shape
      let count = shape.ranges
      state = Mutex(State(nodes: [Digest](repeating: .zero, count: count), left: count))
    }
  }

  private enum Job {
    case step(VaultTreeStep)
    case range(LongObject, Int)
    case wait
    case end
  }

  private let queue: Mutex<Queue>
  private let report: Mutex<VaultReport>
  private let comparison: ManifestComparison
  private let attributes: VaultAttributes
  private let monitor: ActMonitor
  private let isReadingContents: Bool

  /// Verifies a vault.
  /// - Parameters:
  ///   - vault: The vault, opened.
  ///   - records: What this machine remembers.
  ///   - readingContents: Whether to read contents in blocks; without, what their heads say is believed.
  ///   - claiming: Whether to keep others from changing it meanwhile; not where the caller does.
  ///   - monitor: Is told of progress, and asked whether to go on.
  /// - Throws: `VaultError` for what kept it from looking: no memory, an interruption, an open vault.
  public static func run(
    _ vault: OpenedVault, records: SealRecords = .standard, readingContents: Bool = true,
    claiming: Bool = true, _ monitor: ActMonitor = ActMonitor()
  ) throws(VaultError) -> VaultReport {
    try run(
      vault, records: records, readingContents: readingContents, claiming: claiming,
      expecting: nil, monitor)
  }

  /// Verifies a vault that should hold something else than its newest manifest lists.
  static func run(
    _ vault: OpenedVault, records: SealRecords, readingContents: Bool, claiming: Bool,
    expecting expected: ManifestTable?, _ monitor: ActMonitor
  ) throws(VaultError) -> VaultReport {
    let claim = claiming ? try vault.folder.claim(shared: true) : nil
    defer { withExtendedLifetime(claim) {} }
    let workspaces = try ObjectWorkspace.forWorkers(vault.header.keys)
    for workspace in workspaces {
      workspace.progress = { (bytes) throws(VaultError) in
        monitor.done(bytes: bytes)
        try monitor.check(vault.path)
      }
    }
    var survey = try VaultSurvey(vault, workspaces[0])
    try survey.compare(with: records)
    var pending: PendingLog?
    if expected == nil {
      do throws(VaultError) {
        pending = try PendingLog(vault, records, workspaces[0])
      } catch {
        survey.noteLog(error)
      }
    }
    for workspace in workspaces { workspace.isTakingLonger = pending != nil }
    let verification = try VaultVerification(
      vault, survey, expected ?? pending?.table, readingContents: readingContents, monitor)
    try Workers.run(workspaces.count) { (worker, workers) throws(VaultError) in
      while !workers.isStopped, try verification.work(workspaces[worker]) {}
    }
    var report = try verification.finish()
    if let pending { report.findings.removeAll { pending.accounts(for: $0) } }
    return report
  }

  private init(
    _ vault: OpenedVault, _ survey: VaultSurvey, _ expected: ManifestTable?,
    readingContents: Bool, _ monitor: ActMonitor
  ) throws(VaultError) {
    isReadingContents = readingContents
    let table = expected ?? survey.manifest?.table ?? ManifestTable()
    let comparison = ManifestComparison(
      table, isRotating: vault.header.header.epochs.count > 1)
    self.comparison = comparison
    var walks: [VaultTreeWalk] = []
    for epoch in vault.header.header.epochs {
      guard let keys = vault.header.keys[epoch.number] else { continue }
      let walk = try VaultTreeWalk(
        of: keys, in: vault.folder, try ObjectWorkspace(vault.header.keys)
      ) { comparison.folder($0, $1) }
      if let walk { walks.append(walk) }
    }
    var files = FileCount()
    for row in table.rows where row.kind != .folder { files.add(row.size) }
    monitor.begin(.verifying, bytes: files.bytes, files: files.files)
    queue = Mutex(Queue(walks: walks))
    report = Mutex(survey.report)
    attributes = try VaultAttributes(in: vault.folder)
    self.monitor = monitor
  }

  // MARK: - Work

  /// Does what is next; false at the end.
  private func work(_ workspace: ObjectWorkspace) throws(VaultError) -> Bool {
    switch next() {
    case .end: return false
    case .wait:
      // Another worker may be opening a long object, or checks the last ranges of one.
      usleep(200)
    case .range(let long, let range): try check(range, of: long, workspace)
    case .step(let step):
      // `busy` is counted down on every way out.
      defer { queue.withLock { $0.busy -= 1 } }
      try check(step, workspace)
    }
    return true
  }

  private func next() -> Job {
    queue.withLock { queue in
      while let long = queue.long.last {
        let range = long.state.withLock { state -> Int? in
          guard state.next < long.shape.ranges else { return nil }
          state.next += 1
          return state.next - 1
        }
        if let range { return .range(long, range) }
        queue.long.removeLast()
      }
      while !queue.walks.isEmpty {
        if let step = queue.walks[queue.walks.count - 1].next() {
          queue.busy += 1
          return .step(step)
        }
        queue.walks.removeLast()
      }
      return queue.busy > 0 ? .wait : .end
    }
  }

  private func check(
    _ step: VaultTreeStep, _ workspace: ObjectWorkspace
  ) throws(VaultError) {
    switch step {
    case .end: break
    case .stray(let file, let text):
      report.withLock { $0.findings.append(VaultFinding(.added, file: file, text)) }
    case .folder(let place, .success(let object), _):
      try settle(object, place, fault: nil, workspace)
    case .folder(let place, .failure(let fault), _):
      var finding = try fault.finding(path: place.path, file: "\(place.file)/folder")
      if case .failed(let error) = fault, error.code == .system(.noSuchFileOrDirectory) {
        finding.kind = .missing
        finding.text = "the folder's head is missing"
      }
      comparison.notOpened(finding, at: place)
    case .object(let place, let folder, let disk):
      let object: ObjectFile
      do throws(ObjectFault) {
        object = try workspace.openObject(in: folder.handle, disk, readingAhead: true)
        guard object.head.kind == .file || object.head.kind == .link else {
          throw .kind(object.head.kind)
        }
      } catch {
        return comparison.notOpened(
          try error.finding(path: place.path, file: place.file), at: place)
      }
      try check(object, place, workspace)
    }
  }

  private func check(
    _ object: ObjectFile, _ place: VaultTreePlace, _ workspace: ObjectWorkspace
  ) throws(VaultError) {
    guard isReadingContents else { return try settle(object, place, fault: nil, workspace) }
    if let shape = object.shape, shape.ranges > 1 {
      let long = LongObject(object, place, shape)
      return queue.withLock { $0.long.append(long) }
    }
    var fault: ObjectFault?
    do throws(ObjectFault) {
      try workspace.readBlocks(of: object, into: CheckingSink())
    } catch {
      fault = error
    }
    try settle(object, place, fault: fault, workspace)
  }

  private func check(
    _ range: Int, of long: LongObject, _ workspace: ObjectWorkspace
  ) throws(VaultError) {
    var node = Digest.zero
    var fault: ObjectFault?
    do throws(ObjectFault) {
      node = try workspace.readRange(range, of: long.object, long.shape, into: CheckingSink())
    } catch {
      fault = error
    }
    let nodes: [Digest]? = long.state.withLock { state in
      state.nodes[range] = node
      state.fault = state.fault ?? fault
      state.left -= 1
      return state.left == 0 ? state.nodes : nil
    }
    guard let nodes else { return }
    fault = long.state.withLock { $0.fault }
    if fault == nil {
      do throws(ObjectFault) {
        try workspace.check(root: nodes, of: long.object)
      } catch {
        fault = error
      }
    }
    try settle(long.object, long.place, fault: fault, workspace)
  }

  /// Compares an object, of which all but its attributes has been checked, with the manifest.
  private func settle(
    _ object: ObjectFile, _ place: VaultTreePlace, fault: ObjectFault?,
    _ workspace: ObjectWorkspace
  ) throws(VaultError) {
    let finding = try fault?.finding(path: place.path, file: place.file)
    comparison.found(object, at: place, finding)
    if let finding = try attributes.check(of: object, place, workspace) {
      report.withLock { $0.findings.append(finding) }
    }
    guard object.head.kind != .folder else { return }
    report.withLock { $0.files.add(object.head.size) }
    monitor.done(files: 1)
  }

  private func finish() throws(VaultError) -> VaultReport {
    var report = report.withLock { $0 }
    report.findings += comparison.finish()
    report.findings += try attributes.finish()
    report.findings.sort { left, right in
      (left.path ?? [], left.file).0.lexicographicallyPrecedes(right.path ?? [])
        || (left.path ?? []) == (right.path ?? []) && left.file < right.file
    }
    return report
  }
}
