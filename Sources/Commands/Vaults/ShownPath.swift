import Reporting
import SystemPackage

extension FilePath {
  /// The path in a prompt or a message: the user's home as `~`, nothing that could act on a terminal.
  var shown: String {
    InventoryTable.shortened(TerminalText.line(string), ThisProcess.home)
  }
}
