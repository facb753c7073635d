import ByteReading
import Conversations
public import Inventory

/// Conversations as one HTML page that loads nothing and runs nothing.
public enum HTMLExport {
  /// What stands before the first conversation.
  public static let beginning = Array(
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Conversations</title>
    <style>
    :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
    body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
    article { border-top: 2px solid; padding-top: 1rem; margin-top: 3rem; }
    section { margin: 1.25rem 0; padding-left: 1rem; border-left: 3px solid #8888; }
    section.user { border-color: #2a7ae2; }
    section.hidden { opacity: .6; }
    h3, dl { font-size: .85rem; font-weight: 600; margin: 0 0 .25rem; }
    dl { display: grid; grid-template-columns: max-content auto; gap: 0 1rem; font-weight: 400; }
    dd { margin: 0; overflow-wrap: anywhere; }
    pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: 0; }
    pre.reasoning, pre.tool { font-size: .85rem; opacity: .75; margin-bottom: .5rem; }
    </style>
    </head>
    <body>

    """.utf8)

  /// What stands behind the last conversation.
  public static let end = Array("</body>\n</html>\n".utf8)

  /// One conversation.
  public static func conversation(
    _ listed: ListedConversation, names: [String: String]
  ) -> [UInt8] {
    let conversation = listed.conversation
    var page =
      "<article id=\"c-\(listed.id)\">\n<h2>\(escaped(ConversationTable.title(conversation)))</h2>\n<dl>"
    page += fact("application", names[listed.app.rawValue] ?? listed.app.rawValue)
    page += fact("id", listed.id)
    if let created = conversation.created { page += fact("begun", created.description) }
    if let updated = conversation.updated { page += fact("changed", updated.description) }
    page += fact("source", TerminalText.line(conversation.provenance.path))
    page += "</dl>\n"
    for message in conversation.thread {
      let role = TerminalText.line(message.role.rawValue)
      let style = ["user", "assistant", "tool", "system"].contains(role) ? role : "other"
      page += "<section class=\"\(style)\(message.active ? "" : " hidden")\">\n<h3>"
      var head = [role]
      if let model = message.model { head.append(TerminalText.line(model)) }
      if let time = message.time { head.append(time.description) }
      if !message.active { head.append("hidden branch") }
      page += escaped(head.joined(separator: " · ")) + "</h3>\n"
      if let reasoning = message.reasoning, !reasoning.isEmpty {
        page += "<pre class=\"reasoning\">\(escaped(TerminalText.lines(reasoning)))</pre>\n"
      }
      if !message.text.isEmpty {
        page += "<pre>\(escaped(TerminalText.lines(message.text)))</pre>\n"
      }
      for call in message.toolCalls {
        let parts = [call.name, call.arguments, call.result].compactMap(\.self)
        let text = parts.map { TerminalText.lines($0) }.joined(separator: "\n")
        page += "<pre class=\"tool\">\(escaped(text))</pre>\n"
      }
      for attachment in message.attachments {
        let name = (attachment.name ?? attachment.path).map { TerminalText.line($0) } ?? "file"
        page += "<p>attached: \(escaped(name))</p>\n"
      }
      page += "</section>\n"
    }
    return Array((page + "</article>\n").utf8)
  }

  private static func fact(_ name: String, _ value: String) -> String {
    "<dt>\(name)</dt><dd>\(escaped(value))</dd>"
  }

  /// Text between tags and in quoted attributes.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
