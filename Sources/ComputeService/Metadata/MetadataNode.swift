import JSON

/// A place in the EC2 tree: a leaf, or a folder with its members in upstream's order.
indirect enum MetadataNode: Sendable {
  struct Member: Sendable {
    var name: String
    var node: MetadataNode
  }

  case value(JSONValue)
  case bytes([UInt8])
  /// - title: How the folder is named in the listing of the one above it, if not by its name and a slash.
  case folder([Member], title: String? = nil)

  /// The node that the path leads to; `nil` if it leads nowhere.
  subscript(path: ArraySlice<String>) -> MetadataNode? {
    guard let name = path.first else { return self }
    guard case .folder(let members, _) = self, let member = members.first(where: { $0.name == name }) else {
      return nil
    }
    return member.node[path.dropFirst()]
  }

  /// What a guest reads here: a folder is a list of its members, sorted, with a slash behind those that are folders.
  var text: [UInt8] {
    switch self {
    case .bytes(let bytes): bytes
    case .value(let value): Array(Self.text(of: value).utf8)
    case .folder(let members, _):
      Array(members.sorted { $0.name < $1.name }.map(\.listing).joined(separator: "\n").utf8)
    }
  }

  private static func text(of value: JSONValue) -> String {
    switch value {
    case .string(let text): text
    case .array(let lines): lines.map(text).joined(separator: "\n")
    case .null: "None"
    default: value.description
    }
  }

  /// The same as JSON, as a config drive has it; a folder's title is there as `_name`, as upstream leaves it.
  var json: JSONValue {
    switch self {
    case .bytes(let bytes): .string(String(decoding: bytes, as: UTF8.self))
    case .value(let value): value
    case .folder(let members, let title):
      .object(
        JSONObject(
          members: (title.map { [.init(name: "_name", value: .string($0))] } ?? [])
            + members.map { .init(name: $0.name, value: $0.node.json) }))
    }
  }
}

extension MetadataNode.Member {
  init(_ name: String, _ node: MetadataNode) {
    self.init(name: name, node: node)
  }

  init(_ name: String, _ value: JSONValue) {
    self.init(name: name, node: .value(value))
  }

  fileprivate var listing: String {
    guard case .folder(_, let title) = node else { return name }
    return title ?? name + "/"
  }
}
