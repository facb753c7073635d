internal import Secrets
internal import SystemPackage
public import VaultFormat

/// What one worker needs to read and write objects: buffers for a group of blocks and the keys of the
/// object at hand, used again for the next.
///
/// Each takes about 850 KB, and one page of locked memory.
///
/// `@unchecked Sendable`: it is handed from thread to thread, but only one works with it at a time.
public final class ObjectWorkspace: @unchecked Sendable {
  /// Called after each group of blocks with the bytes of contents that it holds; what it throws ends
  /// the work.
  public var progress: (@Sendable (UInt64) throws(VaultError) -> Void)?
  /// Whether a file may be longer than its head says: where a vault was open and not closed, that was
  /// appended and not promised.
  var isTakingLonger = false
  /// The keys of the vault.
  public let volume: VolumeKeys
  /// A head or a seal page, and data pages behind it.
  let group = PageBuffer(pages: 1 + ObjectLayout.groupBlocks)
  /// The seals of the head's blocks; leaves of the root.
  let seals = PageBuffer(pages: 1)
  let leaves = PageBuffer(pages: 1)
  /// Contents to compare with.
  let other = PageBuffer(pages: ObjectLayout.groupBlocks)
  /// The keys of the object at hand.
  private(set) var keys: ObjectKeys
  private var companion: ObjectWorkspace?
  /// The file from which the first pages in `group` were read ahead, and how many.
  var fileRead: FileHandle?
  var pagesRead = 0

  /// Makes the workspace of a worker.
  /// - Throws: `VaultError` with `refused` where no more memory can be locked.
  public init(_ volume: VolumeKeys) throws(VaultError) {
    self.volume = volume
    do {
      keys = try ObjectKeys(volume.last, .none)
    } catch {
      throw VaultError(error, "memory")
    }
  }

  /// Makes as many workspaces as this machine keeps workers busy.
  /// - Throws: `VaultError` with `refused` where no more memory can be locked.
  public static func forWorkers(
    _ volume: VolumeKeys, count: Int = Workers.suitable
  ) throws(VaultError) -> [ObjectWorkspace] {
    var workspaces: [ObjectWorkspace] = []
    for _ in 0..<max(count, 1) { workspaces.append(try ObjectWorkspace(volume)) }
    return workspaces
  }

  /// A workspace for reading one object while another is written here; made when it is first needed.
  func reader() throws(VaultError) -> ObjectWorkspace {
    if let companion { return companion }
    let made = try ObjectWorkspace(volume)
    companion = made
    return made
  }

  /// Turns to an object.
  func turn(to epoch: EpochKeys, _ id: ObjectID) throws(VaultFormatError) {
    if keys.epoch !== epoch {
      keys = try ObjectKeys(epoch, id)
    } else if keys.id != id {
      keys.derive(for: id)
    }
  }
}
