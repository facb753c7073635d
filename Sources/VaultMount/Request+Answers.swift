internal import CFuse
internal import SystemPackage
internal import VaultStore

extension Request {
  /// How long the kernel may rely on names and attributes, in seconds: for ever.
  ///
  /// They change through the mount only, and the kernel, which sees all of that, forgets by itself what it
  /// changed.
  static let forever = 1e9

  /// Answers with what `body` answers, or with the error it throws.
  ///
  /// The one place where errors become numbers.
  func answer(_ body: () throws(Errno) -> Void) {
    do throws(Errno) {
      try body()
    } catch {
      unsafe fuse_reply_err(raw, error.rawValue)
    }
  }

  /// Answers that it is done.
  func answerDone() {
    unsafe fuse_reply_err(raw, 0)
  }

  /// Answers that this is not served, so that the kernel does not ask again.
  func answerUnknown() {
    unsafe fuse_reply_err(raw, Errno.noFunction.rawValue)
  }

  /// Answers with an object under a name.
  ///
  /// From here on the kernel knows it.
  func answerEntry(_ node: LiveNode) throws(Errno) {
    var entry = try self.entry(node)
    vault.retain(node)
    if unsafe fuse_reply_entry(raw, &entry) != 0 { vault.release(node, 1) }
  }

  /// Answers that there is no such name, which the kernel may rely on as well.
  func answerAbsent() {
    var entry = fuse_entry_param()
    entry.entry_timeout = Self.forever
    unsafe fuse_reply_entry(raw, &entry)
  }

  /// An object as the kernel is told of it.
  func entry(_ node: LiveNode) throws(Errno) -> fuse_entry_param {
    var entry = fuse_entry_param()
    entry.ino = number(of: node)
    entry.attr = stat(try vault.attributes(of: node))
    entry.attr_timeout = Self.forever
    entry.entry_timeout = Self.forever
    return entry
  }
}
