import Glibc
import Secrets
import Testing
import VaultFormat

@Suite("Headers where there is little memory")
struct HeaderMemoryTests {
  @Test("open by a slot after one that asks for more memory than there is")
  func costlySlot() async {
    await #expect(processExitsWith: .success) {
      let header = try VaultHeader.create(slots: [
        .passphrase(secret("one"), .interactive), .passphrase(secret("two"), cheapest),
      ]).header
      let second = try secret("two")
      let third = try secret("three")
      // Room for half of what the first slot asks for, beyond what the process has.
      let pages = try #require(pagesInUse())
      var limit = rlimit(rlim_cur: 0, rlim_max: 0)
      limit.rlim_cur = rlim_t(pages * Int(getpagesize()) + 32 << 20)
      limit.rlim_max = limit.rlim_cur
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0)
      let opened = try header.unlock(.passphrase(second))
      try #require(opened.slotID == header.slots[1].id)
      // It may be the secret of the slot that could not be tried.
      do throws(VaultFormatError) {
        _ = try header.unlock(.passphrase(third))
        exit(3)
      } catch {
        exit(error.code == .noMemory ? 0 : 4)
      }
    }
  }
}

/// The size of this process's address space in pages.
private func pagesInUse() -> Int? {
  guard let file = fopen("/proc/self/statm", "re") else { return nil }
  defer { fclose(file) }
  var text = [CChar](repeating: 0, count: 64)
  guard fgets(&text, 64, file) != nil else { return nil }
  let digits = text.prefix { (48...57).contains($0) }.map { UInt8(bitPattern: $0) }
  return Int(String(decoding: digits, as: UTF8.self))
}
