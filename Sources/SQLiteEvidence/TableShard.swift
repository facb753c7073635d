internal import ByteReading

/// A part of a table's tree that one reader walks while others walk the other parts.
public struct TableShard: Sendable {
  /// The tops of neighbouring parts of the tree, in key order.
  let pages: [UInt32]
  /// What was damaged above them; the shard's reader passes it on.
  let damage: [DatabaseFinding]
}

extension TableReader {
  /// Divides a table into at most `count` parts of about the same number of pages, in key order,
  /// for readers on several threads; together they walk what one reader walks.
  ///
  /// A table without row numbers stays whole: its inner pages hold rows too.
  public static func shards(
    _ snapshot: DatabaseSnapshot, _ table: TableSchema, count: Int
  ) -> [TableShard] {
    guard table.rootPage > 0 else { return [] }
    var tops = [table.rootPage]
    var findings: [DatabaseFinding] = []
    guard count > 1, !table.isWithoutRowID else { return [TableShard(pages: tops, damage: [])] }
    let page = TreePage(snapshot)
    var seen = PageSet()
    // Parts are even where each is made of several; each turn goes one level down.
    for _ in 0..<20 where tops.count < 8 * count {
      var lower: [UInt32] = []
      var isDivided = false
      for top in tops {
        guard snapshot.isContent(top), (try? page.load(top, of: snapshot, isIndex: false)) != nil,
          !page.isLeaf
        else {
          // The part's reader says what is wrong with it.
          lower.append(top)
          continue
        }
        isDivided = true
        for index in 0...page.cellCount {
          let child = page.child(index)
          if let child, snapshot.isContent(child), seen.insert(child) {
            lower.append(child)
          } else {
            let place = snapshot.location(ofPage: top)
            findings.append(
              DatabaseFinding(
                .damagedPage, place.path, at: place.offset, page: top,
                child.map { "a link leads to page \($0), a second time or to none" }
                  ?? "a cell's pointer leads out of page \(top)"))
          }
        }
      }
      tops = lower
      if !isDivided { break }
    }
    let parts = max(1, min(count, tops.count))
    return (0..<parts).map { part in
      TableShard(
        pages: Array(tops[(part * tops.count / parts)..<((part + 1) * tops.count / parts)]),
        damage: part == 0 ? findings : [])
    }
  }
}
