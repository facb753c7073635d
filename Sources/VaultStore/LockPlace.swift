internal import CLinux
internal import Glibc
public import SystemPackage

/// Where a store is and where its vault is or will be, once it is sure that both may be there.
public struct LockPlace: Sendable, Equatable {
  /// The store's own folder, links on the way to it followed.
  public let store: FilePath
  /// The vault's folder.
  public let vault: FilePath

  /// What the vault of a store is called: the store's name and this.
  public static let suffix = ".sotto"

  /// Finds out where a store and its vault are.
  /// - Parameters:
  ///   - store: The store's folder.
  ///   - vault: The vault's folder; nil for the place beside the store.
  /// - Throws: `VaultError`; `refused` where the store cannot be locked there.
  public init(store: FilePath, vault: FilePath? = nil) throws(VaultError) {
    let real = try Self.find(store)
    self.store = real
    if let vault {
      guard let name = vault.lastComponent, name.kind == .regular else {
        throw VaultError(.refused, vault, "is no name for a vault")
      }
      let parent = vault.removingLastComponent()
      guard let realParent = Self.realPath(parent.isEmpty ? "." : parent) else {
        throw VaultError(Errno(rawValue: errno), parent, "find")
      }
      self.vault = realParent.appending(name)
    } else {
      guard real.lastComponent != nil else {
        throw VaultError(.refused, real, "is the root of the file system")
      }
      self.vault = Self.appending(Self.suffix, to: real)
    }
  }

  /// The real path of a store; of one whose folder is gone, that of the folder it was in and its name.
  private static func find(_ store: FilePath) throws(VaultError) -> FilePath {
    if let real = realPath(store) { return real }
    let reason = Errno(rawValue: errno)
    let parent = store.removingLastComponent()
    guard reason == .noSuchFileOrDirectory, let name = store.lastComponent, name.kind == .regular,
      let real = realPath(parent.isEmpty ? "." : parent)
    else { throw VaultError(reason, store, "find") }
    return real.appending(name)
  }

  /// A path whose last name has `suffix` added; the bytes of the path need not be UTF-8.
  static func appending(_ suffix: String, to path: FilePath) -> FilePath {
    var bytes = unsafe path.withPlatformString { text in
      unsafe Array(UnsafeBufferPointer(start: text, count: strlen(text)))
    }
    bytes += suffix.utf8.map { CChar(bitPattern: $0) } + [0]
    return unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe buffer.baseAddress.map { unsafe FilePath(platformString: $0) } ?? path
    }
  }

  private static func realPath(_ path: FilePath) -> FilePath? {
    guard let real = unsafe path.withPlatformString({ unsafe realpath($0, nil) }) else {
      return nil
    }
    defer { unsafe free(real) }
    return unsafe FilePath(platformString: real)
  }

  // MARK: - Whether a lock may begin there

  /// Makes sure that a first lock may begin: the store is an ordinary folder, the vault's place is on
  /// the same file system and not inside the store.
  /// - Throws: `VaultError`; `refused` with what to do instead.
  func check(_ tree: PlainTree) throws(VaultError) {
    if store.components.isEmpty {
      throw VaultError(.refused, store, "is the root of the file system")
    }
    if let home = Self.homes().first(where: { $0 == store }) {
      throw VaultError(
        .refused, home, "is somebody's home", hint: "name the folder inside it that is meant")
    }
    if vault.starts(with: store) || store.starts(with: vault) {
      throw VaultError(
        .refused, vault, "one of store and vault is inside the other",
        hint: "choose another --vault")
    }
    var above = store
    while above.components.count > 1 {
      above.removeLastComponent()
      if Self.isVault(above) {
        throw VaultError(.refused, store, "is inside the vault \(above)")
      }
    }
    if Self.isVault(store) {
      throw VaultError(.refused, store, "is itself a vault")
    }
    let parent = vault.removingLastComponent()
    let place = try FolderHandle.open(parent)
    let facts = try place.facts()
    guard facts.device == tree.top.status.facts.device,
      place.mount() == tree.top.handle.mount()
    else {
      throw VaultError(
        .refused, vault, "is not on the file system of the store",
        hint: "choose a place for --vault that is on the same file system as \(store)")
    }
    let mayMake = unsafe parent.withPlatformString {
      unsafe faccessat(AT_FDCWD, $0, W_OK | X_OK, AT_EACCESS)
    }
    guard mayMake == 0 else {
      throw VaultError(
        .refused, parent, "cannot be written to, so the vault cannot be made there",
        hint: "choose another place on the same file system with --vault")
    }
  }

  private static func isVault(_ path: FilePath) -> Bool {
    guard let folder = try? FolderHandle.open(path, followingLink: true) else { return false }
    for name: FileName in ["header.1", "header.2"] {
      guard let file = try? folder.file(name) else { continue }
      var magic = [UInt8](repeating: 0, count: 8)
      let count = try? unsafe magic.withUnsafeMutableBufferPointer { (buffer) throws(VaultError) in
        try unsafe file.read(at: 0, into: UnsafeMutableRawBufferPointer(buffer))
      }
      if count == 8, magic == Array("sottovlt".utf8) { return true }
    }
    return false
  }

  /// The home folders of the machine's people.
  private static func homes() -> [FilePath] {
    var homes: [FilePath] = []
    if let home = unsafe getenv("HOME") {
      unsafe homes.append(FilePath(platformString: home))
    }
    setpwent()
    while let account = unsafe getpwent() {
      // A service's home is often nothing but the folder of its data.
      let isPerson = unsafe account.pointee.pw_uid == 0 || account.pointee.pw_uid >= 1000
      guard isPerson, let home = unsafe account.pointee.pw_dir else { continue }
      unsafe homes.append(FilePath(platformString: home))
    }
    endpwent()
    return homes.map { realPath($0) ?? $0 }.filter { !$0.components.isEmpty }
  }
}

extension FilePath {
  /// The last step, whose bytes need not be UTF-8; nil for the root and for what ends in `..`.
  var fileName: FileName? {
    lastComponent.flatMap { FileName(FilePath(root: nil, [$0]).bytes) }
  }
}

extension FolderHandle {
  /// The number of the mount that the folder was reached through; 0 where the kernel does not say.
  fileprivate func mount() -> UInt64 {
    var raw = statx()
    let result = unsafe sotto_statx(
      descriptor.rawValue, "", sotto_AT_EMPTY_PATH, UInt32(STATX_MNT_ID), &raw)
    return result == 0 && raw.stx_mask & UInt32(STATX_MNT_ID) != 0 ? raw.stx_mnt_id : 0
  }
}
