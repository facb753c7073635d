import ByteReading
import EvidenceFiles
import SystemPackage

extension FilePath {
  /// Where the vault of the store at this path is, unless another place was chosen.
  var vaultBeside: FilePath {
    FilePath(bytes: storedText.bytes + FilePath.vaultSuffix)
  }

  /// Where the store of the vault at this path is; nil where the name does not tell.
  var storeOfVault: FilePath? {
    let bytes = storedText.bytes
    guard bytes.count > FilePath.vaultSuffix.count,
      bytes.suffix(FilePath.vaultSuffix.count).elementsEqual(FilePath.vaultSuffix)
    else { return nil }
    return FilePath(bytes: bytes.dropLast(FilePath.vaultSuffix.count))
  }

  private static let vaultSuffix = Array(".sotto".utf8)

  /// A path of bytes, which need not be UTF-8; they end at a zero.
  init(bytes: some Collection<UInt8>) {
    let terminated = bytes.map { CChar(bitPattern: $0) } + [0]
    self = terminated.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { FilePath(platformString: $0) } ?? ""
    }
  }
}
