/// A failure that ends a command: what happened, to what, and what to do about it.
struct Failure: Error {
  var status: ExitStatus
  /// Lower case, no full stop.
  var text: String
  /// What to do.
  var hint: String?

  init(_ text: String, hint: String? = nil, status: ExitStatus = .failure) {
    self.status = status
    self.text = text
    self.hint = hint
  }
}
