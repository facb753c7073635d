import Secrets

/// Where passphrases come from.
enum PassphraseSource {
  /// Reads passphrases from files, descriptors and commands.
  /// - Throws: `Failure` where one cannot be read or is empty.
  static func read(
    _ files: [String], _ descriptors: [Int32], _ commands: [String]
  ) throws(Failure) -> [HeldSecret] {
    var secrets: [HeldSecret] = []
    for path in files { secrets.append(try SecretFile.text(path)) }
    for number in descriptors {
      secrets.append(
        HeldSecret(try SecretInput.all(from: number, named: "descriptor \(number)")))
    }
    for command in commands { secrets.append(try PassphraseCommand.secret(command)) }
    return secrets
  }

  /// Asks on the terminal for the passphrase of something that exists.
  /// - Throws: `Failure`; with status 64 where there is no terminal.
  static func ask(_ prompt: String) throws(Failure) -> HeldSecret {
    let terminal = try terminal()
    return HeldSecret(try terminal.secret("\(prompt): "))
  }

  /// Asks on the terminal for a new passphrase, until it was typed twice alike, and says what it is
  /// worth.
  /// - Throws: `Failure`; with status 64 where there is no terminal.
  static func askTwice(_ what: String) throws(Failure) -> HeldSecret {
    let terminal = try terminal()
    for _ in 0..<3 {
      let first = try terminal.secret("New passphrase for \(what): ")
      let strength = PassphraseStrength(first)
      terminal.write("That is \(strength.word): about \(strength.bits) bits.\n")
      let second = try terminal.secret("The same once more: ")
      if first.equals(second) { return HeldSecret(first) }
      terminal.write("The two are not alike.\n")
    }
    throw Failure("the two passphrases were not alike, three times", status: .usage)
  }

  private static func terminal() throws(Failure) -> ControllingTerminal {
    guard let terminal = ControllingTerminal.open() else {
      throw Failure(
        "there is no terminal to ask for the passphrase",
        hint: "give --passphrase-file, --passphrase-fd or --passphrase-command", status: .usage)
    }
    return terminal
  }
}
