internal import Secrets
internal import Synchronization
internal import SystemPackage
internal import VaultFormat

/// A manifest, read whole and found to be as it was sealed.
struct ManifestFile: Sendable {
  /// What stands before the entries.
  let header: ManifestHeader
  /// The digest of the page of its head.
  let digest: Digest
  /// The entries.
  let table: ManifestTable

  /// The counters of the manifests in a vault's folder, the newest first.
  static func counters(in vault: FolderHandle) throws(VaultError) -> [UInt64] {
    try vault.names().compactMap { VaultNames.counter(ofManifest: $0) }.sorted(by: >)
  }

  /// Reads the manifest with a counter.
  init(
    _ counter: UInt64, of vaultID: ObjectID, in vault: FolderHandle,
    _ workspace: ObjectWorkspace
  ) throws(ObjectFault) {
    let object = try workspace.openObject(in: vault, VaultNames.manifest(counter))
    guard object.head.kind == .manifest else { throw .kind(object.head.kind) }
    let sink = ManifestSink()
    if object.shape == nil {
      unsafe object.head.contents.withUnsafeBytes { unsafe sink.push($0) }
    } else {
      try workspace.readBlocks(of: object, into: sink)
    }
    do throws(VaultFormatError) {
      (header, table) = try sink.finish()
      guard object.head.generation == counter, header.counter == counter else {
        throw VaultFormatError(.damaged, "manifest", "is that with counter \(header.counter)")
      }
      guard header.vaultID == vaultID else {
        throw VaultFormatError(.damaged, "manifest", "is of another vault")
      }
    } catch {
      throw .head(error)
    }
    digest = object.digest
  }
}

/// Takes up a manifest's entries as its blocks are read.
private final class ManifestSink: BlockSink {
  static let wantsPlaintext = true

  private struct State {
    var decoder = ManifestDecoder()
    var table = ManifestTable()
    var error: VaultFormatError?
  }

  private let state = Mutex(State())

  func take(
    _ contents: Range<UInt64>, _ plaintext: UnsafeMutableRawBufferPointer,
    seals: UnsafeRawBufferPointer, with workspace: ObjectWorkspace
  ) {
    unsafe push(UnsafeRawBufferPointer(rebasing: plaintext[..<contents.count]))
  }

  func skip(_ contents: Range<UInt64>, with workspace: ObjectWorkspace) {
    // No manifest has a hole: what follows will not fit.
  }

  func push(_ bytes: UnsafeRawBufferPointer) {
    state.withLock { state in
      guard state.error == nil else { return }
      unsafe state.decoder.push(bytes)
      do throws(VaultFormatError) {
        while let entry = try state.decoder.next() { try state.table.add(entry) }
      } catch {
        state.error = error
      }
    }
  }

  func finish() throws(VaultFormatError) -> (ManifestHeader, ManifestTable) {
    let result: Result<(ManifestHeader, ManifestTable), VaultFormatError> = state.withLock {
      state in
      if let error = state.error { return .failure(error) }
      state.table.index()
      do throws(VaultFormatError) {
        return .success((try state.decoder.finish(), state.table))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}
