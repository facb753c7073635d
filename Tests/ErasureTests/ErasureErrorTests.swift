import Erasure
import SystemPackage
import Testing

@Suite("Errors of erasing")
struct ErasureErrorTests {
  @Test("name the act, the place and the cause")
  func parts() {
    let error = ErasureError("overwrite", "/x", .ioError)
    #expect(error.act == "overwrite" && error.path == "/x" && error.cause == .ioError)
  }
}
