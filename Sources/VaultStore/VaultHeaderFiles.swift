public import Secrets
internal import SystemPackage
public import VaultFormat

/// The two copies of a vault's header, as they were read.
public struct VaultHeaderFiles: Sendable {
  /// What one of the files holds.
  enum Copy: Sendable {
    case good(VaultHeader)
    case bad(VaultError)
    case missing
  }

  /// Both files, in the order of their names.
  let copies: [Copy]
  private let folder: FolderHandle

  /// Reads both files; that one or both cannot be read is no error yet.
  public init(readingIn folder: FolderHandle) throws(VaultError) {
    self.folder = folder
    var copies: [Copy] = []
    for name in VaultNames.headers { copies.append(try Self.read(name, in: folder)) }
    self.copies = copies
  }

  private static func read(_ name: FileName, in folder: FolderHandle) throws(VaultError) -> Copy {
    let path = folder.path.appending(name)
    guard let facts = try folder.facts(of: name) else { return .missing }
    guard facts.kind == .file else {
      return .bad(VaultError(.damaged, path, "is no regular file"))
    }
    let bytes: [UInt8]
    do throws(VaultError) {
      bytes = try folder.file(name).readAll(limit: VaultHeader.longest)
    } catch {
      return .bad(error)
    }
    do throws(VaultFormatError) {
      let header = try VaultHeader(parsing: bytes)
      guard header.kind == .vault else {
        return .bad(VaultError(.notAVault, path, "is the header of a key ring"))
      }
      return .good(header)
    } catch {
      return .bad(VaultError(error, path))
    }
  }

  /// The good copies, the one that counts first; one where both are the same.
  public var headers: [VaultHeader] {
    var headers: [VaultHeader] = []
    for case .good(let header) in copies where !headers.contains(header) { headers.append(header) }
    return headers.sorted { $0.generation > $1.generation }
  }

  /// The copy that counts, without any secret: what can be read of it is not yet authenticated.
  /// - Throws: `VaultError`; `notAVault`, `newer` or `damaged` where no copy can be read.
  public func newest() throws(VaultError) -> VaultHeader {
    if let header = headers.first { return header }
    let errors = copies.compactMap { if case .bad(let error) = $0 { error } else { nil } }
    // A version to come says more than damage, and damage more than that there is no header at all.
    let order: [VaultError.Code] = [.newer, .damaged, .notAVault]
    for code in order {
      if let error = errors.first(where: { $0.code == code }) { throw error }
    }
    throw errors.first ?? VaultError(.notAVault, folder.path, "is no vault: it has no header")
  }

  /// Opens a header by a secret.
  ///
  /// Where the copy that counts does not open, the other is tried: it may have been damaged, or put
  /// there by somebody, in a way that the checksum does not show.
  /// - Throws: `VaultError`; `wrongSecret` where the secret opens no slot of either.
  public func unlock(_ secret: borrowing SlotSecret) throws(VaultError) -> UnlockedHeader {
    try opened { (header) throws(VaultFormatError) in try header.unlock(secret) }
  }

  /// Opens a header by the keys that another process has handed over, trying both copies.
  /// - Throws: `VaultError`; `refused` where the keys are of another header.
  public func unlock(handedOver keys: borrowing SecureBytes) throws(VaultError) -> UnlockedHeader {
    try opened { (header) throws(VaultFormatError) in try header.unlock(handedOver: keys) }
  }

  private func opened(
    by unlock: (VaultHeader) throws(VaultFormatError) -> UnlockedHeader
  ) throws(VaultError) -> UnlockedHeader {
    let newest = try newest()
    var first: VaultFormatError?
    for header in headers {
      do throws(VaultFormatError) {
        return try unlock(header)
      } catch {
        first = first ?? error
      }
    }
    throw VaultError(
      first ?? VaultFormatError(.damaged, "header", "cannot be read"),
      folder.path.appending(VaultNames.headers[isFirst(newest) ? 0 : 1]))
  }

  private func isFirst(_ header: VaultHeader) -> Bool {
    if case .good(header) = copies[0] { true } else { false }
  }

  /// Whether both files hold this header.
  func areBoth(_ header: VaultHeader) -> Bool {
    copies.allSatisfy { if case .good(header) = $0 { true } else { false } }
  }

  /// What is wrong with the copies, given the header that was opened.
  func findings(_ opened: VaultHeader) -> [VaultFinding] {
    var findings: [VaultFinding] = []
    for (name, copy) in zip(VaultNames.headers, copies) {
      switch copy {
      case .good(opened): continue
      case .good(let other):
        let text =
          if other.vaultID != opened.vaultID {
            "is the header of another vault"
          } else if other.generation < opened.generation {
            "is an older header: generation \(other.generation), not \(opened.generation)"
          } else {
            "is not the header that the secret opened"
          }
        findings.append(VaultFinding(.header, file: name.text, text))
      case .bad(let error):
        findings.append(VaultFinding(.header, file: name.text, error.text))
      case .missing:
        findings.append(VaultFinding(.header, file: name.text, "is missing"))
      }
    }
    return findings
  }
}
