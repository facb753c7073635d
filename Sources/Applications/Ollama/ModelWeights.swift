/// Files of model weights, told by their first bytes from the texts that lie beside them.
enum ModelWeights {
  /// The signatures of GGUF and of the formats before it (`ggml.h`), as they stand in a file.
  private static let signatures = ["GGUF", "lmgg", "fmgg", "tjgg", "algg"].map { Array($0.utf8) }

  /// Whether a file that begins so is one: nine bytes are enough.
  static func begin(_ bytes: [UInt8]) -> Bool {
    if signatures.contains(where: { bytes.starts(with: $0) }) { return true }
    // Safetensors: the length of the header in 8 bytes, then the header, a JSON object.
    return bytes.count >= 9 && bytes[8] == UInt8(ascii: "{") && bytes[5..<8].allSatisfy { $0 == 0 }
  }
}
