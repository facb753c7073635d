internal import SystemPackage
internal import VaultFormat

extension ObjectFault {
  /// What is to be said of an object of which this was found.
  /// - Throws: `VaultError` for what says nothing of the object: no memory, an interruption.
  func finding(path: [UInt8]?, file: String) throws(VaultError) -> VaultFinding {
    let kind: VaultFinding.Kind
    switch self {
    case .failed(let error):
      guard case .system = error.code else { throw error }
      kind = .changed
    case .head(let error) where error.code == .noMemory:
      throw self.error("")
    case .length: kind = .truncated
    case .root: kind = .rolledBack
    case .kind: kind = .swapped
    case .notAFile, .head, .block, .sealPage, .differs: kind = .changed
    }
    return VaultFinding(kind, path: path, file: file, text)
  }
}
