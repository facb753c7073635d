import Applications
import ByteReading
import Conversations
import Inventory
import TestSupport
import Testing

/// Which messages the application shows: cases of its own tests of the same rule, and damage.
@Suite struct JanBranchesTests {
  /// Ids of shown messages of a thread whose messages are `id`, then what its metadata says.
  private func shown(_ messages: [(String, String)]) throws -> (
    shown: [String], reading: JanReading
  ) {
    var lines = ""
    for (index, message) in messages.enumerated() {
      lines += janLine(
        message.0, at: 1_770_000_000_000 + index, metadata: "{" + message.1 + "}")
    }
    let folder = try janThread(lines)
    let reading = JanReading(folder.path)
    let thread = reading.only?.thread ?? []
    let counted = JanReading(folder.path, ReadingDemand(.counts)).inventory.stores.first
    #expect(counted?.counts.tally == reading.only?.tally)
    #expect(counted?.counts.tally.hiddenMessages == UInt64(thread.filter { !$0.active }.count))
    return (thread.filter(\.active).map { $0.id.string }, reading)
  }

  @Test("threads in which nobody speaks of branches are shown whole")
  func legacy() throws {
    #expect(try shown([("a", ""), ("b", #""x":1"#)]).shown == ["a", "b"])
  }

  @Test("the newest sibling is shown, unless the parent names another")
  func siblings() throws {
    let children = [("b1", #""parentId":"a""#), ("b2", #""parentId":"a""#)]
    #expect(try shown([("a", #""parentId":null"#)] + children).shown == ["a", "b2"])
    #expect(
      try shown([("a", #""parentId":null,"activeChildId":"b1""#)] + children).shown == ["a", "b1"])
    // A child that is not there, or is somebody else's, does not count.
    #expect(
      try shown([("a", #""parentId":null,"activeChildId":"zz""#)] + children).shown == ["a", "b2"])
  }

  @Test("a branch goes on with its own followers")
  func downstream() throws {
    let rest = [
      ("b1", #""parentId":"a""#), ("c1", #""parentId":"b1""#), ("b2", #""parentId":"a""#),
      ("c2", #""parentId":"b2""#),
    ]
    #expect(try shown([("a", #""parentId":null"#)] + rest).shown == ["a", "b2", "c2"])
    #expect(
      try shown([("a", #""parentId":null,"activeChildId":"b1""#)] + rest).shown == [
        "a", "b1", "c1",
      ])
  }

  @Test("of several roots the newest is shown; replies that lost their parent are not")
  func roots() throws {
    #expect(try shown([("a1", #""parentId":null"#), ("a2", #""parentId":null"#)]).shown == ["a2"])
    let detached = try shown([
      ("u1", #""parentId":null"#), ("a1", #""parentId":"u1""#), ("u2", #""parentId":"a1""#),
      ("a2", ""), ("u3", #""parentId":"u2""#), ("a3", ""),
    ])
    #expect(detached.shown == ["u1", "a1", "u2", "u3"])
  }

  @Test("circles end, are said, and hide nothing where there is no root")
  func circles() throws {
    let lonely = try shown([("a", #""parentId":"b""#), ("b", #""parentId":"a""#)])
    #expect(lonely.shown == ["a", "b"])
    #expect(lonely.reading.inventory.issues.map(\.code) == [.cyclicParents])
    let beside = try shown([
      ("r", #""parentId":null"#), ("s", #""parentId":"s","activeChildId":"s""#),
    ])
    #expect(beside.shown == ["r"])
    #expect(beside.reading.inventory.issues.map(\.code) == [.cyclicParents])
  }

  @Test("a parent that is not there is said once, with where and how many")
  func dangling() throws {
    let found = try shown([
      ("r", #""parentId":null"#), ("x", #""parentId":"gone""#), ("y", #""parentId":"gone""#),
    ])
    #expect(found.shown == ["r"])
    let issue = try #require(found.reading.inventory.issues.first)
    #expect(issue.code == .danglingParent)
    #expect(issue.offset == UInt64(janLine("r", metadata: #"{"parentId":null}"#).utf8.count))
    #expect(issue.text.hasPrefix("2 messages"))
  }

  @Test("the same message twice counts once; what it says else is kept")
  func duplicates() throws {
    let folder = try janThread(janLine("a", "user", "first") + janLine("a", "user", "second"))
    let reading = JanReading(folder.path)
    #expect(reading.only?.tally.messages == 1)
    #expect(reading.only?.thread.first?.asides.contains("second") == true)
    #expect(reading.inventory.issues.map(\.code) == [.duplicate])
  }
}
