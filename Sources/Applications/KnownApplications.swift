/// The applications that are known, in the order they are asked.
public enum KnownApplications {
  /// All of them.
  ///
  /// Adding one is adding a folder beside this file and a line here.
  public static let all: [any Application] = [
    Jan(), GPT4All(), LMStudio(), OpenWebUI(), Ollama(),
  ]
}
