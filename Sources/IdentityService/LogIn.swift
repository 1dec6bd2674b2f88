import JSON
import Model
import OpenStackHTTP

/// What `POST /v3/auth/tokens` asks for.
struct LogIn: Sendable {
  /// A user or project named by its id, or by its name in the default domain.
  enum Reference: Hashable, Sendable {
    case id(String)
    case name(String, domain: DomainReference)
  }

  /// The domain is named by id or by name; there is only one.
  struct DomainReference: Hashable, Sendable {
    var isDefault: Bool
  }

  enum Proof: Sendable {
    case password(user: Reference, password: String)
    case token(String)
  }

  enum Scope: Sendable {
    case unspecified
    case unscoped
    case project(Reference)
    /// A domain or the system: nobody has a role there.
    case elsewhere
  }

  var proof: Proof
  var scope: Scope

  /// - Throws: `APIError` 400 with the wording of Keystone's schema, 401 for methods there are none of.
  init(_ json: JSONValue) throws {
    guard let auth = json["auth"], let identity = auth["identity"], identity.object != nil else {
      throw Self.malformed("'identity' is a required property")
    }
    guard let methods = identity["methods"]?.array else { throw Self.malformed("'methods' is a required property") }
    switch methods.first?.string {
    case "password" where methods.count == 1: proof = try Self.password(identity["password"])
    case "token" where methods.count == 1:
      guard let text = identity["token"]?["id"]?.string else { throw Self.malformed("'id' is a required property") }
      proof = .token(text)
    default: throw APIError.unauthorized(identityURL: nil)
    }
    scope = try Self.scope(auth["scope"])
  }

  private static func password(_ json: JSONValue?) throws -> Proof {
    guard let user = json?["user"], user.object != nil else { throw malformed("'user' is a required property") }
    guard let password = user["password"]?.string else { throw malformed("'password' is a required property") }
    return .password(user: try reference(user), password: password)
  }

  private static func scope(_ json: JSONValue?) throws -> Scope {
    switch json {
    case nil, .null?: return .unspecified
    case .string("unscoped")?: return .unscoped
    case let json?:
      if json["unscoped"] != nil { return .unscoped }
      if let project = json["project"] { return .project(try reference(project)) }
      if json["domain"] != nil || json["system"] != nil { return .elsewhere }
      throw malformed("scope: a project is missing")
    }
  }

  private static func reference(_ json: JSONValue) throws -> Reference {
    if let id = json["id"]?.string { return .id(id) }
    guard let name = json["name"]?.string else { throw malformed("'id' or 'name' is a required property") }
    let domain = json["domain"]
    let isDefault =
      domain?["id"]?.string == Domain.defaultID || domain?["name"]?.string == Domain.defaultName
      || domain?["name"]?.string == Domain.defaultID
    return .name(name, domain: DomainReference(isDefault: isDefault))
  }

  private static func malformed(_ message: String) -> APIError { APIError.badRequest(message) }
}
