import Model
import Testing

@Suite("Values")
struct ValueTests {
  @Test("a UUID reads both forms in either case and writes the canonical one")
  func uuid() throws {
    let text = "1e7ec799-f8fe-4109-bf60-1e66b70d365c"
    let id = try #require(UUID(text))
    #expect(id.description == text)
    #expect(id.hex == "1e7ec799f8fe4109bf601e66b70d365c")
    #expect(UUID(id.hex) == id)
    #expect(UUID(text.uppercased()) == id)
  }

  @Test(
    "what is no UUID is refused",
    arguments: [
      "", "x", "1e7ec799-f8fe-4109-bf60-1e66b70d365", "1e7ec799-f8fe-4109-bf60-1e66b70d365c0",
      "1e7ec799f8fe-4109-bf60-1e66b70d365c", "1e7ec7-99f8fe-4109-bf60-1e66b70d365c",
      "1e7ec799-f8fe-4109-bf60-1e66b70d365g", "{1e7ec799-f8fe-4109-bf60-1e66b70d365c}",
      "1e7ec799-f8fe-4109-bf60-1e66b70d365c ", "é7ec799-f8fe-4109-bf60-1e66b70d365c",
      "--------------------------------",
    ])
  func badUUID(text: String) {
    #expect(UUID(text) == nil)
  }

  @Test("a random UUID has the version and variant of RFC 4122")
  func randomUUID() {
    for _ in 0..<200 {
      let text = Array(UUID().description)
      #expect(text[14] == "4")
      #expect("89ab".contains(text[19]))
    }
    #expect(UUID() != UUID())
  }

  @Test("a MAC address reads both separators and writes colons")
  func macAddress() throws {
    let address = try #require(MACAddress("FA-16-3E-5B-95-3C"))
    #expect(address.description == "fa:16:3e:5b:95:3c")
    #expect(address.hex == "fa163e5b953c")
    #expect(address.octets == [0xFA, 0x16, 0x3E, 0x5B, 0x95, 0x3C])
    #expect(MACAddress(address.description) == address)
  }

  @Test(
    "what is no MAC address is refused",
    arguments: [
      "", "zz", "fa:16:3e:5b:95", "fa:16:3e:5b:95:3", "fa:16:3e:5b:95:3c:", "fa.16.3e.5b.95.3c", "fa:16:3e:5b:95:gg",
    ])
  func badMACAddress(text: String) {
    #expect(MACAddress(text) == nil)
  }

  @Test("an IPv4 address reads four octets and writes them", arguments: ["0.0.0.0", "10.101.0.104", "255.255.255.255"])
  func address(text: String) {
    #expect(IPv4Address(text)?.description == text)
  }

  @Test(
    "what is no IPv4 address is refused",
    arguments: [
      "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "1..3.4", "+1.2.3.4", "a.b.c.d", "::1", "1.2.3.٤",
    ])
  func badAddress(text: String) {
    #expect(IPv4Address(text) == nil)
  }

  @Test("a prefix clears host bits, and knows its addresses")
  func prefix() throws {
    let network = try #require(IPv4Network("10.101.7.9/22"))
    #expect(network.description == "10.101.4.0/22")
    #expect(network.last.description == "10.101.7.255")
    #expect(network.contains(try #require(IPv4Address("10.101.4.0"))))
    #expect(!network.contains(try #require(IPv4Address("10.101.8.0"))))
    let all = try #require(IPv4Network("0.0.0.0/0"))
    #expect(all.last.description == "255.255.255.255")
    #expect(all.overlaps(network) && network.overlaps(all))
    #expect(!network.overlaps(try #require(IPv4Network("10.101.8.0/22"))))
    let one = try #require(IPv4Network("10.0.0.1/32"))
    #expect(one.last == one.address)
  }

  @Test(
    "what is no prefix is refused",
    arguments: ["10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "/8", "10.0.0.0/8/8"])
  func badPrefix(text: String) {
    #expect(IPv4Network(text) == nil)
  }
}

@Suite("Times")
struct TimestampTests {
  @Test("a time is written in the forms that OpenStack uses, and read back from each")
  func forms() throws {
    let time = try #require(Timestamp("2026-11-23T01:29:33.123456Z"))
    #expect(time.description == "2026-11-23T01:29:33.123456Z")
    #expect(time.iso8601Seconds == "2026-11-23T01:29:33Z")
    #expect(time.iso8601WithoutZone == "2026-11-23T01:29:33.123456")
    #expect(time.spaced == "2026-11-23 01:29:33")
    #expect(Timestamp(time.iso8601WithoutZone) == time)
    #expect(Timestamp(time.spaced) == Timestamp(time.iso8601Seconds))
    #expect(time.microseconds == 1_795_397_373_123_456)
  }

  @Test(
    "civil dates and seconds since 1970 agree",
    arguments: [
      (0, "1970-01-01T00:00:00.000000Z"), (951_782_400, "2000-02-29T00:00:00.000000Z"),
      (951_868_800, "2000-03-01T00:00:00.000000Z"), (4_107_542_400, "2100-03-01T00:00:00.000000Z"),
      (-1, "1969-12-31T23:59:59.000000Z"), (253_402_300_799, "9999-12-31T23:59:59.000000Z"),
    ])
  func calendar(seconds: Int64, text: String) {
    #expect(Timestamp(microseconds: seconds * 1_000_000).description == text)
    #expect(Timestamp(text)?.microseconds == seconds * 1_000_000)
  }

  @Test("every day of 400 years is read back as it was written")
  func everyDay() {
    for day in Int64(-40_000)...Int64(110_000) {
      let time = Timestamp(microseconds: day * 86_400_000_000)
      #expect(Timestamp(time.description) == time)
    }
  }

  @Test(
    "what is no time is refused",
    arguments: [
      "", "2026-11-23", "2026-13-01T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T00:60:00Z", "2026-11-23T00:00:00.Z",
      "2026-11-23T00:00:00.1234567Z", "2026-11-23T00:00:00+01:00", "26-11-23T00:00:00Z", "2026-02-30T00:00:00Z",
      "2026-04-31T00:00:00Z", "2023-02-29T00:00:00Z",
    ])
  func badTime(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test("durations are added and taken away, below zero as well")
  func durations() throws {
    let time = try #require(Timestamp("2026-11-23T00:00:00Z"))
    #expect((time + .milliseconds(1500)).description == "2026-11-23T00:00:01.500000Z")
    #expect((time - .microseconds(1)).description == "2026-11-22T23:59:59.999999Z")
    #expect((time + .seconds(75)) - time == .seconds(75))
    #expect(time < time + .microseconds(1))
  }
}
