import ByteReading
import Conversations

extension OpenWebUI.ChatReader {
  /// Reads a message's `content`: a string, or in imported chats a list of parts.
  func readContent(
    _ json: inout JSONCursor, _ sketch: inout OpenWebUI.MessageSketch, _ message: inout Message?
  ) throws(ReadingError) {
    switch try json.kind() {
    case .string:
      if message != nil {
        message?.text = try json.text()
      } else {
        _ = try json.skipString()
      }
    case .array:
      try json.beginArray()
      while try json.nextElement() {
        switch try json.kind() {
        case .string:
          if message != nil { append(try json.text(), to: &message) } else { try json.skipValue() }
        case .object: try readPart(&json, &sketch, &message)
        default: try json.skipValue()
        }
      }
    case .null:
      try json.skipValue()
    default:
      try keepRaw(&json, &message)
    }
  }

  /// Reads one part of a list of content: text, a picture, or something kept as it stands.
  private func readPart(
    _ json: inout JSONCursor, _ sketch: inout OpenWebUI.MessageSketch, _ message: inout Message?
  ) throws(ReadingError) {
    if message == nil {
      try json.beginObject()
      while try json.nextKey() {
        switch json.key {
        case "image_url", "input_image":
          sketch.countAttachment(bytes: try readImage(&json).bytes)
        default: try json.skipValue()
        }
      }
      return
    }
    var text: StoredText?
    var image: Attachment?
    var isKnown = false
    try json.beginObject()
    while try json.nextKey() {
      switch json.key {
      case "type":
        switch try json.compactTextIfString() {
        case .some("text"), .some("image_url"), .some("input_text"), .some("output_text"),
          .some("input_image"):
          isKnown = true
        default: break
        }
      case "text": text = try json.textIfString()
      case "image_url", "input_image":
        image = try readImage(&json)
        sketch.countAttachment(bytes: image?.bytes)
      default:
        let raw = try json.rawValue()
        message?.asides.append(raw)
      }
    }
    if let image { message?.attachments.append(image) }
    if let text {
      if isKnown { append(text, to: &message) } else { message?.asides.append(text) }
    }
  }

  private func append(_ text: StoredText, to message: inout Message?) {
    guard var whole = message?.text.bytes else { return }
    if !whole.isEmpty { whole.append(0x0A) }
    message?.text = StoredText(bytes: whole + text.bytes)
  }

  private func readImage(_ json: inout JSONCursor) throws(ReadingError) -> Attachment {
    var found = Attachment()
    switch try json.kind() {
    case .string: try readURL(&json, &found)
    case .object:
      try json.beginObject()
      while try json.nextKey() {
        switch json.key {
        case "url": try readURL(&json, &found)
        default: try json.skipValue()
        }
      }
    default: try json.skipValue()
    }
    return found
  }

  /// Reads an attachment's address: a `data:` URL of which only type and size are taken, or where the
  /// file is.
  private func readURL(_ json: inout JSONCursor, _ found: inout Attachment) throws(ReadingError) {
    if try json.isDataURLNext() {
      let data = try json.measuredString(head: 256)
      found.bytes = data.decodedBytes
      if wantsThread { found.mediaType = data.mediaType }
    } else if wantsThread {
      guard let text = try json.textIfString() else { return }
      if let upload = uploads?.path(naming: text) {
        found.path = upload
      } else if found.name == nil {
        found.name = text
      }
    } else {
      try json.skipValue()
    }
  }

  /// Reads the list `files` of a message or a chat, counts its elements, and keeps them for a thread.
  func readFiles(
    _ json: inout JSONCursor, _ sketch: inout OpenWebUI.MessageSketch, _ kept: inout [Attachment]
  ) throws(ReadingError) {
    guard try json.beginArrayIfPresent() else { return }
    while try json.nextElement() {
      var found = Attachment()
      switch try json.kind() {
      case .object: try readFile(&json, &found)
      case .string: try readURL(&json, &found)
      default:
        try json.skipValue()
        continue
      }
      sketch.countAttachment(bytes: found.bytes)
      if wantsThread { kept.append(found) }
    }
  }

  private func readFile(_ json: inout JSONCursor, _ found: inout Attachment) throws(ReadingError) {
    var type: StoredText?
    var size: UInt64?
    try json.beginObject()
    while try json.nextKey() {
      switch json.key {
      case "url": try readURL(&json, &found)
      case "size": size = try readSize(&json) ?? size
      case "name", "filename":
        if wantsThread {
          found.name = try json.textIfString() ?? found.name
        } else {
          try json.skipValue()
        }
      case "type":
        if wantsThread { type = try json.textIfString() } else { try json.skipValue() }
      case "content_type":
        if wantsThread { found.mediaType = try json.textIfString() } else { try json.skipValue() }
      case "id":
        if wantsThread {
          if let id = try json.textIfString(), let upload = uploads?.path(naming: id) {
            found.path = upload
          }
        } else {
          try json.skipValue()
        }
      case "content", "text":
        if wantsThread { found.text = try json.textIfString() } else { try json.skipValue() }
      case "file": size = try readFileRecord(&json, &found) ?? size
      default: try json.skipValue()
      }
    }
    if found.bytes == nil { found.bytes = size }
    if found.mediaType == nil { found.mediaType = type }
  }

  /// Reads the copy of a `file` row that an attachment carries, its extracted text included.
  /// - Returns: The file's size, where it says one.
  private func readFileRecord(
    _ json: inout JSONCursor, _ found: inout Attachment
  ) throws(ReadingError) -> UInt64? {
    guard try json.beginObjectIfPresent() else { return nil }
    var size: UInt64?
    while try json.nextKey() {
      switch json.key {
      case "filename":
        if wantsThread {
          let name = try json.textIfString()
          found.name = found.name ?? name
        } else {
          try json.skipValue()
        }
      case "id":
        if wantsThread {
          if let id = try json.textIfString(), let upload = uploads?.path(naming: id) {
            found.path = upload
          }
        } else {
          try json.skipValue()
        }
      case "meta":
        guard try json.beginObjectIfPresent() else { continue }
        while try json.nextKey() {
          switch json.key {
          case "size": size = try readSize(&json)
          case "content_type":
            if wantsThread {
              found.mediaType = try json.textIfString() ?? found.mediaType
            } else {
              try json.skipValue()
            }
          default: try json.skipValue()
          }
        }
      case "data":
        guard wantsThread, try json.kind() == .object else {
          try json.skipValue()
          continue
        }
        try json.beginObject()
        while try json.nextKey() {
          switch json.key {
          case "content": found.text = try json.textIfString() ?? found.text
          default: try json.skipValue()
          }
        }
      default: try json.skipValue()
      }
    }
    return size
  }

  private func readSize(_ json: inout JSONCursor) throws(ReadingError) -> UInt64? {
    guard let whole = try json.numberIfPresent()?.integer, whole >= 0 else { return nil }
    return UInt64(whole)
  }

  func keepRaw(_ json: inout JSONCursor, _ message: inout Message?) throws(ReadingError) {
    if message != nil {
      let raw = try json.rawValue()
      message?.asides.append(raw)
    } else {
      try json.skipValue()
    }
  }
}
