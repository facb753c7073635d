/// Asks once before the disk is changed.
enum Confirmation {
  /// Asks on the terminal, unless the user said yes on the command line.
  /// - Throws: `Failure` where the answer is not yes; with status 64 where there is nobody to ask.
  static func ask(_ question: String, yes: Bool) throws(Failure) {
    if yes { return }
    guard let terminal = ControllingTerminal.open() else {
      throw Failure(
        "there is no terminal to ask for confirmation", hint: "say --yes", status: .usage)
    }
    let answer = try terminal.answer("\(question) [y/N] ") ?? ""
    guard ["y", "yes"].contains(answer.lowercased()) else {
      throw Failure("not confirmed: nothing was changed")
    }
  }

  /// What an act is about: one thing by its name, several by their number and the first few.
  static func naming(_ names: [String], _ kind: String) -> String {
    guard names.count > 1 else { return names.first ?? "" }
    let some = names.prefix(3).joined(separator: ", ")
    return "\(names.count) \(kind) (\(some)\(names.count > 3 ? ", …" : ""))"
  }
}
