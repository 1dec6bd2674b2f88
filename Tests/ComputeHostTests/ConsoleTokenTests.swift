import Model
import NIOHTTP1
import Testing

@testable import ComputeHost

@Suite("The tokens of guests' consoles")
struct ConsoleTokenTests {
  let start = ContinuousClock.now

  @Test("a token lets see one guest until it expires, also more than once")
  func lifetime() {
    var tokens = ConsoleTokens(lifetime: .seconds(600))
    let id = UUID()
    let token = tokens.make(for: id, at: start)
    #expect(token.count == 64)
    #expect(tokens.instance(of: token, at: start) == id)
    #expect(tokens.instance(of: token, at: start + .seconds(599)) == id)
    #expect(tokens.instance(of: token, at: start + .seconds(600)) == nil)
    #expect(tokens.instance(of: "", at: start) == nil)
    #expect(tokens.instance(of: String(token.dropLast()), at: start) == nil)
  }

  @Test("the table is bounded: the oldest is forgotten")
  func bound() {
    var tokens = ConsoleTokens(lifetime: .seconds(600), limit: 2)
    let made = (0..<3).map { tokens.make(for: UUID(), at: start + .seconds($0)) }
    #expect(made.map { tokens.instance(of: $0, at: start + .seconds(3)) != nil } == [false, true, true])
    #expect(Set(made).count == 3)
  }

  static let places: [(uri: String, cookie: String?, token: String?)] = [
    ("/?token=abc", nil, "abc"), ("/websockify?x=1&token=a%2Db", nil, "a-b"), ("/?path=%3Ftoken%3Dabc", nil, "abc"),
    ("/?path=websockify%3Ftoken%3Dabc", nil, "abc"), ("/", "token=abc", "abc"), ("/", "a=b; token=abc", "abc"),
    ("/?token=one", "token=two", "one"), ("/", nil, nil), ("/?token", nil, nil), ("/?token=%zz", nil, nil),
    ("/?token=%4", nil, nil), ("/token=abc", nil, nil), ("/?path=%3Fpath%3D%253Ftoken%253Dabc", nil, nil),
  ]

  @Test("a request's token is where noVNC and other clients put it", arguments: places)
  func place(_ uri: String, _ cookie: String?, _ token: String?) {
    var headers = HTTPHeaders()
    if let cookie { headers.add(name: "Cookie", value: cookie) }
    #expect(ConsoleRequest(HTTPRequestHead(version: .http1_1, method: .GET, uri: uri, headers: headers)).token == token)
  }

  static let origins: [(origin: String?, host: String, forwarded: String?, isAdmitted: Bool)] = [
    (nil, "cloud:6080", nil, true), ("http://cloud", "cloud:6080", nil, true), ("http://cloud:80", "cloud", nil, true),
    ("http://evil", "cloud:6080", nil, false), ("http://cloud.evil", "cloud:6080", nil, false),
    ("http://cloud@evil", "cloud:6080", nil, false), ("https://cloud", "cloud:6080", nil, false),
    ("https://cloud", "cloud:6080", "http", true), ("http://console.example", "cloud:6080", nil, true),
    ("null", "cloud:6080", nil, false), ("", "cloud:6080", nil, false), ("http://", "", nil, false),
    ("http://[::1]:80", "[::1]:6080", nil, true), ("http://[::2]", "[::1]:6080", nil, false),
  ]

  @Test("a page of somebody else must not open a console", arguments: origins)
  func origin(_ origin: String?, _ host: String, _ forwarded: String?, _ isAdmitted: Bool) {
    var headers: HTTPHeaders = ["Host": host]
    if let origin { headers.add(name: "Origin", value: origin) }
    if let forwarded { headers.add(name: "X-Forwarded-Proto", value: forwarded) }
    let request = ConsoleRequest(HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: headers))
    #expect(request.comesFrom(["console.example"], scheme: "http") == isAdmitted)
  }
}
