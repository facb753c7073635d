/// The keys of all epochs that a header names.
public final class VolumeKeys: Sendable {
  /// The epochs' keys, their numbers ascending; at least one.
  let epochs: [EpochKeys]
  /// The newest epoch, under which everything new is sealed.
  public let last: EpochKeys

  /// Gathers the keys of epochs before the last, and the last.
  init(_ before: some Sequence<EpochKeys>, _ last: EpochKeys) {
    epochs = before + [last]
    self.last = last
  }

  /// The keys of an epoch; nil where the header does not name it.
  public subscript(epoch: UInt32) -> EpochKeys? {
    epochs.first { $0.number == epoch }
  }
}
