import JSON
import Model
import OpenStackHTTP

/// What `POST /v3/auth/tokens` asks for.
struct LogIn: Sendable {
  enum DomainReference: Hashable, Sendable {
    case id(String)
    case name(String)
  }

  /// A user or project named by its id, or by its name in a domain.
  enum Reference: Hashable, Sendable {
    case id(String)
    case name(String, domain: DomainReference)
  }

  enum CredentialReference: Hashable, Sendable {
    case id(String)
    case name(String, user: Reference)
  }

  enum Proof: Sendable {
    case password(user: Reference, password: String)
    case token(String)
    case applicationCredential(CredentialReference, secret: String)
  }

  enum Scope: Hashable, Sendable {
    case unspecified
    case unscoped
    case project(Reference)
    case domain(DomainReference)
    case system
  }

  var proof: Proof
  var scope: Scope

  /// The longest body of a log-in, in bytes.
  static let bodyLimit = 64 << 10

  /// - Throws: `APIError` 400 with the wording of Keystone, 401 for methods there are none of.
  init(_ json: JSONValue) throws {
    guard let auth = json["auth"], auth.object != nil else { throw APIError.missing("auth", in: "request body") }
    guard let identity = auth["identity"], identity.object != nil else {
      throw APIError.missing("identity", in: "auth")
    }
    guard let methods = identity["methods"]?.array else { throw APIError.missing("methods", in: "identity") }
    // A method may be named twice; several different ones at once prove nothing more here.
    guard let method = methods.first?.string, methods.allSatisfy({ $0.string == method }) else {
      throw APIError.unauthorized(identityURL: nil)
    }
    guard let data = identity[method], data.object != nil else { throw APIError.missing(method, in: "identity") }
    proof = try Self.proof(method, data)
    scope = try Self.scope(auth["scope"])
    if case .applicationCredential = proof, scope != .unspecified {
      throw APIError.unauthorized(
        "Error authenticating with application credential: Application credentials cannot request a scope.")
    }
  }

  private static func proof(_ method: String, _ json: JSONValue) throws -> Proof {
    switch method {
    case "password":
      guard let user = json["user"], user.object != nil else { throw APIError.missing("user", in: "password") }
      guard let password = user["password"]?.string else { throw APIError.missing("password", in: "user") }
      return .password(user: try reference(user, "user"), password: password)
    case "token":
      guard let text = json["id"]?.string else { throw APIError.missing("id", in: "token") }
      return .token(text)
    case "application_credential":
      guard let secret = json["secret"]?.string else { throw APIError.missing("secret", in: method) }
      if let id = json["id"]?.string { return .applicationCredential(.id(id), secret: secret) }
      guard let name = json["name"]?.string else { throw APIError.missing("id or name", in: method) }
      guard let user = json["user"], user.object != nil else { throw APIError.missing("user", in: method) }
      return .applicationCredential(.name(name, user: try reference(user, "user")), secret: secret)
    default:
      throw APIError.unauthorized("Attempted to authenticate with an unsupported method.")
    }
  }

  private static let scopes = "system, project, domain, OS-TRUST:trust or unscoped"

  private static func scope(_ json: JSONValue?) throws -> Scope {
    guard let json, !json.isNull else { return .unspecified }
    if json == "unscoped" { return .unscoped }
    let names = json.object?.names ?? []
    guard let name = names.first, names.count == 1, let value = json[name] else {
      throw APIError.missing(scopes, in: "scope")
    }
    switch name {
    case "unscoped": return .unscoped
    case "project": return .project(try reference(value, "project"))
    case "domain": return .domain(try domain(value, "scope"))
    case "system":
      guard value["all"]?.bool == true else { throw APIError.missing("all", in: "system") }
      return .system
    default: throw APIError.missing(scopes, in: "scope")
    }
  }

  private static func reference(_ json: JSONValue, _ target: String) throws -> Reference {
    if let id = json["id"]?.string { return .id(id) }
    guard let name = json["name"]?.string else { throw APIError.missing("id or name", in: target) }
    guard let domain = json["domain"], domain.object != nil else { throw APIError.missing("domain", in: target) }
    return .name(name, domain: try Self.domain(domain, target))
  }

  private static func domain(_ json: JSONValue, _ target: String) throws -> DomainReference {
    if let id = json["id"]?.string { return .id(id) }
    guard let name = json["name"]?.string else { throw APIError.missing("id or name", in: "domain") }
    return .name(name)
  }
}
