internal import Erasure
internal import SystemPackage

extension LockItem {
  /// Overwrites a file that has been moved out of the store, unless it is somebody else's too.
  func overwrite(_ monitor: ActMonitor) throws(VaultError) {
    guard case .file(let file, _) = source else { return }
    let facts = try file.facts()
    // A name outside, or one that was made since: the contents are not ours alone.
    guard facts.names == UInt64(moved.count) else {
      isSharedOutside = true
      return
    }
    do throws(ErasureError) {
      overwriting = .success(try Overwriting.overwrite(file.descriptor, at: path))
    } catch {
      overwriting = .failure(error)
    }
    monitor.passed(facts.size)
  }
}
