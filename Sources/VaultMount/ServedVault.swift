internal import Synchronization
internal import VaultStore

/// What requests are answered from: the vault, and what the mount adds to it.
final class ServedVault: Sendable {
  let vault: LiveVault
  let observer: (any AccessObserver)?
  let readBuffers = ReadBuffers()
  /// Files and folders that programs have open.
  let openHandles = Atomic<Int>(0)
  /// Whether files may no longer be opened, because the vault is about to be locked over open files.
  let refusesOpens = Atomic<Bool>(false)
  /// Whether the first answer, which settles what the kernel and we do for each other, has gone out.
  let hasAnswered = Atomic<Bool>(false)

  init(_ vault: LiveVault, _ observer: (any AccessObserver)?) {
    self.vault = vault
    self.observer = observer
  }
}
