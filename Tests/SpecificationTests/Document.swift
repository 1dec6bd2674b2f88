import Foundation
import JSON
import Testing

/// `docs/openapi.json` as far as tests look at it.
struct Document: Sendable {
  /// A method and a path whose parameters are all called `{}`, since their names are the author's own.
  struct Operation: Hashable, Comparable, Sendable, CustomStringConvertible {
    let method: String
    let path: String

    init(method: String, path: String) {
      self.method = method.uppercased()
      self.path = path.replacing(#/\{\w+\}|:\w+/#, with: "{}")
    }

    var description: String { "\(method) \(path)" }

    static func < (left: Operation, right: Operation) -> Bool {
      (left.path, left.method) < (right.path, right.method)
    }
  }

  let json: JSONValue

  init() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: Self.root + "/docs/openapi.json"))
    json = try JSONValue(parsing: Array(data))
  }

  /// The project's folder.
  static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

  /// What is described, with the names of the services that each operation belongs to.
  var operations: [Operation: Set<String>] {
    var found: [Operation: Set<String>] = [:]
    for path in json["paths"]?.object?.members ?? [] {
      for member in path.value.object?.members ?? [] where !["servers", "parameters"].contains(member.name) {
        let tags = member.value["tags"]?.array ?? []
        found[Operation(method: member.name, path: path.name)] = Set(tags.compactMap(\.string))
      }
    }
    return found
  }

  /// The operations that need no token.
  var openOperations: Set<Operation> {
    var found: Set<Operation> = []
    for path in json["paths"]?.object?.members ?? [] {
      for member in path.value.object?.members ?? [] where member.value["security"] == [] {
        found.insert(Operation(method: member.name, path: path.name))
      }
    }
    return found
  }

  /// The names of a schema's properties; empty if there is no such schema.
  func properties(of schema: String) -> Set<String> {
    Set(json["components"]?["schemas"]?[schema]?["properties"]?.object?.names ?? [])
  }

  /// The names of the properties that a schema insists on.
  func required(in schema: String) -> Set<String> {
    Set(json["components"]?["schemas"]?[schema]?["required"]?.array?.compactMap(\.string) ?? [])
  }
}
