import JSON
import Model
import OpenStackHTTP

/// The changes that `PATCH /v2/images/{id}` asks for: JSON patch with one-level paths, in the form of draft 10 (media
/// type v2.1) or of draft 4 (v2.0).
struct ImagePatch: Sendable {
  enum Draft: Sendable {
    case four
    case ten

    /// By the request's content type; `nil` for others.
    init?(contentType: String?) {
      switch contentType.map({ $0.prefix { $0 != ";" }.lowercased().filter { $0 != " " } }) {
      case "application/openstack-images-v2.1-json-patch": self = .ten
      case "application/openstack-images-v2.0-json-patch": self = .four
      default: return nil
      }
    }

    static let mediaTypes =
      "application/openstack-images-v2.0-json-patch, application/openstack-images-v2.1-json-patch"
  }

  private enum Change: Sendable {
    case add(String, JSONValue)
    case replace(String, JSONValue)
    case remove(String)
  }

  private static let operations = ["add", "remove", "replace"]

  private let changes: [Change]
  private let draft: Draft

  /// - Throws: `APIError` 400, and 403 for what clients never change.
  init(_ json: JSONValue, _ draft: Draft) throws {
    guard let list = json.array else {
      throw APIError.badRequest("Request body must be a JSON array of operation objects.")
    }
    self.draft = draft
    changes = try list.map { try Self.change($0, draft) }
  }

  private static func change(_ json: JSONValue, _ draft: Draft) throws -> Change {
    guard let object = json.object else { throw APIError.badRequest("Operations must be JSON objects.") }
    let (operation, path) = try draft == .ten ? tenth(object) : fourth(object)
    let name = try member(path)
    try ImageDocument.checkName(name)
    if operation == "remove" { return .remove(name) }
    guard let value = object["value"] else {
      throw APIError.badRequest("Operation \"\(operation)\" requires a member named \"value\".")
    }
    return operation == "add" ? .add(name, value) : .replace(name, value)
  }

  private static func tenth(_ object: JSONObject) throws -> (String, String) {
    guard let operation = object["op"]?.string, operations.contains(operation) else {
      throw APIError.badRequest("An operation's `op` must be one of the following: \(operations).")
    }
    guard let path = object["path"]?.string else {
      throw APIError.badRequest("Unable to find 'path' in JSON Schema change")
    }
    return (operation, path)
  }

  private static func fourth(_ object: JSONObject) throws -> (String, String) {
    let named = operations.filter { object[$0] != nil }
    guard named.count == 1, let path = object[named[0]]?.string else {
      throw APIError.badRequest("An operation has exactly one member named \"add\", \"remove\" or \"replace\".")
    }
    return (named[0], path)
  }

  /// The member of the image that a pointer names (RFC 6901).
  private static func member(_ path: String) throws -> String {
    let name = path.dropFirst()
    guard path.hasPrefix("/"), !name.isEmpty, !name.contains("/") else {
      throw APIError.badRequest("Invalid JSON pointer for this resource: '\(path)'")
    }
    let tail = name.split(separator: "~", omittingEmptySubsequences: false).dropFirst()
    guard tail.allSatisfy({ $0.hasPrefix("0") || $0.hasPrefix("1") }) else {
      throw APIError.badRequest("Pointer `\(path)` contains \"~\" not part of a recognized escape sequence.")
    }
    return String(name).replacing("~1", with: "/").replacing("~0", with: "~")
  }

  /// - Throws: `APIError` 400, 403, and 409 for a property that is not there.
  func apply(to image: inout Image, by caller: AuthToken) throws {
    for change in changes {
      switch change {
      case .add(let name, let value):
        let isThere = ImageDocument.settable.contains(name) || image.properties[name] != nil
        guard draft == .ten || !isThere else { throw APIError.conflict("Property \(name) already present.") }
        try ImageDocument.set(name, to: value, of: &image, by: caller)
      case .replace(let name, let value):
        guard ImageDocument.settable.contains(name) || image.properties[name] != nil else {
          throw APIError.conflict("Property \(name) does not exist.")
        }
        try ImageDocument.set(name, to: value, of: &image, by: caller)
      case .remove(let name):
        guard !ImageDocument.settable.contains(name) else {
          throw APIError.forbidden("Property \(name) may not be removed.")
        }
        guard image.properties.removeValue(forKey: name) != nil else {
          throw APIError.conflict("Property \(name) does not exist.")
        }
      }
    }
  }
}
