import Glibc
import SystemPackage
import TestSupport
import Testing
import VaultFormat

@testable import VaultStore

/// Restoring from vaults that were copied, changed, or all but removed.
@Suite("Restoring what others have touched", .serialized)
struct RestoreInPlaceTests {
  /// A locked store made by a line of shell.
  private func locked(_ making: String) throws -> StoreUnderTest {
    let test = try StoreUnderTest()
    let made = try run("sh", ["-c", "mkdir '\(test.store)' && cd '\(test.store)' && \(making)"])
    #expect(made.status == 0, "\(made.errorText)")
    try test.lock()
    return test
  }

  private func shell(_ line: String) throws -> String {
    let result = try run("sh", ["-c", line])
    #expect(result.status == 0, "\(result.errorText)")
    return result.text
  }

  @Test("names of one file are one file again, though the vault was copied without links")
  func copiedWithoutLinks() throws {
    let test = try locked(
      "mkdir notes && echo one > first && ln first notes/second && ln first third")
    // As git, or a stick without links, would bring it back.
    _ = try shell(
      "cd '\(test.scratch.path)' && cp -r store.sotto copy && rm -r store.sotto && mv copy store.sotto"
    )
    let report = try test.restore()
    #expect(report.isComplete && report.findings.isEmpty)
    #expect(try shell("cd '\(test.store)' && stat -c %h first notes/second third") == "3\n3\n3\n")
    #expect(
      try shell("cd '\(test.store)' && stat -c %i first notes/second third | uniq | wc -l") == "1\n"
    )
    #expect(try shell("cat '\(test.store)/notes/second'") == "one\n")
  }

  @Test("an object in another's place comes back under no name, accepted or not")
  func swapped() throws {
    let test = try locked("echo mine > a && echo yours > b && echo ours > c")
    let files = try shell("find '\(test.vault)/tree.1' -type f ! -name folder | sort")
      .split(separator: "\n").map(String.init)
    #expect(files.count == 3)
    let swap =
      "mv '\(files[0])' '\(files[0]).x' && mv '\(files[1])' '\(files[0])' && "
      + "mv '\(files[0]).x' '\(files[1])'"
    _ = try shell(swap)
    #expect(throws: VaultError.self) { try test.restore() }
    #expect(try shell("ls '\(test.store)'") == "")
    let report = try test.restore(accepting: true)
    #expect(!report.isComplete)
    #expect(report.damaged.count == 2)
    // Only the third came back, whichever it is.
    let back = try shell("cd '\(test.store)' && ls")
    #expect(back.split(separator: "\n").count == 1)
    let expected = ["a": "mine", "b": "yours", "c": "ours"]
    for name in back.split(separator: "\n").map(String.init) {
      #expect(try shell("cat '\(test.store)/\(name)'") == expected[name].map { $0 + "\n" })
    }
    _ = try shell(swap)
    let rest = try test.restore()
    #expect(rest.isComplete)
    #expect(try shell("cd '\(test.store)' && cat a b c") == "mine\nyours\nours\n")
  }

  @Test("the empty folder of a vault whose restore was cut off at its last step goes")
  func remains() throws {
    let test = try locked("echo one > first")
    let copy = test.scratch.path + "/records"
    _ = try shell("cp -r '\(test.scratch.path)/state' '\(copy)'")
    try test.restore()
    // As if the power had gone before the folder and the record.
    _ = try shell("mkdir -p '\(test.vault)/new'")
    #expect(try !RestoreRemains.remove(at: test.vault, test.records))
    #expect(try VaultRemains.of(test.vault) == .shell)
    _ = try shell("rm -r '\(test.scratch.path)/state' && mv '\(copy)' '\(test.scratch.path)/state'")
    #expect(try test.records.all().count == 1)
    #expect(try RestoreRemains.remove(at: test.vault, test.records))
    #expect(try VaultRemains.of(test.vault) == .none)
    #expect(try test.records.all().isEmpty)
    #expect(try shell("cat '\(test.store)/first'") == "one\n")
  }

  @Test("what lies in a locked store's folder is named, bulk apart")
  func strays() throws {
    let test = try locked("mkdir models && echo big > models/m && echo one > first")
    try test.restore()
    try test.lock(bulk: ["models"])
    try StoreFolder.open(FolderHandle.open(test.store))
    _ = try shell("cd '\(test.store)' && chmod 700 . && echo late > letter && mkfifo pipe")
    let strays = try StrayPlaintext(test.place, bulk: ["models"])
    #expect(strays.files.map(\.path.lastComponent?.string) == ["letter"])
    #expect(strays.refused.map(\.path.lastComponent?.string) == ["pipe"])
    #expect(try test.records.all().map(\.bulk) == [["models"]])
  }
}
