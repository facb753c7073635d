import ByteReading
import Testing

@testable import Applications

/// Expected values are those that QSettings of Qt 6.12 gave for the same files.
@Suite struct QtSettingsTests {
  @Test("a file that QSettings wrote is read as QSettings reads it")
  func written() {
    let settings = QtSettings(
      Array(
        #"""
        [General]
        a%2Cb%3Bc="x, y; \"z\" \\ é1\n@t"
        at=@@home
        ba=@ByteArray(\0\x1\x61\x62\x63)
        empty=
        inv=@Invalid()
        list=a, b c, " d ", 
        modelPath=/home/lena/KI/Modelle für GPT4All/

        [deep]
        er\key="  lead"

        [%General]
        x=1

        [gr%F6%DFe%20%U20AC]
        k=2

        [model-Llama%203%208B]
        systemMessage=Zeile 1\nZeile ÄÖ € 日本 🎉abc

        [network]
        isActive=true

        """#.utf8))
    let expected: [(String, [StoredText])] = [
      ("a,b;c", ["x, y; \"z\" \\ é1\n@t"]), ("at", ["@home"]),
      ("ba", [StoredText(bytes: [0, 1, 0x61, 0x62, 0x63])]), ("empty", [""]), ("inv", []),
      ("list", ["a", "b c", " d ", ""]), ("modelPath", ["/home/lena/KI/Modelle für GPT4All/"]),
      ("deep/er/key", ["  lead"]), ("General/x", ["1"]), ("größe €/k", ["2"]),
      ("model-Llama 3 8B/systemMessage", ["Zeile 1\nZeile ÄÖ € 日本 🎉abc"]),
      ("network/isActive", ["true"]),
    ]
    #expect(settings.entries.map(\.key) == expected.map(\.0))
    #expect(settings.entries.map(\.values) == expected.map(\.1))
    #expect(settings.entries.first?.offset == 10)
  }

  @Test(
    "escapes, comments and quotes are those of QSettings",
    arguments: [
      (#"p=C:\\Users\\Zo\xeb\x42f\\x"#, "C:\\Users\\ZoëЯ\\x"),
      (#"p=\xd83d\xde42 "#, "🙂"),
      ("p=plain ; a comment", "plain"),
      ("p=\"a; b\" ; a comment", "a; b"),
      ("p = spaced out \r\nq=1", "spaced out"),
      ("p=one\\\ntwo", "onetwo"),
      ("; p=no\np=yes", "yes"),
      ("p=first\np=second", "second"),
      ("[GENERAL]\np=g", "g"),
      (#"p=\x41g\101"#, "AgA"),
    ])
  func spelled(file: String, value: String) {
    #expect(QtSettings(Array(file.utf8))["p"] == StoredText(value))
  }

  @Test("no beginning of a file is a problem")
  func prefixes() {
    let file = Array("\u{FEFF}[a%U20]\np\\q=\"\\x\\\n\\07\", @ByteArray(\n[\n=\n;".utf8)
    for count in 0...file.count {
      #expect(QtSettings(Array(file.prefix(count))).entries.count <= 2)
    }
  }
}
