import ByteReading
import Conversations
import EvidenceFiles
import SQLiteEvidence
import SystemPackage

extension OpenWebUI {
  /// Reads channels: the rows of `message`, each channel a conversation.
  ///
  /// A channel with a time in `deleted_at` is kept by the application and shown to nobody.
  struct ChannelReading {
    private let database: Database
    private let store: Int
    private let reader = ChatReader()

    init(_ database: Database, _ store: Int) {
      self.database = database
      self.store = store
      reader.uploads = database.uploads
    }

    private struct Channel {
      var conversation: Conversation
      var owner: StoredText?
      var wantsThread = false
    }

    func read(_ report: inout ReadingReport) {
      guard let messages = database.schema.table("message"),
        let place = messages.index(of: "channel_id"), let id = messages.index(of: "id")
      else { return }
      var channels: [Channel] = []
      var known: [UInt64: Int] = [:]
      let isSound = readChannels(&channels, &known, report.demand, &report)
      let columns = PostColumns(messages, id)
      var rows = TableReader(database.snapshot, messages)
      while rows.next() {
        let digest = OpenWebUI.digest(rows, place)
        let position: Int
        if let found = known[digest] {
          position = found
        } else {
          position = channels.count
          known[digest] = position
          channels.append(orphan(rows.text(place), isSound, report.demand))
        }
        add(rows, columns, to: &channels[position])
      }
      for finding in rows.damage { report.add(Issue(openWebUI: finding), store: store) }
      emit(channels, &report)
    }

    private func emit(_ channels: [Channel], _ report: inout ReadingReport) {
      var gone = 0
      var left: UInt64 = 0
      for channel in channels {
        if channel.conversation.deleted {
          gone += 1
          left &+= channel.conversation.tally.messages
          if report.demand.level >= .heads {
            report.emit(channel.conversation, store: store)
          }
          continue
        }
        let users = report.stores[store].users
        report.emit(channel.conversation, store: store)
        report.stores[store].users = users
        if let owner = channel.owner, !owner.isEmpty {
          report.stores[store].users.insert(ContentDigest(of: owner.bytes))
        }
      }
      if gone > 0 {
        report.add(
          Issue(
            .orphan, .warning, path: database.path.storedText,
            "\(gone) channels that were deleted still have \(left) messages"), store: store)
      }
    }

    private func readChannels(
      _ channels: inout [Channel], _ known: inout [UInt64: Int], _ demand: ReadingDemand,
      _ report: inout ReadingReport
    ) -> Bool {
      guard let table = database.schema.table("channel"), let id = table.index(of: "id") else {
        return false
      }
      let user = table.index(of: "user_id")
      let name = table.index(of: "name")
      let created = table.index(of: "created_at")
      let updated = table.index(of: "updated_at")
      let archived = table.index(of: "archived_at")
      let deleted = table.index(of: "deleted_at")
      var rows = TableReader(database.snapshot, table)
      while rows.next() {
        var conversation = Conversation(
          appID: rows.text(id), title: name.flatMap { rows.text($0) },
          provenance: Provenance(
            path: database.path.storedText, table: "channel", row: rows.text(id)))
        conversation.channel = true
        conversation.created = created.flatMap { OpenWebUI.time(rows, $0) }
        conversation.updated = updated.flatMap { OpenWebUI.time(rows, $0) }
        conversation.archived = archived.map { rows.type($0) != .null }
        conversation.deleted = deleted.map { rows.type($0) != .null } ?? false
        conversation.confidence = conversation.deleted ? 1 : nil
        for column in table.columns.indices {
          conversation.bytes &+= UInt64(rows.byteCount(column))
        }
        if let time = conversation.created { conversation.tally.widen(to: time) }
        if let time = conversation.updated { conversation.tally.widen(to: time) }
        let owner = user.flatMap { rows.text($0) }
        if demand.level >= .heads, let owner, !owner.isEmpty {
          conversation.user = database.userName(owner) ?? owner
        }
        known[OpenWebUI.digest(rows, id)] = channels.count
        channels.append(
          Channel(
            conversation: conversation, owner: owner,
            wantsThread: demand.wantsThread(of: conversation)))
      }
      for finding in rows.damage { report.add(Issue(openWebUI: finding), store: store) }
      return rows.damage.isEmpty
    }

    /// A channel that is gone, or whose row is damaged, while its messages are there.
    private func orphan(_ id: StoredText?, _ isSound: Bool, _ demand: ReadingDemand) -> Channel {
      var conversation = Conversation(
        appID: id, provenance: Provenance(path: database.path.storedText, table: "message"))
      conversation.channel = true
      conversation.deleted = isSound
      conversation.confidence = isSound ? 1 : nil
      return Channel(
        conversation: conversation, owner: nil, wantsThread: demand.wantsThread(of: conversation))
    }

    private struct PostColumns {
      let id: Int
      let user, parent, reply, content, data, meta, created: Int?

      init(_ table: TableSchema, _ id: Int) {
        self.id = id
        user = table.index(of: "user_id")
        parent = table.index(of: "parent_id")
        reply = table.index(of: "reply_to_id")
        content = table.index(of: "content")
        data = table.index(of: "data")
        meta = table.index(of: "meta")
        created = table.index(of: "created_at")
      }
    }

    /// Counts one post.
    ///
    /// The table has no roles: a post is a model's where its `meta` names one.
    private func add(
      _ rows: borrowing TableReader, _ columns: PostColumns, to channel: inout Channel
    ) {
      let time = columns.created.flatMap { OpenWebUI.time(rows, $0) }
      let meta = columns.meta.flatMap {
        rows.byteCount($0) > 4 ? rows.text($0, limit: 1 << 20) : nil
      }
      let model = meta.flatMap { OpenWebUI.value(of: $0)?["model_id"]?.text }
      let role: Role = model == nil ? .user : .assistant
      channel.conversation.tally.count(role, model: model?.string, time: time)
      channel.conversation.bytes &+= UInt64(columns.content.map { rows.byteCount($0) } ?? 0)
      var sketch = MessageSketch()
      var files: [Attachment] = []
      if let data = columns.data, rows.byteCount(data) > 4 {
        var json = JSONCursor(rows.source(data))
        reader.begin(
          ChatReader.Origin(path: ""), wantsThread: channel.wantsThread, wantsExcerpt: false,
          hasRows: false)
        // What breaks off counts as far as it was read.
        try? readFiles(&json, &sketch, &files)
      }
      channel.conversation.tally.attachments &+= UInt64(sketch.attachments)
      channel.conversation.tally.attachmentBytes &+= sketch.attachmentBytes
      guard channel.wantsThread else { return }
      let id = rows.text(columns.id) ?? ""
      var message = Message(
        id: id, role: role, text: columns.content.flatMap { rows.text($0) } ?? "", time: time,
        provenance: Provenance(path: database.path.storedText, table: "message", row: id))
      for column in [columns.parent, columns.reply] where message.parent == nil {
        if let column, rows.byteCount(column) > 0 { message.parent = rows.text(column) }
      }
      message.model = model
      message.attachments = files
      channel.conversation.thread.append(message)
    }

    private func readFiles(
      _ json: inout JSONCursor, _ sketch: inout MessageSketch, _ files: inout [Attachment]
    ) throws(ReadingError) {
      guard try json.beginObjectIfPresent() else { return }
      while try json.nextKey() {
        switch json.key {
        case "files": try reader.readFiles(&json, &sketch, &files)
        default: try json.skipValue()
        }
      }
    }
  }
}
