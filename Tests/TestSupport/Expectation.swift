public import ByteReading

/// Reads a JSON document of ours or of a generator.
public func parse(_ bytes: [UInt8]) throws -> JSONValue {
  var json = JSONCursor(MemorySource(bytes))
  return try json.value()
}

/// Compares what a scan and a list printed with what a generator wrote down, and names each difference.
///
/// Every key the expectation has must be in the document with the same value; stores, conversations and
/// issues must be the same sets. `root` stands before the expectation's paths.
public func differences(
  inventory: JSONValue, list: JSONValue, expected: JSONValue, root: String
) -> [String] {
  var found: [String] = []
  func path(_ value: JSONValue?) -> String {
    let text = value?.string ?? "?"
    return text.hasPrefix(root + "/") ? String(text.dropFirst(root.utf8.count + 1)) : text
  }
  func issues(_ value: JSONValue?) -> [String] {
    (value?.elements ?? []).map { issue in
      let offset = issue["offset"]?.integer.map { "@\($0)" } ?? ""
      return "\(issue["code"]?.string ?? "?") \(path(issue["path"]))\(offset)"
    }.sorted()
  }

  // Stores, by application, path and kind.
  func name(_ store: JSONValue) -> String {
    "\(store["app"]?.string ?? "?") \(path(store["path"])) \(store["kind"]?.string ?? "?")"
  }
  let stores = inventory["stores"]?.elements ?? []
  let wanted = expected["stores"]?.elements ?? []
  let names = Set(stores.map(name))
  for store in wanted where !names.contains(name(store)) {
    found.append("missing store \(name(store))")
  }
  for store in stores {
    guard let want = wanted.first(where: { name($0) == name(store) }) else {
      found.append("unexpected store \(name(store))")
      continue
    }
    for member in want.members where member.key != "path" {
      let key = member.key.string
      if key == "issues" {
        let (have, need) = (issues(store[key]), issues(member.value))
        if have != need {
          let missing = need.filter { !have.contains($0) }
          let extra = have.filter { !need.contains($0) }
          found.append(
            "\(name(store)): issues missing \(missing) unexpected \(extra) (\(have.count)/\(need.count))"
          )
        }
      } else if !same(store[key], member.value) {
        found.append(
          "\(name(store)): \(key) is \(store[key].map(show) ?? "absent"), not \(show(member.value))"
        )
      }
    }
  }

  // Conversations, by application, store and the application's id.
  let paths = Dictionary(
    stores.map { ($0["id"]?.string ?? "?", path($0["path"])) },
    uniquingKeysWith: { first, _ in first })
  func conversationName(_ value: JSONValue, isExpected: Bool) -> String {
    let store = isExpected ? path(value["store"]) : paths[value["store"]?.string ?? "?"] ?? "?"
    return "\(value["app"]?.string ?? "?") \(store) \(value["appId"].map(show) ?? "absent")"
  }
  let listed = list["conversations"]?.elements ?? []
  let known = expected["conversations"]?.elements ?? []
  let listedNames = Set(listed.map { conversationName($0, isExpected: false) })
  for want in known where !listedNames.contains(conversationName(want, isExpected: true)) {
    found.append("missing conversation \(conversationName(want, isExpected: true))")
  }
  for have in listed {
    let label = conversationName(have, isExpected: false)
    guard let want = known.first(where: { conversationName($0, isExpected: true) == label }) else {
      found.append("unexpected conversation \(label)")
      continue
    }
    for member in want.members where member.key != "store" && member.key != "appId" {
      let key = member.key.string
      if member.value == .null, have[key] == nil { continue }
      if !same(have[key], member.value) {
        found.append(
          "\(label): \(key) is \(have[key].map(show) ?? "absent"), not \(show(member.value))")
      }
    }
  }
  if listed.count != known.count {
    found.append("\(listed.count) conversations, not \(known.count)")
  }

  // Sums, and issues outside of any store.
  for member in expected["totals"]?.members ?? [] where member.key != "byApp" {
    let have = inventory["totals"]?[member.key.string]
    if !same(have, member.value) {
      found.append(
        "totals: \(member.key.string) is \(have.map(show) ?? "absent"), not \(show(member.value))")
    }
  }
  for app in expected["totals"]?["byApp"]?.members ?? [] {
    for member in app.value.members {
      let have = inventory["totals"]?["byApp"]?[app.key.string]?[member.key.string]
      if !same(have, member.value) {
        found.append(
          "totals of \(app.key.string): \(member.key.string) is \(have.map(show) ?? "absent"), not \(show(member.value))"
        )
      }
    }
  }
  let inStores = stores.flatMap { issues($0["issues"]) }
  var outside = issues(inventory["issues"])
  for issue in inStores {
    if let index = outside.firstIndex(of: issue) { outside.remove(at: index) }
  }
  let expectedOutside = issues(expected["issues"])
  if outside != expectedOutside {
    found.append("issues outside stores: \(outside), not \(expectedOutside)")
  }
  return found
}

/// Whether two values are the same, the order of an object's keys apart.
private func same(_ left: JSONValue?, _ right: JSONValue) -> Bool {
  guard let left else { return false }
  switch (left, right) {
  case (.object(let a), .object(let b)):
    return a.count == b.count && b.allSatisfy { same(left[$0.key.string], $0.value) }
  case (.array(let a), .array(let b)):
    return a.count == b.count && zip(a, b).allSatisfy { same($0, $1) }
  default:
    return left == right
  }
}

private func show(_ value: JSONValue) -> String {
  switch value {
  case .string(let text): "“\(text.string)”"
  case .number(let number): number.integer.map(String.init) ?? String(number.double)
  case .boolean(let truth): String(truth)
  case .null: "null"
  case .array(let elements): "[" + elements.map(show).joined(separator: ", ") + "]"
  case .object(let members):
    "{" + members.map { "\($0.key.string): \(show($0.value))" }.joined(separator: ", ") + "}"
  }
}
