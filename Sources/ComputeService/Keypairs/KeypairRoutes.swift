import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

/// `/os-keypairs`: import or generate, list, show, delete. A pair belongs to its user, in whatever project.
struct KeypairRoutes: Sendable {
  let store: Store
  let options: ComputeOptions

  func add(to api: RouterGroup<OpenStackRequestContext>) {
    api.post("os-keypairs") { try await create($0, $1) }
    api.get("os-keypairs") { try await list($0, $1) }
    api.get("os-keypairs/:keypair_name") { try await show($0, $1) }
    api.delete("os-keypairs/:keypair_name") { try await delete($0, $1) }
  }

  private func create(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let body = try await context.json(of: request)
    let version = context.microversion
    try Schema.keypairCreate(version).check(body)
    let wanted = body["keypair"] ?? [:]
    let userID = try user(wanted["user_id"]?.string, "create", context)
    let name = (wanted["name"]?.string ?? "").trimmed
    try Self.check(name, version)
    guard wanted["type"]?.string ?? "ssh" == "ssh" else { throw Self.invalid("x509 certificates are not supported") }
    let generated = wanted["public_key"] == nil ? GeneratedKey() : nil
    guard let key = PublicKey(generated?.publicKey ?? wanted["public_key"]?.string ?? "") else {
      throw Self.invalid("failed to generate fingerprint")
    }
    let quotas = Quotas(defaults: options.quotas)
    let projectID = try context.caller.projectID ?? ""
    let pair = try await store.write { transaction in
      if try transaction.keypair(name, ofUser: userID) != nil {
        throw APIError.conflict("Key pair '\(name)' already exists.")
      }
      let limits = try quotas.limits(ofProject: projectID, user: userID, in: transaction)
      guard limits.allows(try transaction.keypairCount(ofUser: userID) + 1, of: .keyPairs) else {
        throw APIError.forbidden("Quota exceeded, too many key pairs.")
      }
      let pair = Keypair(
        userID: userID, name: name, publicKey: key.text, fingerprint: key.fingerprint, createdAt: transaction.now)
      try transaction.insert(pair)
      return pair
    }
    let view = KeypairView(version: version)
    return .json(
      ["keypair": view.created(pair, privateKey: generated?.privateKey)],
      status: version >= Microversion(2, 2) ? .created : .ok)
  }

  private func list(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let version = context.microversion
    let query = QueryString(request.uri.query)
    let userID = try user(version >= Microversion(2, 10) ? query["user_id"] : nil, "index", context)
    let isPaged = version >= Microversion(2, 35)
    let limit = isPaged ? try pageLimit(query["limit"]) : options.maxLimit
    let marker = isPaged ? query["marker"] : nil
    let pairs = try await store.read { snapshot in
      if let marker, try snapshot.keypair(marker, ofUser: userID) == nil {
        throw APIError.badRequest("Marker \(marker) could not be found.")
      }
      return try snapshot.keypairs(ofUser: userID, after: marker, limit: limit)
    }
    let view = KeypairView(version: version)
    var answer = JSONObject()
    answer["keypairs"] = .array(pairs.map { ["keypair": view.listed($0)] })
    if isPaged, pairs.count == limit, let last = pairs.last, limit > 0 {
      let next = "\(context.baseURL)/v2.1/os-keypairs?limit=\(limit)&marker=\(last.name.queryEscaped)"
      answer["keypairs_links"] = [["rel": "next", "href": .string(next)]]
    }
    return .json(.object(answer))
  }

  private func pageLimit(_ text: String?) throws -> Int {
    guard let text else { return options.maxLimit }
    guard let limit = Int(text), limit >= 0 else {
      throw APIError.badRequest("Invalid input for query parameters limit. Value: \(text).")
    }
    return min(limit, options.maxLimit)
  }

  private func show(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let (name, userID) = try target(request, "show", context)
    guard let pair = try await store.read({ try $0.keypair(name, ofUser: userID) }) else {
      throw APIError.noKeypair(name, userID)
    }
    return .json(["keypair": KeypairView(version: context.microversion).shown(pair)])
  }

  private func delete(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let (name, userID) = try target(request, "delete", context)
    guard try await store.write({ try $0.deleteKeypair(name, ofUser: userID) }) else {
      throw APIError.noKeypair(name, userID)
    }
    return .empty(context.microversion >= Microversion(2, 2) ? .noContent : .accepted)
  }

  private func target(
    _ request: Request, _ action: String, _ context: OpenStackRequestContext
  ) throws -> (name: String, userID: String) {
    let named = context.microversion >= Microversion(2, 10) ? QueryString(request.uri.query)["user_id"] : nil
    let name = context.parameters.get("keypair_name").map { QueryString.unescaped($0) } ?? ""
    return (name, try user(named, action, context))
  }

  /// The user whose pairs are meant: the caller, or, for an administrator, anybody.
  private func user(_ named: String?, _ action: String, _ context: OpenStackRequestContext) throws -> String {
    let caller = try context.caller
    guard let named, named != caller.userID else { return caller.userID }
    guard caller.isAdmin else {
      throw APIError.forbidden("Policy doesn't allow os_compute_api:os-keypairs:\(action) to be performed.")
    }
    return named
  }

  /// The characters are those of `nova/compute/api.py` before microversion 2.92, and of its schema since.
  private static func check(_ name: String, _ version: Microversion) throws {
    guard (1...255).contains(name.unicodeScalars.count) else {
      throw invalid("Keypair name must be string and between 1 and 255 characters long")
    }
    let others: Set<Character> = version >= Microversion(2, 92) ? ["@", ".", "_", "-", " "] : ["_", "-", " "]
    guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) || others.contains($0) }) else {
      throw invalid("Keypair name contains unsafe characters")
    }
  }

  private static func invalid(_ reason: String) -> APIError { .badRequest("Keypair data is invalid: \(reason)") }
}

extension APIError {
  fileprivate static func noKeypair(_ name: String, _ userID: String) -> APIError {
    .notFound("Keypair \(name) not found for user \(userID)")
  }
}

extension String {
  fileprivate var trimmed: String {
    let start = drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }

  /// Letters and digits stay; of what else a name may have, all is written in per cent form.
  fileprivate var queryEscaped: String {
    utf8.map { byte in
      let character = Character(UnicodeScalar(byte))
      if character.isASCII, character.isLetter || character.isNumber { return String(character) }
      let digits = String(byte, radix: 16, uppercase: true)
      return digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
    }.joined()
  }
}
