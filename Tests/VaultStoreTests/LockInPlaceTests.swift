import Glibc
import SystemPackage
import TestSupport
import Testing
import VaultFormat

@testable import VaultStore

@Suite("Locking in place and restoring", .serialized)
struct LockInPlaceTests {
  @Test("gives back every byte and attribute", arguments: ["/tmp", "/dev/shm"])
  func roundTrip(base: String) throws {
    guard access(base, W_OK) == 0 else { return announce("round trip: no \(base)") }
    let test = try StoreUnderTest(in: base)
    let missing = try StoreSample.make(in: test.scratch.path)
    if !missing.isEmpty { announce("round trip in \(base) without \(Set(missing))") }
    #expect(mkfifo(test.store.string + "/links/pipe", 0o600) == 0)
    let before = try StoreSample.list(test.store.string)
    let locked = try test.lock()
    #expect(locked.isComplete)
    #expect(locked.refused.map(\.why) == ["is a named pipe"])
    #expect(locked.notOverwritten.map(\.path.lastComponent?.string) == ["shared"])
    let isLeft = try run("find", [test.store.string, "-mindepth", "1", "-printf", "%P\n"]).text
    #expect(isLeft == "links\nlinks/pipe\n")
    #expect(try StoreState.of(test.place) == .locked)
    #expect(try StoreFolder.isClosed(FolderHandle.open(test.store)))
    #expect(
      try test.vaultNames() == ["attributes", "header.1", "header.2", "manifest.1", "tree.1"])
    // The name outside still has its contents, whole.
    let outside = try run("sha256sum", [test.scratch.path + "/outside"]).text.prefix(64)
    let restored = try test.restore()
    #expect(restored.isComplete && restored.kept.isEmpty && restored.attributesNotSet.isEmpty)
    let after = try StoreSample.list(test.store.string)
    // A name outside cannot be joined again: it is another file now.
    func known(_ line: String) -> Bool {
      line.contains("links/shared")
    }
    let changes = StoreSample.differences(before, after).filter { !known($0) }
    #expect(changes == [])
    #expect(after.contains { $0.contains("links/shared") && $0.contains(outside) })
    #expect(try VaultRemains.of(test.vault) == .none)
    #expect(try test.records.all().isEmpty)
  }
}
