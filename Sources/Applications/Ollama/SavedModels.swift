import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

/// Conversations inside models: `/save` makes the running conversation a layer of a new model.
///
/// A models folder has `manifests/<host>/<namespace>/<model>/<tag>` and `blobs/sha256-…`. A layer
/// of type `…image.messages` is a JSON list of messages. Everything else in the folder is model
/// weights and no business of ours. One blob on several tags (`ollama cp`) is one conversation; a
/// list of messages that no manifest names any more is what a deleted model left behind.
struct SavedModels {
  let folder: FilePath

  static func parts(_ folder: FilePath) -> [StorePart] {
    [{ report in SavedModels(folder: folder).read(&report) }]
  }

  /// A manifest and its place below `manifests`.
  private struct Tag {
    var path: FilePath
    var place: [String]

    var order: String { place.joined(separator: "/") }
  }

  private func read(_ report: inout ReadingReport) {
    var tags: [Tag] = []
    find(&tags, in: folder.appending("manifests"), place: [], &report)
    tags.sort { $0.order.utf8.lexicographicallyPrecedes($1.order.utf8) }
    var named: Set<String> = []
    var holders: [String: String] = [:]
    var isComplete = true
    for tag in tags {
      guard let manifest = readManifest(tag, &report) else {
        isComplete = false
        continue
      }
      var hasMessages = false
      for layer in manifest.layers {
        guard let names = ModelManifest.blobNames(layer.digest) else { continue }
        named.formUnion(names)
        guard layer.mediaType == ModelManifest.messages else { continue }
        if !hasMessages, let status = try? report.tree.status(tag.path) {
          report.stores[0].countFile(status)
        }
        hasMessages = true
        let name = ModelManifest.displayName(tag.place)
        if let holder = holders[names[0]] {
          report.add(
            Issue(
              .duplicate, .info, path: tag.path.storedText,
              "\(name) holds the same conversation as \(holder)"))
        } else if readBlob(names, of: tag, name: name, &report) {
          holders[names[0]] = name
        }
      }
    }
    readUnnamed(named, areAllKnown: isComplete, &report)
  }

  /// Finds the manifests, to a depth that leaves room for names with more parts than four.
  private func find(
    _ tags: inout [Tag], in folder: FilePath, place: [String], _ report: inout ReadingReport
  ) {
    do throws(EvidenceError) {
      let listing = try report.tree.list(folder)
      for entry in listing.entries where !entry.name.hasPrefix(".") {
        let path = listing.path(of: entry)
        switch entry.kind {
        case .folder where place.count < 8:
          find(&tags, in: path, place: place + [entry.name], &report)
        case .file where !place.isEmpty:
          tags.append(Tag(path: path, place: place + [entry.name]))
        default: break
        }
      }
    } catch {
      if !(place.isEmpty && error.isAbsence) { report.add(error) }
    }
  }

  private func readManifest(_ tag: Tag, _ report: inout ReadingReport) -> ModelManifest? {
    do throws(EvidenceError) {
      let bytes = try report.tree.contents(tag.path, limit: 4 << 20)
      guard !bytes.isEmpty else {
        report.add(
          Issue(.empty, .warning, path: tag.path.storedText, "a model's manifest of no bytes"))
        return nil
      }
      do throws(ReadingError) {
        var json = JSONCursor(MemorySource(bytes))
        if let manifest = ModelManifest(try json.value()) { return manifest }
        report.add(
          Issue(.malformed, .warning, path: tag.path.storedText, "no manifest of a model"))
      } catch {
        report.add(error, in: tag.path)
      }
    } catch {
      report.add(error)
    }
    return nil
  }

  /// Reads the conversation that a manifest names.
  /// - Returns: Whether the blob is there.
  private func readBlob(
    _ names: [String], of tag: Tag, name: String, _ report: inout ReadingReport
  ) -> Bool {
    for candidate in names {
      let path = folder.appending("blobs").appending(candidate)
      guard let status = try? report.tree.status(path) else { continue }
      var real = path
      if status.kind == .link {
        guard case .found(let target) = report.tree.resolve(path) else {
          report.add(
            Issue(
              .pointsOutside, .warning, path: path.storedText,
              "a blob is a link that leads outside of where to look"))
          return true
        }
        real = target
      }
      readConversation(real, appID: StoredText(name), model: name, &report)
      return true
    }
    report.add(
      Issue(
        .missingBlob, .error, path: tag.path.storedText,
        "the blob with the conversation of \(name) is not there: \(names[0])"))
    return false
  }

  private func readConversation(
    _ path: FilePath, appID: StoredText?, model: String?, isDeleted: Bool = false,
    _ report: inout ReadingReport
  ) {
    do throws(EvidenceError) {
      let file = try report.tree.open(path)
      report.stores[0].countFile(file.status)
      var conversation = Conversation(
        appID: appID, provenance: Provenance(path: path.storedText, offset: 0))
      conversation.bytes = file.status.size
      if isDeleted {
        conversation.deleted = true
        conversation.confidence = 0.9
      }
      var messages = RequestMessages(
        file, model: model, wantsThread: report.demand.wantsThread(of: conversation),
        wantsExcerpt: report.demand.level >= .heads)
      var json = JSONCursor(file)
      do throws(ReadingError) {
        if file.status.size == 0 {
          throw ReadingError(.init(rawValue: "empty"), at: 0, "a conversation of no bytes")
        }
        try messages.read(&json, into: &conversation)
        if try !json.isAtEnd() {
          report.add(
            Issue(
              .malformed, .warning, path: path.storedText, offset: json.offset,
              "bytes behind the list of messages"))
        }
      } catch {
        report.add(error, in: path)
      }
      if let offset = json.firstInvalidUTF8 {
        report.add(
          Issue(
            .invalidUTF8, .warning, path: path.storedText, offset: offset,
            "bytes that are no UTF-8"))
      }
      if appID == nil {
        for index in conversation.thread.indices { conversation.thread[index].gap = true }
        report.add(
          Issue(
            .orphan, .warning, path: path.storedText,
            "a conversation of \(conversation.tally.messages) messages "
              + (isDeleted ? "of a deleted model" : "whose model is not known")))
      }
      messages.issues.forEach { report.add($0) }
      report.emit(conversation)
    } catch {
      report.add(error)
    }
  }

  /// Reads the lists of messages among the blobs that no manifest names; what they begin with tells
  /// them from weights.
  ///
  /// Only where every manifest could be read it is sure that they are left over.
  private func readUnnamed(
    _ named: Set<String>, areAllKnown: Bool, _ report: inout ReadingReport
  ) {
    guard let listing = try? report.tree.list(folder.appending("blobs")) else { return }
    for entry in listing.entries where entry.kind == .file && entry.name.hasPrefix("sha256") {
      let path = listing.path(of: entry)
      guard !named.contains(entry.name), !entry.name.contains("partial"),
        let file = try? report.tree.open(path), let start = try? file.prefix(64),
        SavedModels.isMessageList(start)
      else { continue }
      readConversation(path, appID: nil, model: nil, isDeleted: areAllKnown, &report)
    }
  }

  /// Whether bytes begin as a list of messages does: `[{"role":`.
  static func isMessageList(_ start: [UInt8]) -> Bool {
    start.filter { $0 > 0x20 }.starts(with: Array("[{\"role\":".utf8))
  }
}

extension Issue.Code {
  /// A manifest names a blob that is not there.
  static let missingBlob = Self(rawValue: "missing-blob")
}
