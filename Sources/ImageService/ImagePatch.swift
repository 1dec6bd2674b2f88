import JSON
import Model
import OpenStackHTTP

/// The changes that `PATCH /v2/images/{id}` asks for: JSON patch (RFC 6902) with one-level paths.
struct ImagePatch: Sendable {
  private enum Change: Sendable {
    /// `add` and `replace`; whether the property must be there already.
    case set(String, JSONValue, mustExist: Bool)
    case remove(String)
  }

  private let changes: [Change]

  /// - Throws: `APIError` 400.
  init(_ json: JSONValue) throws {
    guard let list = json.array else {
      throw APIError.badRequest("Request body must be a JSON array of operation objects.")
    }
    changes = try list.map(Self.change)
  }

  private static func change(_ json: JSONValue) throws -> Change {
    guard let operation = json["op"]?.string, let path = json["path"]?.string else {
      throw APIError.badRequest("Unable to find 'op' and 'path' in JSON Schema change")
    }
    guard path.hasPrefix("/"), !path.dropFirst().contains("/"), path.count > 1 else {
      throw APIError.badRequest("Invalid JSON pointer for this resource: '\(path)'")
    }
    let name = unescaped(path.dropFirst())
    if operation == "remove" { return .remove(name) }
    guard ["add", "replace"].contains(operation) else {
      throw APIError.badRequest("Operations must be one of add, remove, replace.")
    }
    guard let value = json["value"] else {
      throw APIError.badRequest("Operation \"\(operation)\" requires a member named \"value\".")
    }
    return .set(name, value, mustExist: operation == "replace")
  }

  /// `~1` stands for `/` and `~0` for `~` (RFC 6901).
  private static func unescaped(_ text: Substring) -> String {
    text.split(separator: "~1", omittingEmptySubsequences: false)
      .map { $0.split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~") }
      .joined(separator: "/")
  }

  private static let attributes: Set<String> = [
    "name", "visibility", "container_format", "disk_format", "min_disk", "min_ram", "protected", "os_hidden", "tags",
    "owner", "kernel_id", "ramdisk_id",
  ]

  /// - Throws: `APIError` 400, 403, and 409 for a property that is not there.
  func apply(to image: inout Image, by caller: AuthToken) throws {
    for change in changes {
      switch change {
      case .set(let name, let value, let mustExist):
        if mustExist, !Self.attributes.contains(name), !ImageDocument.readOnly.contains(name),
          image.properties[name] == nil
        {
          throw APIError.conflict("Property \(name) does not exist.")
        }
        try ImageDocument.set(name, to: value, of: &image, by: caller)
      case .remove(let name):
        guard image.properties[name] != nil else {
          let isOurs = Self.attributes.contains(name) || ImageDocument.readOnly.contains(name)
          throw isOurs
            ? APIError.forbidden("Property \(name) may not be removed.")
            : APIError.conflict("Property \(name) does not exist.")
        }
        image.properties[name] = nil
      }
    }
  }
}
