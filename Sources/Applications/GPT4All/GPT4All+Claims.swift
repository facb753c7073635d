import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

extension GPT4All {
  /// Claims everything in a folder.
  ///
  /// - Parameters:
  ///   - isOld: Whether the settings name another folder, so that this one is only a copy.
  ///   - isKnown: Whether the application would put its data there; then it is a store without chats
  ///     too, and keys are looked for below it as the application does.
  func claim(
    _ folder: GPT4AllFolder, isOld: Bool, isKnown: Bool, withLogs: Bool, _ survey: inout Survey
  ) {
    claimChats(folder, isOld: isOld, isKnown: isKnown, &survey)
    let newest = folder.databases.map(\.generation).max() ?? 0
    for database in folder.databases {
      claimDatabase(database, isOld: isOld || database.generation < newest, &survey)
    }
    for vectors in folder.vectors { claimVectors(vectors, isOld: isOld, &survey) }
    let keys = isKnown ? keysBelow(folder.path, folder.keys, survey) : folder.keys
    if !keys.isEmpty {
      claimFiles(.secrets, folder.path, keys, format: "gpt4all-keys", &survey)
    }
    if withLogs, !folder.logs.isEmpty { claimLogs(folder.path, folder.logs, &survey) }
  }

  // MARK: - Chats

  func claimChats(
    _ folder: GPT4AllFolder, isOld: Bool, isKnown: Bool, _ survey: inout Survey
  ) {
    if isOld {
      claimChats(folder.chats + folder.copies, at: folder.path, .copies, onlyIfAny: true, &survey)
      return
    }
    claimChats(folder.chats, at: folder.path, .conversations, onlyIfAny: !isKnown, &survey)
    claimChats(folder.copies, at: folder.path, .copies, onlyIfAny: true, &survey)
  }

  /// Claims some chats as one store, in parts of 64.
  func claimChats(
    _ chats: [GPT4AllFolder.Chat], at path: FilePath, _ kind: StoreKind, onlyIfAny: Bool,
    _ survey: inout Survey
  ) {
    if onlyIfAny, chats.isEmpty { return }
    let head = StoreHead(
      kind, path, format: "gpt4all-chat", formatVersion: GPT4AllFolder.versions(chats),
      onlyIfAny: onlyIfAny)
    let files = chats.map(\.path)
    survey.claim(
      StoreClaim(GPT4All.id, [head], covers: files) { _, _ in
        stride(from: 0, to: files.count, by: 64).map { start in
          { report in
            for file in files[start..<min(start + 64, files.count)] {
              GPT4All.readChat(file, isCopy: kind == .copies, &report)
            }
          }
        }
      })
  }

  private static func readChat(_ file: FilePath, isCopy: Bool, _ report: inout ReadingReport) {
    do {
      report.stores[0].countFile(try report.tree.status(file))
      let reader = try ChatReader(file, tree: report.tree, demand: report.demand)
      reader.report(to: &report, store: 0, isCopy: isCopy)
    } catch {
      report.add(error)
    }
  }

  // MARK: - Documents

  func claimDatabase(_ database: GPT4AllFolder.Database, isOld: Bool, _ survey: inout Survey) {
    let path = database.path
    let head = StoreHead(
      isOld ? .copies : .documents, path, format: "gpt4all-localdocs",
      formatVersion: database.generation >= 0 ? String(database.generation) : nil)
    survey.claim(
      StoreClaim(GPT4All.id, [head], covers: [path] + LocalDocs.companions(of: path)) { _, _ in
        LocalDocs(path: path, isGenerationKnown: database.generation >= 0).parts()
      })
  }

  func claimVectors(_ file: FilePath, isOld: Bool, _ survey: inout Survey) {
    let head = StoreHead(isOld ? .copies : .documents, file, format: "gpt4all-embeddings")
    survey.claim(
      StoreClaim(GPT4All.id, [head]) { _, _ in
        [
          { report in
            guard let status = GPT4All.count(file, &report) else { return }
            report.add(
              Issue(
                .notParsed, .info, path: file.storedText,
                "an index of vectors, \(status.size) bytes, from which text can be inferred"))
          }
        ]
      })
  }

  // MARK: - Settings, keys, logs, cache

  func claimSettings(_ file: FilePath, _ survey: inout Survey) {
    let head = StoreHead(.settings, file, format: "gpt4all-settings")
    survey.claim(
      StoreClaim(GPT4All.id, [head]) { _, _ in
        [
          { report in
            guard GPT4All.count(file, &report) != nil, report.demand.passages else { return }
            GPT4All.readInstructions(file, &report)
          }
        ]
      })
  }

  /// Gives the instructions a person wrote for models, which are not saved in any chat.
  private static func readInstructions(_ file: FilePath, _ report: inout ReadingReport) {
    guard let bytes = try? report.tree.contents(file) else { return }
    for entry in QtSettings(bytes).entries where entry.key.hasPrefix("model-") {
      guard entry.key.hasSuffix("/systemMessage") || entry.key.hasSuffix("/systemPrompt") else {
        continue
      }
      for text in entry.values where !text.isEmpty {
        report.emit(
          Passage(
            .text, text, provenance: Provenance(path: file.storedText, offset: entry.offset)))
      }
    }
  }

  /// Claims files that are counted and not read: keys, whose values go nowhere.
  func claimFiles(
    _ kind: StoreKind, _ path: FilePath, _ files: [FilePath], format: String,
    _ survey: inout Survey
  ) {
    survey.claim(
      StoreClaim(GPT4All.id, [StoreHead(kind, path, format: format)], covers: files) { _, _ in
        [{ report in for file in files { _ = GPT4All.count(file, &report) } }]
      })
  }

  /// Keys in a data folder and in the folders below it, four levels down and at most 10,000 names:
  /// the application looks for them wherever models are.
  private func keysBelow(
    _ folder: FilePath, _ known: [FilePath], _ survey: Survey
  ) -> [FilePath] {
    var found = known
    var seen = 0
    var pending: [(FilePath, Int)] = [(folder, 0)]
    while let (path, depth) = pending.popLast(), seen < 10_000 {
      guard let listing = try? survey.tree.list(path) else { continue }
      for entry in listing.entries {
        seen += 1
        let file = listing.path(of: entry)
        if entry.kind == .folder, depth < 4, !survey.isCovered(file) {
          pending.append((file, depth + 1))
        } else if entry.kind == .file, depth > 0, entry.name.hasSuffix(".rmodel"),
          !survey.isCovered(file)
        {
          found.append(file)
        }
      }
    }
    return found
  }

  func claimLogs(_ folder: FilePath, _ files: [FilePath], _ survey: inout Survey) {
    let head = StoreHead(.logs, folder, format: "gpt4all-log")
    survey.claim(
      StoreClaim(GPT4All.id, [head], covers: files) { _, _ in
        files.map { file in
          { report in
            guard GPT4All.count(file, &report) != nil, report.demand.passages else { return }
            LogLines(file).read(&report)
          }
        }
      })
  }

  func claimCache(_ folder: FilePath, _ survey: inout Survey) {
    let head = StoreHead(.cache, folder, format: "gpt4all-cache")
    survey.claim(
      StoreClaim(GPT4All.id, [head]) { _, _ in
        [
          { report in
            var pending = [folder]
            while let path = pending.popLast() {
              do throws(EvidenceError) {
                let listing = try report.tree.list(path)
                for entry in listing.entries {
                  let below = listing.path(of: entry)
                  if entry.kind == .folder { pending.append(below) }
                  if entry.kind == .file { _ = GPT4All.count(below, &report) }
                }
              } catch {
                report.add(error)
              }
            }
          }
        ]
      })
  }

  /// Counts a file, or reports why that is impossible.
  private static func count(_ file: FilePath, _ report: inout ReadingReport) -> FileStatus? {
    do {
      let status = try report.tree.status(file)
      report.stores[0].countFile(status)
      return status
    } catch {
      report.add(error)
      return nil
    }
  }
}
