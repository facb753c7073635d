import ByteReading
import Conversations

/// Roles by their stored names, made once each.
struct StoredRoles {
  private var others: [(digest: ContentDigest, role: Role)] = []

  init() {}

  /// The role of that name.
  mutating func role(_ name: CompactText) -> Role {
    switch name {
    case "user": return .user
    case "assistant": return .assistant
    case "system": return .system
    case "tool": return .tool
    default: return other(name.digest) { name.text.string }
    }
  }

  /// The role whose name is those bytes.
  mutating func role(_ name: Span<UInt8>) -> Role {
    if name.spells("user") { return .user }
    if name.spells("assistant") { return .assistant }
    if name.spells("system") { return .system }
    if name.spells("tool") { return .tool }
    let copy = name.copied
    return other(ContentDigest(of: copy)) { String(decoding: copy, as: UTF8.self) }
  }

  private mutating func other(_ digest: ContentDigest, _ name: () -> String) -> Role {
    if let known = others.first(where: { $0.digest == digest }) { return known.role }
    let role = Role(rawValue: name())
    others.append((digest, role))
    return role
  }
}

/// The few names of models, made into strings once each.
struct StoredModels {
  private var known: [(digest: ContentDigest, name: String)] = []

  init() {}

  /// The model whose name is those bytes; nil for none.
  mutating func name(_ bytes: Span<UInt8>) -> String? {
    if bytes.isEmpty { return nil }
    let digest = bytes.digest
    if let found = known.first(where: { $0.digest == digest }) { return found.name }
    let name = String(decoding: bytes.copied, as: UTF8.self)
    known.append((digest, name))
    return name
  }
}

extension Span<UInt8> {
  /// Whether the bytes are that text.
  fileprivate func spells(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    for index in indices where self[index] != text.utf8Start[index] { return false }
    return true
  }

  /// A hash of the bytes.
  var digest: ContentDigest {
    var digest = ContentDigest()
    for index in indices { digest.add(self[index]) }
    return digest.finished
  }

  /// A copy of the bytes.
  var copied: [UInt8] {
    var copy: [UInt8] = []
    copy.reserveCapacity(count)
    for index in indices { copy.append(self[index]) }
    return copy
  }
}
