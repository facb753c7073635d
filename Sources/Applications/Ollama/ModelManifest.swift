import ByteReading
import SystemPackage

/// The manifest of one model tag: which blobs make it up (`manifest/layer.go`).
struct ModelManifest {
  /// The layer that carries a conversation: `/save` in the prompt, or `MESSAGE` in a Modelfile.
  static let messages = "application/vnd.ollama.image.messages"

  /// One blob of a model.
  struct Layer {
    var mediaType: String
    var digest: String
  }

  /// The layers, the configuration last.
  var layers: [Layer]

  /// Reads a manifest; nil where it is none.
  init?(_ document: JSONValue) {
    guard let stored = document["layers"] else { return nil }
    let parts = stored.elements + [document["config"]].compactMap(\.self)
    layers = parts.compactMap { part in
      guard let digest = part["digest"]?.string else { return nil }
      return Layer(mediaType: part["mediaType"]?.string ?? "", digest: digest)
    }
  }

  /// The names a blob may have: `sha256-…`, in the first releases outside of Windows `sha256:…`.
  ///
  /// Nil where the digest is none, so that no manifest can lead out of the folder.
  static func blobNames(_ digest: String) -> [String]? {
    let parts = digest.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "-" }
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isHexOrName) })
    else { return nil }
    return ["\(parts[0])-\(parts[1])", "\(parts[0]):\(parts[1])"]
  }

  /// The name people know a model by, of its manifest's place below `manifests`:
  /// `<host>/<namespace>/<model>/<tag>`, host and namespace left out where they are the usual ones
  /// (`types/model/name.go`, DisplayShortest).
  static func displayName(_ place: [String]) -> String {
    var parts = place[...]
    guard let tag = parts.popLast() else { return "" }
    if parts.count >= 3, parts.first == "registry.ollama.ai" {
      parts.removeFirst()
      if parts.count == 2, parts.first == "library" { parts.removeFirst() }
    }
    return parts.isEmpty ? tag : parts.joined(separator: "/") + ":" + tag
  }
}

extension Character {
  fileprivate var isHexOrName: Bool { isASCII && (isLetter || isNumber) }
}
