public import VaultStore

/// Who did what to a vault that is open.
public struct Access: Sendable {
  /// What was done.
  public enum Act: Sendable {
    /// A file was opened.
    case open(isWriting: Bool)
    /// A file was made and opened.
    case create
    /// A file was made without being opened, or a folder, link or anything else.
    case make
    /// A name was removed.
    case remove
    /// A name became another, in a folder.
    case rename(to: [UInt8], in: LiveNode)
  }

  /// What was done.
  public var act: Act
  /// To what, where it is at hand: not for names that were removed or changed.
  public var node: LiveNode?
  /// The folder of `name`.
  public var folder: LiveNode?
  /// The name that was made, removed or changed.
  public var name: [UInt8]
  /// The thread that asked.
  ///
  /// Zero for one in another world of process numbers.
  public var process: Int32
  /// Its user.
  public var user: UInt32
}

/// Is told of what is done to a vault that is open.
///
/// Called while the asking program waits: take note, and do the rest elsewhere. Reads and writes are not
/// told; most of them never leave the kernel.
public protocol AccessObserver: Sendable {
  /// Takes note of something that has been done.
  func observe(_ access: Access)
}
