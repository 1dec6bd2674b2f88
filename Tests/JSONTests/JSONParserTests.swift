import JSON
import Testing

@Suite("A parser for what strangers send")
struct JSONParserTests {
  @Test(
    "reads every kind of value",
    arguments: [
      ("null", JSONValue.null), ("true", true), (" false ", false), ("0", 0), ("-12", -12),
      ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
      ("1.5", 1.5), ("-2e3", -2000.0), ("1E+2", 100.0), ("\"\"", ""), ("[]", []), ("{}", [:]),
      ("[1,[2,{\"a\":null}]]", [1, [2, ["a": nil]]]),
      ("{\"a\" : 1 ,\n\"b\":\t[ ]\r}", ["a": 1, "b": []]),
    ] as [(String, JSONValue)])
  func value(text: String, expected: JSONValue) throws {
    #expect(try JSONValue(parsing: text) == expected)
  }

  @Test(
    "refuses what is not JSON",
    arguments: [
      "", " ", "nul", "tru", "01", "-", "1.", ".5", "1e", "+1", "[1,]", "[1 2]", "{\"a\":1,}", "{\"a\"}", "{a:1}", "{",
      "[", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\n\"", "1 2", "{\"port\": ", "1e999", "'a'", "NaN",
    ])
  func malformed(text: String) {
    #expect { try JSONValue(parsing: text) } throws: { ($0 as? JSONError)?.code == .malformed }
  }

  @Test("joins surrogate pairs and refuses halves of them")
  func surrogates() throws {
    #expect(try JSONValue(parsing: #""\ud83d\ude00 \u00e9\/\b\f\n\r\t\\\"""#) == "😀 é/\u{8}\u{c}\n\r\t\\\"")
    for half in [#""\ud83d""#, #""\ude00""#, #""\ud83dx""#, #""\ud83d\u0041""#] {
      #expect { try JSONValue(parsing: half) } throws: { ($0 as? JSONError)?.code == .badText }
    }
  }

  @Test("refuses bytes that are not UTF-8")
  func invalidUTF8() {
    for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0x5C, 0x6E, 0xED, 0xA0, 0x80, 0x22]] {
      #expect { try JSONValue(parsing: bytes) } throws: { ($0 as? JSONError)?.code == .badText }
    }
  }

  @Test("refuses an object with the same name twice, small or large")
  func duplicates() {
    let large = (0..<40).map { "\"n\($0 % 39)\":1" }.joined(separator: ",")
    for text in [#"{"a":1,"b":2,"a":1}"#, "{\(large)}", #"[{"a":{"b":1,"b":1}}]"#] {
      #expect { try JSONValue(parsing: text) } throws: { ($0 as? JSONError)?.code == .duplicateName }
    }
  }

  @Test("goes as deep as allowed and no deeper")
  func depth() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try JSONValue(parsing: nested(32))
    #expect { try JSONValue(parsing: nested(33)) } throws: { ($0 as? JSONError)?.code == .tooDeep }
    #expect { try JSONValue(parsing: String(repeating: "[{\"a\":", count: 100_000)) } throws: {
      ($0 as? JSONError)?.code == .tooDeep
    }
  }

  @Test("tells a member that is null from one that is absent")
  func nullIsNotAbsent() throws {
    let body = try JSONValue(parsing: #"{"port":{"name":null}}"#)
    #expect(body["port"]?["name"] == .null)
    #expect(body["port"]?["device_id"] == nil)
  }
}
