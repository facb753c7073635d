import Applications
import Conversations
import Testing

@Suite struct KnownApplicationsTests {
  @Test("the names other programs rely on")
  func names() {
    #expect(
      KnownApplications.all.map(\.id.rawValue).sorted() == [
        "gpt4all", "jan", "lm-studio", "ollama", "open-webui",
      ])
  }
}
