import SystemPackage
import Testing
import VaultStore

@Suite("Errors of vaults")
struct VaultErrorTests {
  @Test("tell a full disk from other refusals")
  func full() {
    #expect(VaultError(.noSpace, "/x", "write").code == .full)
    #expect(VaultError(.ioError, "/x", "write").code == .system(.ioError))
  }
}
