import JSON
import Model
import NIOHTTP1
import NetworkService
import Testing

/// What lists understand and what they refuse.
@Suite("Filters and orders")
struct ListRuleTests {
  struct Refusal: Sendable {
    var query: String
    var status = 400
    var type = "HTTPBadRequest"
    var message: String
  }

  static let refusals: [Refusal] = [
    Refusal(query: "nosuch=1&also=2", message: "['nosuch', 'also'] is invalid attribute for filtering"),
    Refusal(query: "created_at=x", message: "['created_at'] is invalid attribute for filtering"),
    Refusal(query: "sort_key=name", message: "The number of sort_keys and sort_dirs must be same"),
    Refusal(query: "sort_key=nosuch&sort_dir=asc", message: "['nosuch'] is invalid attribute for sort_keys"),
    Refusal(query: "sort_key=description&sort_dir=asc", message: "['description'] is invalid attribute for sort_keys"),
    Refusal(
      query: "sort_key=name&sort_dir=up",
      message: "['up'] is invalid value for sort_dirs, valid value is 'asc' and 'desc'"),
    Refusal(
      query: "limit=-1", type: "BadRequest",
      message: "Bad limit request: Limit must be an integer 0 or greater and not '-1'."),
    Refusal(
      query: "limit=", type: "BadRequest",
      message: "Bad limit request: Limit must be an integer 0 or greater and not ''."),
    Refusal(query: "limit=1&marker=x", status: 404, type: "PortNotFound", message: "Port x could not be found."),
    Refusal(
      query: "admin_state_up=perhaps", type: "InvalidInput",
      message: "Invalid input for operation: 'perhaps' cannot be converted to boolean."),
    Refusal(
      query: "revision_number=one", type: "InvalidInput",
      message: "Invalid input for operation: 'one' is not an integer."),
    Refusal(
      query: "changed_since=yesterday", type: "InvalidInput",
      message: "Invalid input for operation: The input changed_since must be in the following format: "
        + "YYYY-MM-DDTHH:MM:SSZ."),
  ]

  @Test("what a list cannot do is refused in Neutron's words")
  func refused() async throws {
    try await TestCloud.serve { cloud in
      for refusal in Self.refusals {
        let answer = try await cloud.get("/v2.0/ports?\(refusal.query)")
        #expect(answer.status == refusal.status, "\(refusal.query)")
        #expect(answer.errorType == refusal.type, "\(refusal.query)")
        #expect(answer.errorMessage == refusal.message, "\(refusal.query)")
      }
      #expect(try await cloud.get("/v2.0/ports?marker=x").status == 200)
    }
  }

  @Test("a list can be cut to what has changed since a time, written in any of ISO 8601's ways")
  func changedSince() async throws {
    let clock = TestClock()
    try await TestCloud.serve(clock: clock) { cloud in
      _ = try await cloud.create("network", ["name": "old"])
      clock.advance(by: .seconds(3600))
      let time = clock.now.iso8601Seconds
      let new = try await cloud.create("network", ["name": "new"])
      let seconds = time.dropLast()
      for text in [time, String(seconds), "\(seconds).000", "\(seconds)%2B00:00", "\(seconds)-00:30"] {
        let answer = try await cloud.get("/v2.0/networks?fields=name&changed_since=\(text)")
        #expect(answer.body?["networks"] == (text.hasSuffix("30") ? [] : [["name": "new"]]), "\(text)")
      }
      let earlier = try await cloud.get("/v2.0/networks?fields=name&changed_since=\(seconds)%2B02:00")
      #expect(earlier.body?["networks"]?.array?.count == 2)
      let later = try await cloud.get("/v2.0/networks?changed_since=2999-01-01")
      #expect(later.body?["networks"] == [])
      #expect(try new.text("updated_at") >= time)
    }
  }

  @Test("truth values of filters are read in all of Python's spellings")
  func booleans() async throws {
    try await TestCloud.serve { cloud in
      _ = try await cloud.create("network", ["admin_state_up": false])
      for text in ["False", "false", "0", "f", "no", "off", "n", "FALSE"] {
        #expect(try await cloud.get("/v2.0/networks?admin_state_up=\(text)").body?["networks"]?.array?.count == 1)
      }
      for text in ["True", "1", "yes", "on", "t", "y"] {
        #expect(try await cloud.get("/v2.0/networks?admin_state_up=\(text)").body?["networks"] == [])
      }
      #expect(
        try await cloud.get("/v2.0/networks?admin_state_up=1&admin_state_up=0").body?["networks"]?.array?.count == 1)
    }
  }
}
