internal import CFuse
internal import Glibc
internal import SystemPackage
internal import VaultStore

extension Request {
  func getStatistics() {
    answer { () throws(Errno) in
      let statistics = try vault.statistics()
      var answer = statvfs()
      answer.f_bsize = 4096
      answer.f_frsize = 4096
      answer.f_blocks = fsblkcnt_t(statistics.bytes / 4096)
      answer.f_bfree = fsblkcnt_t(statistics.free / 4096)
      answer.f_bavail = fsblkcnt_t(statistics.available / 4096)
      answer.f_files = fsfilcnt_t(statistics.files)
      answer.f_ffree = fsfilcnt_t(statistics.freeFiles)
      answer.f_favail = answer.f_ffree
      answer.f_namemax = UInt(Self.longestName)
      unsafe fuse_reply_statfs(raw, &answer)
    }
  }
}
