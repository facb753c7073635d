import ByteReading
import Conversations

extension OpenWebUI.ChatReader {
  /// What was noticed when a chat was put together.
  struct Remarks {
    /// Messages that only the linear list still holds.
    var remnants = 0
    /// Messages that name a parent which is not there.
    var dangling = 0
    /// Whether messages name each other as parents in a circle.
    var isCyclic = false
  }

  /// Adds a message that only `chat_message` holds.
  func addFromRow(_ sketch: OpenWebUI.MessageSketch, _ message: Message?) {
    index.insert(sketch.id, at: tree.count)
    tree.append(sketch)
    if let message { thread.append(message) }
  }

  /// Decides what counts, finds the branch that is shown, and counts into `conversation`.
  /// - Parameter fallback: The leaf by the chat's own column, where the document's leads nowhere.
  func finish(into conversation: inout Conversation, leaf fallback: () -> UInt64) -> Remarks {
    var remarks = Remarks()
    if tree.isEmpty {
      takeLinear()
    } else {
      remarks.remnants = countRemnants()
      markBranch(&remarks, fallback)
    }
    for sketch in tree {
      conversation.tally.count(
        Role(rawValue: names[sketch.role]),
        model: sketch.model == OpenWebUI.NameTable.none ? nil : names[sketch.model],
        time: sketch.time)
      if !sketch.isActive { conversation.tally.hiddenMessages += 1 }
      conversation.tally.attachments &+= UInt64(sketch.attachments)
      conversation.tally.attachmentBytes &+= sketch.attachmentBytes
    }
    if let time = conversation.created { conversation.tally.widen(to: time) }
    if let time = conversation.updated { conversation.tally.widen(to: time) }
    if wantsThread {
      for position in thread.indices where position < tree.count {
        thread[position].active = tree[position].isActive
      }
      conversation.thread = thread
    }
    if conversation.title?.isEmpty ?? true {
      if conversation.title == nil { conversation.title = title }
      conversation.excerpt = excerpt?.beginning(Conversation.excerptLimit)
    }
    return remarks
  }

  /// The linear list is all there is: every message of it counts, two of one id once.
  private func takeLinear() {
    for (position, sketch) in linear.enumerated() {
      if sketch.id != 0 {
        if index.position(of: sketch.id) != nil { continue }
        index.insert(sketch.id, at: tree.count)
      }
      tree.append(sketch)
      if position < linearThread.count {
        var message = linearThread[position]
        if sketch.id == 0 { message.id = StoredText(String(position)) }
        thread.append(message)
      }
    }
    linearThread.removeAll()
  }

  /// Counts the messages of the linear list that are nowhere else; in a thread, only they are kept
  /// beside it.
  ///
  /// One without an id cannot be told from its copy in the tree, except by its text.
  private func countRemnants() -> Int {
    var count = 0
    var kept: [Message] = []
    var seen = OpenWebUI.SketchIndex()
    for (position, sketch) in linear.enumerated() where sketch.id != 0 {
      guard index.position(of: sketch.id) == nil, seen.position(of: sketch.id) == nil else {
        continue
      }
      seen.insert(sketch.id, at: position)
      count += 1
      if position < linearThread.count { kept.append(linearThread[position]) }
    }
    linearThread = kept
    return count
  }

  private func markBranch(_ remarks: inout Remarks, _ fallback: () -> UInt64) {
    for position in tree.indices {
      tree[position].isActive = false
      let parent = tree[position].parent
      if parent != 0, index.position(of: parent) == nil { remarks.dangling += 1 }
    }
    var at = current == 0 ? nil : index.position(of: current)
    if at == nil { at = index.position(of: fallback()) ?? newestLeaf() }
    while let position = at {
      if tree[position].isActive {
        remarks.isCyclic = true
        break
      }
      tree[position].isActive = true
      at = tree[position].parent == 0 ? nil : index.position(of: tree[position].parent)
    }
  }
  /// The leaf with the latest time; of equals, and where all is a circle, the last one stored.
  private func newestLeaf() -> Int? {
    var isParent = [Bool](repeating: false, count: tree.count)
    for sketch in tree where sketch.parent != 0 {
      if let parent = index.position(of: sketch.parent) { isParent[parent] = true }
    }
    var leaf: Int?
    for position in tree.indices where !isParent[position] {
      if let best = leaf, let time = tree[best].time, tree[position].time.map({ $0 < time }) ?? true
      {
        continue
      }
      leaf = position
    }
    return leaf ?? tree.indices.last
  }
}
