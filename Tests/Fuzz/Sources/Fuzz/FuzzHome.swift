import Applications
import Conversations
import EvidenceFiles
import Glibc
import Inventory
import SystemPackage

/// A home with one file whose bytes the fuzzer makes, beside files that make it recognised.
struct FuzzHome {
  /// Where the fuzzed file stands below the home.
  var name: String
  /// Files that stay as they are, by their places below the home.
  var fixed: [String: String] = [:]

  /// Writes the input to the file that its last byte chooses, then has `application` find and read
  /// everything in that home, first counting and then with all messages.
  static func run(
    _ input: FuzzInput, _ application: any Application, _ homes: [FuzzHome],
    place: (FilePath) -> LookingPlace = { .path($0) }
  ) -> Int32 {
    var input = input
    let choice = Int(input.takeByte()) % homes.count
    let home = homes[choice]
    for (name, text) in home.fixed where !ScratchFolder.holds("\(choice)/\(name)") {
      ScratchFolder.write(Array(text.utf8), "\(choice)/\(name)")
    }
    ScratchFolder.write(input.bytes, "\(choice)/\(home.name)")

    let root = ScratchFolder.path.appending("\(choice)")
    let reader = InventoryReader(
      Machine(home: root, user: nil, environment: []), applications: [application], width: 1)
    let findings = reader.find([place(root)])
    let counted = reader.stream(
      findings, ReadingDemand(.counts), onConversation: { _, _ in }, onPassage: { _, _ in })
    var unlike: String?
    let threads = reader.stream(
      findings, ReadingDemand(.threads, passages: true),
      onConversation: { store, listed in
        let (thread, tally) = (listed.conversation.thread, listed.conversation.tally)
        guard UInt64(thread.count) != tally.messages else { return }
        unlike = "\(store.head.format): \(tally.messages) counted, \(thread.count) in the thread"
      },
      onPassage: { _, _ in })
    // Where something is missing, it may be missing in one of the ways only; but it must be said.
    if threads.issues.allSatisfy({ $0.severity == .info }) {
      require(unlike == nil, unlike ?? "")
      compare(counted, threads)
    }
    return 0
  }

  /// What is counted must not depend on how much is wanted.
  private static func compare(_ counted: StoreInventory, _ threads: StoreInventory) {
    let (left, right) = (counted.stores.map(summary), threads.stores.map(summary))
    require(left == right, "counted: \(left)\nread: \(right)")
    for (left, right) in zip(counted.stores, threads.stores) {
      require(left.counts.tally == right.counts.tally, "\(left.head.format): two tallies")
    }
  }

  private static func summary(_ store: StoreRecord) -> String {
    let counts = store.counts
    return "\(store.head.format) \(store.head.kind.rawValue): "
      + "\(counts.conversations) conversations, "
      + "\(counts.tally.messages) messages, \(counts.tally.hiddenMessages) hidden, "
      + "\(counts.tally.attachments) attachments, \(counts.documents ?? 0) documents"
  }
}
