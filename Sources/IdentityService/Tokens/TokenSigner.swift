import Crypto
import JSON
package import Model

/// Makes tokens that say themselves what they stand for, and reads them: JSON and an HMAC-SHA256 over it, both in
/// base64 for URLs with a dot between. Nothing is stored for a token.
package struct TokenSigner: Sendable {
  /// No token is longer, in bytes: it travels in a header field with every request.
  package static let longestToken = 4096

  private let key: SymmetricKey

  /// - Parameter key: 32 random bytes. Whoever has them can be anybody.
  package init(key: [UInt8]) {
    precondition(key.count >= 32, "a token key has 32 bytes")
    self.key = SymmetricKey(data: key)
  }

  /// The token's text. It may be longer than ``longestToken``; the caller must not give such a one away.
  package func text(for signed: SignedToken) -> String {
    let token = signed.token
    var writer = JSONWriter(reservingCapacity: 480)
    writer.object {
      $0.member("u", token.userID)
      $0.member("n", token.userName)
      Self.member("ud", token.userDomainID, otherThan: Domain.defaultID, &$0)
      Self.member("p", token.projectID, &$0)
      Self.member("pn", token.projectName, &$0)
      Self.member("pd", token.projectDomainID, otherThan: Domain.defaultID, &$0)
      Self.member("d", token.domainID, &$0)
      if token.isSystemScoped { $0.member("s", true) }
      $0.member("r") { $0.array(token.roles) { $0.value($1) } }
      $0.member("i", Int(token.issuedAt.microseconds))
      $0.member("e", Int(token.expiresAt.microseconds))
      $0.member("a", token.auditID)
      Self.member("pa", signed.parentAuditID, &$0)
      $0.member("m") { $0.array(signed.methods) { $0.value($1) } }
      Self.member("c", token.credential?.id, &$0)
      if token.credential?.isRestricted == true { $0.member("cr", true) }
    }
    let code = HMAC<SHA256>.authenticationCode(for: writer.bytes, using: key)
    return "\(Base64URL.encoded(writer.bytes)).\(Base64URL.encoded(code))"
  }

  private static func member(
    _ name: StaticString, _ value: String?, otherThan usual: String? = nil, _ writer: inout JSONWriter
  ) {
    if let value, value != usual { writer.member(name, value) }
  }

  /// What the token stands for, if it is one of ours, expired or not. Else `nil`.
  package func read(_ text: String) -> SignedToken? {
    guard text.utf8.count <= Self.longestToken else { return nil }
    // By bytes: to walk a text's characters costs as much as all the rest. A second dot is in no alphabet.
    guard let dot = text.utf8.firstIndex(of: UInt8(ascii: ".")), let payload = Base64URL.decoded(text[..<dot]),
      let code = Base64URL.decoded(text[text.utf8.index(after: dot)...]),
      HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: payload, using: key),
      let json = try? JSONValue(parsing: payload)
    else { return nil }
    return SignedToken(json)
  }
}

/// A token whose signature was right.
package struct SignedToken: Hashable, Sendable {
  package let token: AuthToken
  /// How the user proved who it is, Keystone's `methods`.
  package let methods: [String]
  /// The audit id of the token that the first of a chain was; `nil` for the first itself.
  package let parentAuditID: String?

  package init(_ token: AuthToken, methods: [String], parentAuditID: String? = nil) {
    self.token = token
    self.methods = methods
    self.parentAuditID = parentAuditID
  }

  fileprivate init?(_ json: JSONValue) {
    guard let userID = json["u"]?.string, let userName = json["n"]?.string, let issued = json["i"]?.integer,
      let expires = json["e"]?.integer, let auditID = json["a"]?.string
    else { return nil }
    let credential = json["c"]?.string.map {
      AuthToken.CredentialUse(id: $0, isRestricted: json["cr"]?.bool ?? false)
    }
    token = AuthToken(
      userID: userID, userName: userName, userDomainID: json["ud"]?.string ?? Domain.defaultID,
      projectID: json["p"]?.string, projectName: json["pn"]?.string, projectDomainID: json["pd"]?.string,
      domainID: json["d"]?.string, isSystemScoped: json["s"]?.bool ?? false,
      roles: (json["r"]?.array ?? []).compactMap(\.string), credential: credential,
      issuedAt: Timestamp(microseconds: issued), expiresAt: Timestamp(microseconds: expires), auditID: auditID)
    methods = (json["m"]?.array ?? []).compactMap(\.string)
    parentAuditID = json["pa"]?.string
  }
}
