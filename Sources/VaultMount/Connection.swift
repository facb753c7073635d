internal import CFuse
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// The library's session and its open device: the line to the kernel.
@safe final class Connection: @unchecked Sendable {
  // What is not Sendable is the library's pointer; receiving and answering may be called from any thread.
  private let session: OpaquePointer
  private let mountPoint: FilePath
  private let served: ServedVault
  private let isLeaving = Atomic<Bool>(false)

  /// Mounts.
  init(
    _ served: ServedVault, at mountPoint: FilePath, _ options: MountOptions
  ) throws(MountError) {
    LibraryLog.begin()
    var arguments = unsafe fuse_args()
    defer { unsafe fuse_opt_free_args(&arguments) }
    for word in ["sotto", "-o", options.arguments] { unsafe fuse_opt_add_arg(&arguments, word) }
    var table = FuseOperations.table()
    guard
      let session = unsafe cfuse_session_new(
        &arguments, &table, Unmanaged.passUnretained(served).toOpaque())
    else { throw MountError(.refused, mountPoint, LibraryLog.last ?? "cannot prepare mounting") }
    guard unsafe fuse_session_mount(session, mountPoint.string) == 0 else {
      let error = MountRefusal.error(mountPoint, options)
      unsafe fuse_session_destroy(session)
      throw error
    }
    unsafe self.session = unsafe session
    self.mountPoint = mountPoint
    self.served = served
    var channel = Self.channel()
    unsafe cfuse_use_channel(session, &channel)
  }

  deinit {
    unsafe fuse_session_destroy(session)
  }

  /// How requests come in and answers go out: as the library does it, but for the first answer.
  private static func channel() -> fuse_custom_io {
    var channel = fuse_custom_io()
    unsafe channel.writev = { device, parts, count, owner in
      guard let parts = unsafe parts, let owner = unsafe owner else { return -1 }
      let served = unsafe Unmanaged<ServedVault>.fromOpaque(owner).takeUnretainedValue()
      if !served.hasAnswered.load(ordering: .relaxed) {
        served.hasAnswered.store(true, ordering: .relaxed)
        unsafe Negotiation.complete(parts, count)
      }
      return unsafe Glibc.writev(device, parts, count)
    }
    unsafe channel.read = { device, bytes, count, _ in unsafe Glibc.read(device, bytes, count) }
    return channel
  }

  // MARK: - Serving

  /// Has each thread stop once it has answered one more request.
  ///
  /// Not the library's `fuse_session_exit`: after that, a request that is received is dropped, and whoever
  /// made it waits.
  func leave() {
    isLeaving.store(true, ordering: .relaxed)
  }

  /// Answers requests until unmounted, or `leave`.
  ///
  /// Run by several threads at a time.
  /// - Returns: What the system refused, where that is why it ended.
  func serve() -> Errno? {
    var request = unsafe fuse_buf()
    var largest = 0
    defer {
      // It held what was written.
      if let memory = unsafe request.mem { unsafe explicit_bzero(memory, largest) }
      unsafe free(request.mem)
    }
    while !isLeaving.load(ordering: .relaxed) {
      let count = unsafe fuse_session_receive_buf(session, &request)
      if count == -EINTR || count == -EAGAIN { continue }
      guard count > 0 else { return count == 0 ? nil : Errno(rawValue: -count) }
      largest = max(largest, Int(count))
      unsafe fuse_session_process_buf(session, &request)
    }
    return nil
  }

  /// Puts something else in the device's place: once nobody reads from it any more, the kernel takes the connection
  /// for ended, fails what waits for answers, and forgets what it has not written.
  func close() {
    guard let nothing = unsafe try? FileDescriptor.open("/dev/null", .readWrite) else { return }
    dup2(nothing.rawValue, unsafe fuse_session_fd(session))
    try? nothing.close()
  }
}
