import Model
import Testing

@Suite("Values as bytes of text")
struct TextFormTests {
  @Test("a value is read from bytes as it is from a text", arguments: 0..<50)
  func bytes(seed: UInt64) throws {
    var generator = Steps(state: seed &* 7919)
    let id = UUID(using: &generator)
    let address = MACAddress(bits: generator.next())
    let time = Timestamp(microseconds: Int64(generator.next() % 253_402_300_800_000_000))
    #expect(UUID(ascii: id.description.utf8.span) == id)
    #expect(UUID(ascii: id.hex.utf8.span) == id)
    #expect(UUID("before\(id)after".dropFirst(6).prefix(36)) == id)
    #expect(MACAddress(ascii: address.description.utf8.span) == address)
    #expect(Timestamp(ascii: time.description.utf8.span) == time)
    #expect(Timestamp(time.iso8601WithoutZone) == time)
  }

  @Test("every byte but a hexadecimal digit is refused, wherever it stands", arguments: UInt8.min...UInt8.max)
  func digits(byte: UInt8) {
    let isDigit = "0123456789abcdefABCDEF".utf8.contains(byte)
    for place in [0, 7, 9, 20, 35] {
      var text = Array("1e7ec799-f8fe-4109-bf60-1e66b70d365c".utf8)
      text[place] = byte
      #expect((UUID(ascii: text.span) != nil) == isDigit)
    }
    for place in [8, 13, 18, 23] {
      var text = Array("1e7ec799-f8fe-4109-bf60-1e66b70d365c".utf8)
      text[place] = byte
      #expect((UUID(ascii: text.span) != nil) == (byte == UInt8(ascii: "-")))
    }
    #expect(byte.hexadecimalDigit == (isDigit ? UInt8(String(UnicodeScalar(byte)), radix: 16) : nil))
  }

  @Test(
    "an address is read from bytes as it is from a text, and what is none is refused",
    arguments: [
      "0.0.0.0", "10.0.0.1", "255.255.255.255", "::", "2001:db8::1", "256.0.0.1", "1.2.3", "1.2.3.4.5", "01.2.3.4",
      "1..2.3",
      ".1.2.3.4", "1.2.3.4.", "1.2.3.a", "", "1.2.3.0004", "2001:db8:::1", "1.2.3.4 ", "-1.2.3.4", "é",
    ])
  func addresses(text: String) {
    #expect(IPAddress(ascii: text.utf8.span) == IPAddress(text))
    if let address = IPAddress(text) { #expect(address.description == text) }
  }

  @Test(
    "a time at the ends of the calendar has a text",
    arguments: [
      (0, "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"),
      (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
      (-62_167_219_200_000_000, "0000-01-01T00:00:00.000000Z"),
      (.max, "294247-01-10T04:00:54.775807Z"), (.min, "-290308-12-21T19:59:05.224192Z"),
    ] as [(Int64, String)])
  func ends(microseconds: Int64, text: String) {
    #expect(Timestamp(microseconds: microseconds).description == text)
  }

  @Test(
    "what is no time is refused",
    arguments: [
      "", "2026-11-23", "2026-11-23T01:29", "2026-11-23T01:29:3", "2026-11-23T01:29:33.", "2026-11-23T01:29:33.1234567",
      "2026-11-23T01:29:33ZZ", "2026-11-23T01:29:33+00:00", "2026-02-30T00:00:00", "2026-13-01T00:00:00",
      "2026-11-23t01:29:33", "2026-11-23T24:00:00", "2026-11-23T01:60:00", "2026-11-23T01:29:60",
      "2026-11-23T01:29:33.Z",
      "2026-11-23T01:29:33.12é", "+026-11-23T01:29:33", "2026-11-23T01:29:33 ",
    ])
  func badTime(text: String) {
    #expect(Timestamp(text) == nil)
  }
}

/// A generator whose sequence a seed repeats (SplitMix).
private struct Steps: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
