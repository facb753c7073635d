internal import Synchronization

/// Gathers contents in memory, for those that are short by nature: link targets, attributes, manifests.
final class CollectingSink: BlockSink {
  static let wantsPlaintext = true

  private let bytes: Mutex<[UInt8]>

  /// Makes a sink for contents of a size in bytes.
  init(count: Int) {
    bytes = Mutex([UInt8](repeating: 0, count: count))
  }

  /// What was gathered.
  var collected: [UInt8] { bytes.withLock { $0 } }

  func take(
    _ contents: Range<UInt64>, _ plaintext: UnsafeMutableRawBufferPointer,
    seals: UnsafeRawBufferPointer, with workspace: ObjectWorkspace
  ) {
    let part = unsafe UnsafeRawBufferPointer(rebasing: plaintext[..<contents.count])
    bytes.withLock { bytes in
      unsafe bytes.withUnsafeMutableBytes {
        unsafe UnsafeMutableRawBufferPointer(
          rebasing: $0[Int(contents.lowerBound)..<Int(contents.upperBound)]
        ).copyMemory(from: part)
      }
    }
  }

  func skip(_ contents: Range<UInt64>, with workspace: ObjectWorkspace) {}
}
