internal import Secrets

/// A mark of the machine that sealed a vault, which means nothing on another vault or machine.
public struct HostMark: Hashable, Sendable {
  /// The length in bytes.
  public static let count = 16
  /// 16 zeros: the machine has no id.
  public static let unknown = HostMark(bytes: [UInt8](repeating: 0, count: count))

  /// The bytes.
  public let bytes: [UInt8]

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Makes the mark of a machine; `unknown` where its id is empty.
  public init(vault: ObjectID, machineID: [UInt8]) {
    guard !machineID.isEmpty else {
      self = .unknown
      return
    }
    var hash = KeyedHash()
    unsafe vault.withBytes { unsafe hash.add($0) }
    hash.add(machineID)
    bytes = Array(hash.digest().bytes[..<Self.count])
  }
}
