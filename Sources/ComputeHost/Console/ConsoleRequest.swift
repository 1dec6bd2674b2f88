internal import NIOHTTP1

/// What a browser says when it opens a console, and whether it may: the rules of `nova/console/websocketproxy.py`.
struct ConsoleRequest: Hashable, Sendable {
  /// The token in the query (`/?token=...`, or noVNC's `/?path=%3Ftoken%3D...`), else in the cookie of that name.
  let token: String?
  private let host: String?
  private let origin: String?
  private let forwardedScheme: String?
  /// Whether it speaks noVNC's sub-protocol.
  let offersBinary: Bool

  init(_ head: HTTPRequestHead) {
    let query = head.uri.firstIndex(of: "?").map { head.uri[head.uri.index(after: $0)...] } ?? ""
    token = Self.token(inQuery: query) ?? Self.token(inCookies: head.headers["Cookie"])
    host = head.headers.first(name: "Host")
    origin = head.headers.first(name: "Origin")
    forwardedScheme = head.headers.first(name: "X-Forwarded-Proto")
    offersBinary = head.headers[canonicalForm: "Sec-WebSocket-Protocol"].contains("binary")
  }

  /// Whether the page that asks comes from here: a page of somebody else must not use what the browser knows. What is no
  /// browser says nothing of its origin.
  ///
  /// - Parameters:
  ///   - hosts: The names that are allowed besides the one that the request was sent to.
  ///   - scheme: That of the URL that users are given.
  func comesFrom(_ hosts: Set<String>, scheme: String) -> Bool {
    guard let origin else { return true }
    guard let end = origin.firstRange(of: "://") else { return false }
    let name = Self.hostName(origin[end.upperBound...])
    let isKnown = hosts.contains(name) || (host.map { Self.hostName($0[...]) == name } ?? false)
    return !name.isEmpty && isKnown && (forwardedScheme ?? String(origin[..<end.lowerBound])) == scheme
  }

  /// The name in `name:port`; of an IPv6 address without its brackets.
  static func hostName(_ authority: Substring) -> String {
    if authority.first == "[" { return String(authority.dropFirst().prefix { $0 != "]" }) }
    return String(authority.prefix { $0 != ":" && $0 != "/" })
  }

  private static func token(inQuery query: Substring, depth: Int = 0) -> String? {
    for pair in query.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, let value = decoded(parts[1]) else { continue }
      switch parts[0] {
      case "token": return value
      case "path" where depth == 0:
        let inner = value.drop { $0 != "?" }.dropFirst()
        if let token = token(inQuery: inner, depth: 1) { return token }
      default: continue
      }
    }
    return nil
  }

  /// Without percent-encoding; `nil` if it is malformed.
  private static func decoded(_ text: Substring) -> String? {
    var (bytes, rest): ([UInt8], Substring.UTF8View) = ([], text.utf8)
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
        return nil
      }
      bytes.append(value)
      rest.removeFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func token(inCookies headers: [String]) -> String? {
    for cookie in headers.flatMap({ $0.split(separator: ";") }) {
      let parts = cookie.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
      if parts.count == 2, parts[0] == "token" { return String(parts[1]) }
    }
    return nil
  }
}
