import JSON
import Testing

@Suite("A writer of JSON text")
struct JSONWriterTests {
  @Test("puts the commas where they belong")
  func commas() {
    var writer = JSONWriter()
    writer.object { port in
      port.member("id", "a")
      port.member("name", nil as String?)
      port.member("tags") { $0.array(["x", "y"]) { $0.value($1) } }
      port.member("binding:profile") { $0.object { _ in } }
      port.member("fixed_ips") { ips in
        ips.array { list in
          list.object { $0.member("subnet_id", "s") }
          list.object { _ in }
        }
      }
      port.member("up", true)
      port.member(named: "né\"w", 3)
    }
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #"{"id":"a","name":null,"tags":["x","y"],"binding:profile":{},"#
        + #""fixed_ips":[{"subnet_id":"s"},{}],"up":true,"né\"w":3}"#)
  }

  @Test("writes text that reads back as the same value", arguments: 0..<200)
  func roundTrip(seed: UInt64) throws {
    var generator = SplitMix(state: seed)
    let value = Self.anyValue(depth: 4, using: &generator)
    #expect(try JSONValue(parsing: value.bytes) == value, "seed \(seed)")
  }

  @Test("writes null for a number that JSON cannot hold")
  func notFinite() {
    #expect(JSONValue.number(.infinity).description == "null")
    #expect(JSONValue.number(.nan).description == "null")
  }

  private static func anyValue(depth: Int, using generator: inout SplitMix) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
    case 0: .null
    case 1: .bool(.random(using: &generator))
    case 2: .integer(.random(in: .min ... .max, using: &generator))
    case 3: .number(.random(in: -1e20...1e20, using: &generator))
    case 4, 5: .string(anyText(using: &generator))
    case 6: .array((0..<3).map { _ in anyValue(depth: depth - 1, using: &generator) })
    default:
      .object(
        JSONObject(
          members: (0..<12).map {
            JSONObject.Member(
              name: "\($0)" + anyText(using: &generator), value: anyValue(depth: depth - 1, using: &generator))
          }))
    }
  }

  private static func anyText(using generator: inout SplitMix) -> String {
    let scalars = (0..<Int.random(in: 0..<8, using: &generator)).compactMap { _ in
      Unicode.Scalar(UInt32.random(in: 0...(Bool.random(using: &generator) ? 0x7F : 0x10FFFF), using: &generator))
    }
    return String(String.UnicodeScalarView(scalars))
  }
}

/// A small generator whose sequence a seed repeats (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014).
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
