import Testing
import VaultFormat

@Suite("Object ids")
struct ObjectIDTests {
  @Test("are 16 bytes and written in hexadecimal")
  func hex() {
    let id = ObjectID(0..<16)
    #expect(id?.hex == "000102030405060708090a0b0c0d0e0f")
    #expect(ObjectID(0..<15) == nil)
    #expect(ObjectID.random() != ObjectID.random())
  }
}
