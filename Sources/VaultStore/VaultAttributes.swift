internal import Synchronization
internal import SystemPackage
internal import VaultFormat

/// The folder of objects with long extended attributes, and which of them are in use.
final class VaultAttributes: Sendable {
  private let folder: FolderHandle?
  private let used = Mutex<Set<FileName>>([])

  init(in vault: FolderHandle) throws(VaultError) {
    let isThere = try vault.facts(of: VaultNames.attributes)?.kind == .folder
    folder = isThere ? try vault.folder(VaultNames.attributes) : nil
  }

  /// The attributes of an object, wherever they are.
  func attributes(
    of object: ObjectFile, _ workspace: ObjectWorkspace
  ) throws(ObjectFault) -> [UInt8] {
    let head = object.head
    guard head.attributesID != .none else { return head.attributes }
    guard let folder, let name = FileName(head.attributesID.hex) else {
      throw .failed(
        VaultError(.noSuchFileOrDirectory, object.file.path, "open the extended attributes of"))
    }
    _ = used.withLock { $0.insert(name) }
    let stored = try workspace.openObject(in: folder, name)
    guard stored.head.kind == .attributes else { throw .kind(stored.head.kind) }
    guard stored.digest == head.attributesDigest else {
      throw .head(VaultFormatError(.damaged, "attributes", "are not those that belong to it"))
    }
    return try workspace.collect(stored, limit: 1 << 26)
  }

  /// Checks the attributes of an object.
  func check(
    of object: ObjectFile, _ place: VaultTreePlace, _ workspace: ObjectWorkspace
  ) throws(VaultError) -> VaultFinding? {
    do throws(ObjectFault) {
      let attributes = try attributes(of: object, workspace)
      do throws(VaultFormatError) {
        _ = try ExtendedAttributes.decode(attributes)
      } catch {
        throw .head(error)
      }
      return nil
    } catch {
      let file = "\(VaultNames.attributes.text)/\(object.head.attributesID.hex)"
      var finding = try error.finding(path: place.path, file: file)
      finding.kind = .metadata
      finding.text = "its extended attributes: \(finding.text)"
      return finding
    }
  }

  /// What is in the folder and belongs to no object that was checked.
  func finish() throws(VaultError) -> [VaultFinding] {
    guard let folder else { return [] }
    let used = used.withLock { $0 }
    return try folder.names().filter { !used.contains($0) }.sorted().map { name in
      VaultFinding(
        .added, file: "\(VaultNames.attributes.text)/\(name.text)",
        "belongs to nothing in the vault")
    }
  }
}
