import Hummingbird
import JSON
import Model
import OpenStackHTTP

/// What a POST asks for: one resource or several.
enum CreationBody {
  case one(JSONObject)
  case many([JSONObject])

  var objects: [JSONObject] {
    switch self {
    case .one(let object): [object]
    case .many(let objects): objects
    }
  }
}

extension OpenStackRequestContext {
  /// Reads the body of a POST: `{"port": {...}}`, or `{"ports": [...]}` for several.
  func creationBody(of request: Request, _ kind: ResourceKind) async throws -> CreationBody {
    let json = try await networkingJSON(of: request, kind)
    guard let list = json[kind.collection] else { return .one(try Self.object(json, kind)) }
    guard let elements = list.array, !elements.isEmpty else { throw APIError.badRequest("Resources required") }
    return .many(
      try elements.map { element in
        // Upstream allows both {"ports": [{...}]} and {"ports": [{"port": {...}}]}.
        guard let object = element[kind.name]?.object ?? element.object else {
          throw APIError.badRequest("Unable to find '\(kind.name)' in request body")
        }
        return object
      })
  }

  /// Reads the body of a PUT: `{"port": {...}}`.
  func updateBody(of request: Request, _ kind: ResourceKind) async throws -> JSONObject {
    try Self.object(try await networkingJSON(of: request, kind), kind)
  }

  private func networkingJSON(of request: Request, _ kind: ResourceKind) async throws -> JSONValue {
    // An empty body is worded as one without the resource.
    if request.headers[.contentLength] == "0" { return [:] }
    let json = try await json(of: request)
    guard json.object != nil else { throw APIError.badRequest("Body contains invalid data") }
    return json
  }

  private static func object(_ json: JSONValue, _ kind: ResourceKind) throws -> JSONObject {
    guard let object = json[kind.name]?.object else {
      throw APIError.badRequest("Unable to find '\(kind.name)' in request body")
    }
    return object
  }

  /// The id in the path; `nil` if it is no UUID, which no resource has.
  var resourceID: UUID? { parameters.get("id").flatMap { UUID($0) } }

  /// The id in the path as it was sent, for messages.
  var resourceName: String { pathText("id") }

  /// A part of the path without its escapes.
  func pathText(_ name: String) -> String { parameters.get(name).map { QueryString.unescaped($0) } ?? "" }
}

extension Request {
  /// The revision that a client insists on: `If-Match: revision_number=N`. Other entity tags mean nothing here.
  ///
  /// - Throws: `APIError` 400 for more than one, or for what is no number.
  func wantedRevision() throws -> String? {
    guard let text = headers[.ifMatch] else { return nil }
    let prefix = "revision_number="
    let wanted = text.split(separator: ",").map { $0.filter { $0 != " " && $0 != "\"" } }.filter {
      $0.hasPrefix(prefix)
    }
    guard wanted.count < 2 else {
      throw APIError.badRequest(
        "Bad if-match request: Multiple revision_number etags are not supported..", type: "BadRequest")
    }
    return try wanted.first.map { tag in
      guard let revision = Int(tag.dropFirst(prefix.count)) else {
        throw APIError.badRequest(
          "Bad if-match request: Revision number etag must be in the format of revision_number=<int>.",
          type: "BadRequest")
      }
      return String(revision)
    }
  }
}
