internal import CFuse
internal import Glibc
internal import SystemPackage
internal import VaultStore

/// One request of the kernel.
///
/// Each is answered once, by the method named after it.
///
/// The kernel's number of an object is its address in memory: the vault keeps every object that the kernel
/// knows (`LiveVault.retain`), so that nothing has to be looked up.
@safe struct Request {
  let raw: fuse_req_t?
  let served: ServedVault

  init(_ raw: fuse_req_t?) {
    unsafe self.raw = unsafe raw
    served = unsafe Unmanaged<ServedVault>.fromOpaque(fuse_req_userdata(raw)).takeUnretainedValue()
  }

  var vault: LiveVault { served.vault }

  /// The thread that asks, its user and group.
  ///
  /// Not valid for writes that the kernel put off.
  var caller: fuse_ctx { unsafe fuse_req_ctx(raw).pointee }

  /// The object of a number that the kernel was given.
  func node(_ number: fuse_ino_t) -> LiveNode {
    guard number != Self.rootNumber,
      let address = unsafe UnsafeRawPointer(bitPattern: UInt(number))
    else { return vault.root }
    return unsafe Unmanaged<LiveNode>.fromOpaque(address).takeUnretainedValue()
  }

  /// The number that the kernel is given for an object.
  func number(of node: LiveNode) -> fuse_ino_t {
    guard node !== vault.root else { return Self.rootNumber }
    return unsafe fuse_ino_t(UInt(bitPattern: Unmanaged.passUnretained(node).toOpaque()))
  }

  private static let rootNumber = fuse_ino_t(FUSE_ROOT_ID)

  /// The bytes of a name.
  ///
  /// The kernel lets longer ones through than file systems have.
  func bytes(_ name: UnsafePointer<CChar>?) throws(Errno) -> [UInt8] {
    guard let name = unsafe name else { throw .invalidArgument }
    let count = unsafe strlen(name)
    guard count <= Self.longestName else { throw .fileNameTooLong }
    return unsafe [UInt8](UnsafeRawBufferPointer(start: name, count: count))
  }

  /// The longest name of a file, in bytes, as on every file system of Linux.
  static let longestName = 255

  /// Tells the observer of something that has been done.
  func observe(
    _ act: Access.Act, _ node: LiveNode? = nil, in folder: LiveNode? = nil, _ name: [UInt8] = []
  ) {
    guard let observer = served.observer else { return }
    let caller = caller
    observer.observe(
      Access(
        act: act, node: node, folder: folder, name: name, process: caller.pid, user: caller.uid))
  }
}
