import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

extension LMStudio {
  /// The folder `user-files`, where files given to chats are kept under names made of a time, each
  /// with its own name and a picture of it in `<name>.metadata.json`.
  struct Uploads: Sendable {
    let tree: EvidenceTree
    let folder: FilePath

    /// The file a message names, and the name it came with.
    func find(_ identifier: StoredText) -> (path: StoredText?, originalName: StoredText?)? {
      // One plain name: what a chat says must not lead elsewhere.
      guard let name = FilePath.Component(identifier.string), name.kind == .regular else {
        return nil
      }
      let file = folder.appending(name)
      let path = tree.isFile(file) ? file.storedText : nil
      let metadata = Metadata(tree, folder.appending(name.string + ".metadata.json"))
      return (path, metadata?.originalName)
    }

    /// What a `.metadata.json` says.
    struct Metadata {
      var originalName: StoredText?
      var hasPreview = false

      /// Reads a file's metadata; nil where there is none that can be opened.
      ///
      /// What stood before an error is kept.
      init?(_ tree: EvidenceTree, _ path: FilePath) {
        guard let file = try? tree.open(path) else { return nil }
        var json = JSONCursor(file)
        try? read(&json)
      }

      private mutating func read(_ json: inout JSONCursor) throws(ReadingError) {
        try json.beginObject()
        while try json.nextKey() {
          switch json.key {
          case "originalName": originalName = try json.textIfString()
          case "preview":
            guard try json.beginObjectIfPresent() else { continue }
            while try json.nextKey() {
              if case "data" = json.key, try json.kind() == .string {
                hasPreview = try json.skipString() > 0
              } else {
                try json.skipValue()
              }
            }
          default: try json.skipValue()
          }
        }
      }
    }
  }
}
