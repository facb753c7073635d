import Glibc
import Secrets
import Testing

@Suite("A process that holds keys")
struct ProcessSecrecyTests {
  @Test("cannot be dumped or traced, and may lock as much as the system allows")
  func begin() async {
    await #expect(processExitsWith: .success) {
      do {
        try ProcessSecrecy.begin()
      } catch {
        exit(3)
      }
      var limit = rlimit(rlim_cur: 1, rlim_max: 1)
      let core = __rlimit_resource_t(RLIMIT_CORE.rawValue)
      guard getrlimit(core, &limit) == 0, limit.rlim_cur == 0, limit.rlim_max == 0 else {
        exit(4)
      }
      let locked = __rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue)
      guard getrlimit(locked, &limit) == 0, limit.rlim_cur == limit.rlim_max else { exit(5) }
      // prctl takes a variable number of arguments, which the importer leaves out.
      typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
      guard let address = dlsym(nil, "prctl") else { exit(6) }
      let control = unsafeBitCast(address, to: Control.self)
      let getDumpable: Int32 = 3
      exit(control(getDumpable, 0, 0, 0, 0) == 0 ? 0 : 7)
    }
  }
}
