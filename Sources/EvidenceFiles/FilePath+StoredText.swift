public import ByteReading
public import SystemPackage

extension FilePath {
  /// The path's bytes, which need not be UTF-8.
  public var storedText: StoredText {
    StoredText(
      bytes: unsafe withPlatformString { pointer in
        unsafe UnsafeRawBufferPointer(start: pointer, count: length).map { $0 }
      })
  }
}

extension FilePath.Component {
  /// The name's bytes, which need not be UTF-8.
  public var storedText: StoredText {
    StoredText(
      bytes: unsafe withPlatformString { pointer in
        var bytes: [UInt8] = []
        var index = 0
        while unsafe pointer[index] != 0 {
          bytes.append(UInt8(bitPattern: unsafe pointer[index]))
          index += 1
        }
        return bytes
      })
  }
}
