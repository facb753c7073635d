import Applications
import ByteReading
import Conversations
import EvidenceFiles
import Inventory
import SystemPackage
import TestSupport
import Testing

@Suite struct LMStudioPlacesTests {
  private let chat =
    #"{"name":"n","createdAt":1750000000000,"messages":[{"versions":[{"role":"user","content":[{"type":"text","text":"x"}]}]}]}"#

  @Test(
    "the sample is found whole, whatever it is called",
    arguments: [
      (20_261_123, "home"), (77, "path"), (4096, "image"),
    ])
  func sample(seed: Int, kind: String) throws {
    let folder = try makeLMStudioSample(seed: seed)
    let expected = try parse(try contents(folder.path + "/expected.json"))
    let home = folder.path + "/home"
    let place: LookingPlace =
      switch kind {
      case "home": .home(FilePath(home))
      case "path": .path(FilePath(home))
      default: .image(FilePath(home))
      }
    let reading = LMStudioReading(place)
    let wanted = expected["stores"]?.elements ?? []
    #expect(
      reading.stores(below: home).sorted()
        == wanted.map { "\($0["kind"]?.string ?? "") \($0["path"]?.string ?? "")" }.sorted())
    for want in wanted {
      let path = home + "/" + (want["path"]?.string ?? "")
      let store = try #require(
        reading.inventory.stores.first {
          $0.head.path.string == path && $0.head.kind.rawValue == want["kind"]?.string
        })
      #expect(Int64(store.counts.conversations) == want["conversations"]?.integer, "\(path)")
      #expect(Int64(store.counts.tally.messages) == want["messages"]?.integer, "\(path)")
      #expect(Int64(store.counts.files) == want["files"]?.integer, "\(path)")
      #expect(Int64(store.counts.bytes) == want["bytes"]?.integer, "\(path)")
      #expect(store.head.format == want["format"]?.string, "\(path)")
      if let documents = want["documents"] {
        #expect(store.counts.documents.map(Int64.init) == documents["count"]?.integer, "\(path)")
        #expect(Int64(store.counts.documentBytes) == documents["bytes"]?.integer, "\(path)")
      }
    }
  }

  @Test("what somebody wrote is searched, and no key is")
  func searched() throws {
    let folder = try makeLMStudioSample(seed: 20_261_123)
    let texts = LMStudioReading(folder.path + "/home").texts
    for wanted in [
      "Answer like a lighthouse keeper.", "Du bist eine geduldige Gärtnerin.",
      "ask Noor about clause 7", "And what if they never answer? (not sent yet)",
      "eine Notiz als Text", "Du hilfst beim Bauen.", "build the boathouse", "Wem gehört das?",
      "und das Dach? (Entwurf)", "Kurz antworten (7).", "Steuer 2023", "Annex A: keys, 3",
      "§ 7 Die Mieterin entlüftet die Heizkörper.", "14.212,5", "zähler.txt",
      #"      "content": "Which owls sing before dawn in March?""#, "Plan angesehen",
    ] {
      #expect(texts.contains(wanted), "\(wanted)")
    }
    for text in texts {
      #expect(!text.contains("not-a-real"), "\(text)")
      #expect(!text.contains("sk-not-real") && !text.contains("notARealToken"), "\(text)")
    }
  }

  @Test("a pointer of Windows leads to a home on drive C of an image, in any case of letters")
  func windowsPointer() throws {
    let folder = try TemporaryFolder()
    let person = folder.path + "/Users/Mira"
    try write(#"c:\USERS\mira\Daten\LMS\#r\#n"#.utf8, to: person + "/.lmstudio-home-pointer")
    try write(chat.utf8, to: person + "/Daten/lms/conversations/1.conversation.json")
    try write("{}".utf8, to: person + "/appdata/roaming/LM STUDIO/settings.json")
    try write("{}".utf8, to: person + "/AppData/x")
    let reading = LMStudioReading(.image(FilePath(folder.path)))
    #expect(
      reading.stores(below: person).filter { $0.hasPrefix("conversations") }
        == ["conversations Daten/lms/conversations"])
    #expect(reading.conversations.map(\.conversation.appID) == ["1"])
  }

  @Test("a pointer to another drive is said, and not followed")
  func otherDrive() throws {
    let folder = try TemporaryFolder()
    let person = folder.path + "/Users/mira"
    try write(#"E:\lms"#.utf8, to: person + "/.lmstudio-home-pointer")
    let reading = LMStudioReading(.image(FilePath(folder.path)))
    #expect(reading.issues == ["points-outside"])
    #expect(reading.inventory.stores.isEmpty)
  }

  @Test("`conversations` may be a link; the chats keep their names, and are read once")
  func linkedFolder() throws {
    let folder = try TemporaryFolder()
    try write(chat.utf8, to: folder.path + "/disk/lms chats/Work/1.conversation.json")
    try makeFolders(folder.path + "/.lmstudio/user-files")
    #expect(
      try run("ln", ["-s", "../disk/lms chats", folder.path + "/.lmstudio/conversations"]).status
        == 0)
    let reading = LMStudioReading(.home(FilePath(folder.path)))
    #expect(reading.conversations.map(\.conversation.appID) == ["Work/1"])
  }

  @Test("chats are recognised where they were copied to, one store for a folder of them")
  func copied() throws {
    let folder = try TemporaryFolder()
    try write(chat.utf8, to: folder.path + "/old/lms/1.conversation.json")
    try write(chat.utf8, to: folder.path + "/old/lms/deeper/2.conversation.json")
    try write("x".utf8, to: folder.path + "/old/lms/.DS_Store")
    try write(chat.utf8, to: folder.path + "/mixed/3.conversation.json")
    try write("x".utf8, to: folder.path + "/mixed/cv.txt")
    try write(chat.utf8, to: folder.path + "/mixed/no suffix at all")
    try write(
      #"{"messages":[{"role":"user"}],"versions":1}"#.utf8, to: folder.path + "/mixed/other.json")
    let reading = LMStudioReading(folder.path)
    #expect(
      reading.stores(below: folder.path) == [
        "conversations mixed/3.conversation.json", "conversations mixed/no suffix at all",
        "conversations old/lms",
      ])
    #expect(
      reading.conversations.map { $0.conversation.appID?.string } == [
        "3", "no suffix at all", "1", "deeper/2",
      ])
  }

  @Test("a single file below `conversations` keeps the id it has in its store")
  func singleFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/h/conversations/Work/Q3/9.conversation.json"
    try write(chat.utf8, to: path)
    #expect(LMStudioReading(path).conversations.map(\.conversation.appID) == ["Work/Q3/9"])
    #expect(
      LMStudioReading(folder.path + "/h/conversations/Work").conversations
        .map(\.conversation.appID) == ["Work/Q3/9"])
  }

  @Test("an old chat is a copy where a migrated one has its name, its time, or its title and words")
  func migrated() throws {
    let folder = try TemporaryFolder()
    let home = folder.path + "/.cache/lm-studio"
    func old(_ name: String, _ title: String, _ identifier: Int64, _ text: String) throws {
      try write(
        #"{"messages":[{"role":"user","content":"\#(text)"}]}"#.utf8,
        to: "\(home)/chats/\(name).chat.json")
      try write(
        #"{"name":"\#(title)","identifier":\#(identifier)}"#.utf8,
        to: "\(home)/chats/\(name).metadata.chat.json")
    }
    func new(_ name: String, _ title: String, _ created: Int64, _ text: String) throws {
      try write(
        #"{"name":"\#(title)","createdAt":\#(created),"messages":[{"versions":[{"role":"user","content":[{"type":"text","text":"\#(text)"}]}]}]}"#
          .utf8, to: "\(home)/conversations/Migrated chats/\(name).conversation.json")
    }
    try old("1", "by name", 1_700_000_000_001, "a")
    try new("1", "another", 1_700_000_999_999, "b")
    try old("2", "by time", 1_700_000_000_002, "c")
    try new("22", "another", 1_700_000_000_002, "d")
    try old("3", "by words", 1_700_000_000_003, "e")
    try new("33", "by words", 1_700_000_888_888, "e")
    try old("4", "by words", 1_700_000_000_004, "other words")
    let reading = LMStudioReading(folder.path)
    let chats = reading.conversations.filter { $0.store.head.format == "lm-studio-chat" }
    #expect(
      chats.map { "\($0.store.head.kind.rawValue) \($0.conversation.appID?.string ?? "")" }.sorted()
        == ["conversations 4", "copies 1", "copies 2", "copies 3"])
    #expect(chats.allSatisfy { $0.conversation.copy == ($0.store.head.kind == .copies) })
    let own = chats.first { $0.store.head.kind == .conversations }
    #expect(own?.conversation.created?.milliseconds == 1_700_000_000_004)
  }

  @Test("folders of other applications with names like these are left alone")
  func others() throws {
    let folder = try TemporaryFolder()
    try write("{}".utf8, to: folder.path + "/app/conversations/a.json")
    try write("{}".utf8, to: folder.path + "/app/chats/b.json")
    try write("{}".utf8, to: folder.path + "/app/models/c.json")
    #expect(LMStudioReading(folder.path).inventory.stores.isEmpty)
  }

  @Test("AppleDouble files are files of the store, and no chats")
  func appleDouble() throws {
    let folder = try TemporaryFolder()
    try write(chat.utf8, to: folder.path + "/conversations/1.conversation.json")
    try write([0, 5, 22, 7], to: folder.path + "/conversations/._1.conversation.json")
    let reading = LMStudioReading(folder.path)
    #expect(reading.conversations.count == 1)
    #expect(reading.inventory.stores.map(\.counts.files) == [2])
    #expect(reading.issues == [])
  }
}
