internal import Secrets
internal import Synchronization
internal import VaultFormat

/// Compares what a walk finds in the vault with what the manifest lists.
///
/// Whatever is where the manifest has it is settled at once; the rest is gathered and explained at the
/// end, when it is known what else is missing or out of place.
final class ManifestComparison: Sendable {
  /// Something that is not as the manifest lists it.
  struct Oddity: Sendable {
    let place: VaultTreePlace
    /// Whose object it is, where its head opens or at least says so.
    let id: ObjectID?
    /// What is wrong with the object itself, if anything is.
    let fault: VaultFinding?
  }

  private struct State {
    /// A bit for each row that was found in its place, or accounted for otherwise.
    var settled: [UInt64]
    var oddities: [Oddity] = []
    var findings: [VaultFinding] = []
  }

  private struct NameInFolder: Hashable {
    let folder: ObjectID
    let name: [UInt8]
  }

  private let table: ManifestTable
  /// Whether keys are being rotated: objects may then be of a newer epoch than the manifest says.
  private let isRotating: Bool
  private let folders: [NameInFolder: ObjectID]
  private let state: Mutex<State>

  init(_ table: ManifestTable, isRotating: Bool) {
    self.table = table
    self.isRotating = isRotating
    var folders: [NameInFolder: ObjectID] = [:]
    for (number, row) in table.rows.enumerated() where row.kind == .folder {
      let number = UInt32(number)
      let key = NameInFolder(folder: table.folderID(number), name: Array(table.name(number)))
      folders[key] = row.id
    }
    self.folders = folders
    state = Mutex(State(settled: [UInt64](repeating: 0, count: table.rows.count / 64 + 1)))
  }

  /// The id that the manifest gives for a folder.
  func folder(_ folder: ObjectID, _ name: [UInt8]) -> ObjectID? {
    folders[NameInFolder(folder: folder, name: name)]
  }

  /// Takes an object whose head opens.
  ///
  /// `fault` is what is wrong with the rest of it, if anything is.
  func found(_ object: ObjectFile, at place: VaultTreePlace, _ fault: VaultFinding? = nil) {
    let head = object.head
    let row = table.rows(of: head.id).first { number in
      table.folderID(number) == place.folderID
        && place.name.map { table.name(number).elementsEqual($0) } == true
    }
    guard let row else {
      let oddity = Oddity(place: place, id: head.id, fault: fault)
      return state.withLock { $0.oddities.append(oddity) }
    }
    let finding = fault ?? difference(object, table.rows[Int(row)], place)
    state.withLock { state in
      Self.settle(row, &state)
      if let finding { state.findings.append(finding) }
    }
  }

  /// Takes something whose head does not open.
  func notOpened(_ fault: VaultFinding, at place: VaultTreePlace) {
    state.withLock { $0.oddities.append(Oddity(place: place, id: nil, fault: fault)) }
  }

  private func difference(
    _ object: ObjectFile, _ row: ManifestTable.Row, _ place: VaultTreePlace
  ) -> VaultFinding? {
    let head = object.head
    if object.digest == row.head { return nil }
    if isRotating, head.epoch > row.epoch, head.kind == row.kind, head.size == row.size {
      return nil
    }
    if head.epoch < row.epoch || head.generation < row.generation {
      return VaultFinding(
        .rolledBack, path: place.path, file: place.file,
        "is an earlier state: generation \(head.generation), and \(row.generation) was sealed")
    }
    return VaultFinding(
      .changed, path: place.path, file: place.file,
      "is not the state that was sealed: generation \(head.generation), not \(row.generation)")
  }

  private static func settle(_ row: UInt32, _ state: inout State) {
    state.settled[Int(row / 64)] |= 1 << UInt64(row % 64)
  }

  private static func isSettled(_ row: UInt32, _ state: State) -> Bool {
    state.settled[Int(row / 64)] & 1 << UInt64(row % 64) != 0
  }

  // MARK: - The end

  /// Explains what is left.
  func finish() -> [VaultFinding] {
    state.withLock { state in
      let oddities = state.oddities.sorted { $0.place.file < $1.place.file }
      let own = rows(at: oddities)
      // Those that hold a place of the manifest come first: what they hide is not missing.
      for case let row? in own { Self.settle(row, &state) }
      for (oddity, row) in zip(oddities, own) {
        let finding = row.map { explain(oddity, inPlaceOf: $0) } ?? explain(oddity, &state)
        state.findings.append(finding)
      }
      for row in table.rows.indices where !Self.isSettled(UInt32(row), state) {
        let path = table.path(UInt32(row))
        state.findings.append(
          VaultFinding(.missing, path: path, file: "", "is not in the vault any more"))
      }
      return state.findings
    }
  }

  /// The rows of the places in which oddities are, looked for in one pass.
  private func rows(at oddities: [Oddity]) -> [UInt32?] {
    var rows = [UInt32?](repeating: nil, count: oddities.count)
    if oddities.isEmpty { return rows }
    var wanted: [NameInFolder: [Int]] = [:]
    for (index, oddity) in oddities.enumerated() {
      guard let name = oddity.place.name else { continue }
      wanted[NameInFolder(folder: oddity.place.folderID, name: name), default: []].append(index)
    }
    for row in table.rows.indices {
      let row = UInt32(row)
      let key = NameInFolder(folder: table.folderID(row), name: Array(table.name(row)))
      for index in wanted[key] ?? [] { rows[index] = row }
    }
    return rows
  }

  /// Explains what stands in the place of something else.
  private func explain(_ oddity: Oddity, inPlaceOf row: UInt32) -> VaultFinding {
    let place = oddity.place
    guard let id = oddity.id else {
      return oddity.fault
        ?? VaultFinding(.changed, path: place.path, file: place.file, "does not open")
    }
    if let other = table.rows(of: id).first {
      return VaultFinding(
        .swapped, path: place.path, file: place.file, "holds what is \(shown(other)) in the store")
    }
    return VaultFinding(
      .rolledBack, path: place.path, file: place.file,
      "holds an object that was there before the vault was last sealed")
  }

  /// Explains what stands where the manifest has nothing.
  private func explain(_ oddity: Oddity, _ state: inout State) -> VaultFinding {
    let place = oddity.place
    let rows = oddity.id.map { table.rows(of: $0) } ?? []
    guard let row = rows.first(where: { !Self.isSettled($0, state) }) else {
      let text =
        if let known = rows.first {
          "is a copy of \(shown(known))"
        } else if oddity.id != nil {
          "is an object that was not there when the vault was last sealed"
        } else {
          oddity.fault?.text ?? "does not belong to the vault"
        }
      return VaultFinding(.added, path: place.path, file: place.file, text)
    }
    Self.settle(row, &state)
    let path = table.path(row)
    if var fault = oddity.fault {
      fault.path = path
      return fault
    }
    if place.name == nil, table.folderID(row) == place.folderID {
      return VaultFinding(
        .changed, path: path, file: place.file,
        "its name on disk: \(place.nameFault ?? "is not as it was written")")
    }
    return VaultFinding(
      .moved, path: path, file: place.file,
      place.path.map { "is found as \(String(decoding: $0, as: UTF8.self))" }
        ?? "is found in another place")
  }

  private func shown(_ row: UInt32) -> String {
    let path = table.path(row)
    return path.isEmpty ? "the store's own folder" : String(decoding: path, as: UTF8.self)
  }
}
