import JSON
import Testing

@Suite("What a writer of JSON copies")
struct JSONWriterTextTests {
  private static func text(_ write: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    write(&writer)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  @Test("a character that must be escaped is found wherever it stands, and nothing else is escaped", arguments: 0..<70)
  func escapes(length: Int) {
    for (character, written) in [
      ("\"", #"\""#), ("\\", #"\\"#), ("\n", #"\n"#), ("\r", #"\r"#), ("\t", #"\t"#), ("\u{0}", #"\u0000"#),
      ("\u{1f}", #"\u001f"#), ("\u{7f}", "\u{7f}"), (" ", " "), ("/", "/"), ("é", "é"), ("😀", "😀"),
    ] {
      for place in Set([0, length / 2, length]) {
        let before = String(repeating: "x", count: place)
        let after = String(repeating: "y", count: length - place)
        #expect(Self.text { $0.value(before + character + after) } == "\"\(before)\(written)\(after)\"")
      }
    }
  }

  @Test("a part of a longer text is written, and not what lies beside it")
  func substring() {
    let whole = "before \"middle\" after, and much more than fits into a small text"
    #expect(Self.text { $0.value(String(whole.dropFirst(7).prefix(8))) } == #""\"middle\"""#)
  }

  @Test(
    "an integer is written with all its digits",
    arguments: [
      (0, "0"), (7, "7"), (-7, "-7"), (10, "10"), (99, "99"), (100, "100"), (-100, "-100"),
      (.max, "9223372036854775807"), (.min, "-9223372036854775808"),
    ] as [(Int64, String)])
  func integers(value: Int64, written: String) {
    #expect(Self.text { $0.value(value) } == written)
  }

  @Test("what is JSON already is copied as it is, with the commas around it")
  func raw() {
    let written = Self.text { writer in
      writer.object { object in
        object.member("tags", raw: #"["a","b"]"#)
        object.member("profile") { $0.raw(#"{"x": "é"}"#) }
        object.member("utf8") { $0.raw("{}".utf8) }
        object.member("bytes") { $0.raw([0x5B, 0x5D]) }
        object.member("list") { $0.array([1, 2]) { list, _ in list.raw("null") } }
        object.member("end", 1)
      }
    }
    #expect(
      written
        == #"{"tags":["a","b"],"profile":{"x": "é"},"utf8":{},"bytes":[],"list":[null,null],"end":1}"#)
  }
}
