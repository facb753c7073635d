import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

/// The stores Jan keeps, each with how it is read.
enum JanClaims {
  static let id = ApplicationID(rawValue: "jan")

  /// How many thread folders one part reads: enough that starting a part costs nothing beside it,
  /// few enough that two workers end at about the same time.
  private static let batch = 64

  /// A `threads` folder, eras B to F mixed.
  static func threads(_ kind: StoreKind, _ path: FilePath) -> StoreClaim {
    StoreClaim(id, [StoreHead(kind, path, format: "jan-threads")]) { tree, _ in
      let listing: FolderListing
      do throws(EvidenceError) {
        listing = try tree.list(path)
      } catch {
        return [{ report in report.add(error) }]
      }
      let server = JanServerFiles(path.removingLastComponent().appending("files"), tree)
      let folders = listing.entries.filter { $0.kind == .folder }.map { listing.path(of: $0) }
      var parts: [StorePart] = stride(from: 0, to: folders.count, by: batch).map { start in
        { report in
          var reader = JanThreadReader(tree, server)
          for folder in folders[start..<min(start + batch, folders.count)] {
            reader.read(folder, into: &report)
          }
        }
      }
      let loose = listing.entries.filter { $0.kind == .file }.map { listing.path(of: $0) }
      if !loose.isEmpty {
        parts.append { report in
          for file in loose { _ = report.countFile(at: file) }
        }
      }
      return parts
    }
  }

  /// The folder of one thread, alone.
  static func thread(_ path: FilePath) -> StoreClaim {
    StoreClaim(id, [StoreHead(.conversations, path, format: "jan-threads")]) { tree, _ in
      [
        { report in
          var reader = JanThreadReader(tree, nil)
          reader.read(path, into: &report)
        }
      ]
    }
  }

  /// One file of a thread, alone: `messages.jsonl`, `thread.json`, or a thread of era B.
  static func threadFile(_ path: FilePath, _ content: JanSniffing.FileContent) -> StoreClaim {
    StoreClaim(id, [StoreHead(.conversations, path, format: "jan-threads")]) { tree, _ in
      [
        { report in
          var reader = JanThreadReader(tree, nil)
          let folder = path.removingLastComponent()
          let name = StoredText(folder.lastComponent?.string ?? path.string)
          switch content {
          case .header: reader.readThread(path, nil, id: name, in: folder, 0, &report)
          case .messages: reader.readThread(nil, path, id: name, in: folder, 0, &report)
          case .singleFile:
            let stem = StoredText(path.lastComponent?.stem ?? "")
            reader.readSingle(path, id: stem, 0, &report)
          }
        }
      ]
    }
  }

  /// A `conversations` folder of era A, one Markdown file a conversation.
  static func markdown(_ kind: StoreKind, _ path: FilePath) -> StoreClaim {
    StoreClaim(
      id,
      [StoreHead(kind, path, format: "jan-markdown", formatVersion: JanEra.markdown.rawValue)]
    ) { tree, _ in
      [
        { report in
          _ = report.countFiles(below: path)
          let reader = JanMarkdownReader(tree)
          reader.readAll(in: path, &report)
        }
      ]
    }
  }

  /// A conversation of era A, alone.
  static func markdownFile(_ path: FilePath) -> StoreClaim {
    StoreClaim(
      id,
      [
        StoreHead(
          .conversations, path, format: "jan-markdown", formatVersion: JanEra.markdown.rawValue)
      ]
    ) { tree, _ in
      [
        { report in
          _ = report.countFile(at: path)
          JanMarkdownReader(tree).read(path, id: StoredText(path.stem ?? ""), &report)
        }
      ]
    }
  }

  /// A file or folder that is named with its files and bytes, and not parsed.
  /// - Parameters:
  ///   - excluded: what below it belongs to other stores.
  ///   - unparsed: what is in it that is not read, where that must be known.
  static func named(
    _ kind: StoreKind, _ path: FilePath, format: String, except excluded: Set<FilePath> = [],
    unparsed: String? = nil
  ) -> StoreClaim {
    StoreClaim(id, [StoreHead(kind, path, format: format)]) { tree, _ in
      [
        { report in
          if tree.isFolder(path) {
            report.countFiles(below: path, except: excluded)
          } else {
            _ = report.countFile(at: path)
          }
          if let unparsed {
            report.add(
              Issue(
                .notParsed, .info, path: path.storedText,
                "\(unparsed): \(report.stores[0].bytes) bytes, named and not parsed"))
          }
        }
      ]
    }
  }

  /// A folder of logs, whose lines can be searched.
  static func logs(_ kind: StoreKind, _ path: FilePath) -> StoreClaim {
    StoreClaim(id, [StoreHead(kind, path, format: "jan-logs")]) { tree, demand in
      [
        { report in
          var files: [FilePath] = []
          report.countFiles(below: path) { files.append($0) }
          guard demand.passages else { return }
          for file in files { emitLines(of: file, tree, &report) }
        }
      ]
    }
  }

  private static func emitLines(
    of path: FilePath, _ tree: EvidenceTree, _ report: inout ReadingReport
  ) {
    do throws(EvidenceError) {
      let file = try tree.open(path)
      var lines = LineCursor(file)
      while (try? lines.next()) ?? false {
        guard !lines.line.isEmpty else { continue }
        report.emit(
          Passage(
            .log, StoredText(bytes: lines.line),
            provenance: Provenance(path: path.storedText, offset: lines.offset)))
      }
    } catch {
      report.add(error)
    }
  }
}
