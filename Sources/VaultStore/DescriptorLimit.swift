internal import Glibc

/// How many files this process may have open: a batch holds a few hundred, a vault that is open one for
/// each file that is.
enum DescriptorLimit {
  private static let wanted: rlim_t = 8192

  /// How many this process may have now.
  static var current: Int {
    var limit = rlimit()
    let result = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return result == 0 ? Int(clamping: limit.rlim_cur) : 1024
  }

  /// Raises the limit as far as it may be and is of use.
  static func raise(to wanted: rlim_t = wanted) {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    guard limit.rlim_cur < wanted else { return }
    limit.rlim_cur = min(wanted, limit.rlim_max)
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
