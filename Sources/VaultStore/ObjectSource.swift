/// Where the contents of an object come from.
public enum ObjectSource: Sendable {
  /// From memory.
  case bytes([UInt8])
  /// From an open file; its holes become holes.
  case file(FileHandle)
  /// From another object, as when keys are rotated; its holes become holes.
  ///
  /// Its blocks are opened; that they are those of one state, only `verify` tells.
  case object(ObjectFile)
}
