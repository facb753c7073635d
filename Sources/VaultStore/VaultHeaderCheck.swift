internal import Secrets
internal import VaultFormat

/// How an opened header stands to what the newest manifest says of it.
enum VaultHeaderCheck: Equatable {
  /// The manifest was sealed with this header.
  case sealed
  /// It is newer: a change of keys was cut off before the manifest was sealed again.
  case unfinished
  /// It is an older one that was put back, or another one of the same generation.
  case putBack(String)

  init(_ header: VaultHeader, _ manifest: ManifestHeader) {
    if header.generation > manifest.headerGeneration {
      self = .unfinished
    } else if header.generation < manifest.headerGeneration {
      self = .putBack(
        "is of generation \(header.generation), and the vault was sealed with "
          + "\(manifest.headerGeneration)")
    } else if header.digest == manifest.headerDigest {
      self = .sealed
    } else {
      self = .putBack("is not the header that the vault was sealed with")
    }
  }
}
