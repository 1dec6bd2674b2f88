import Model
import OpenStackHTTP

/// The order of a list: `sort=name:asc,size` or `sort_key` with `sort_dir`, each as often as is liked.
struct ImageOrder: Sendable {
  private static let keys: Set<String> = [
    "name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at",
  ]

  private var parts: [(key: String, isDescending: Bool)]

  /// - Throws: `APIError` 400.
  init(_ query: QueryString) throws {
    let (keys, directions) = (query.values("sort_key"), query.values("sort_dir"))
    if let sort = query["sort"] {
      guard keys.isEmpty, directions.isEmpty else {
        throw APIError.badRequest("Old and new sorting syntax cannot be combined")
      }
      parts = try sort.split(separator: ",", omittingEmptySubsequences: false).map { part in
        let halves = part.split(separator: ":", maxSplits: 1).map { $0.filter { $0 != " " } }
        return try Self.part(halves.first ?? "", halves.count == 2 ? halves[1] : "desc")
      }
    } else {
      guard directions.count < 2 || directions.count == keys.count else {
        throw APIError.badRequest("Number of sort dirs does not match the number of sort keys")
      }
      let wanted = keys.isEmpty ? ["created_at"] : keys
      parts = try wanted.indices.map { index in
        try Self.part(wanted[index], directions.count > 1 ? directions[index] : directions.first ?? "desc")
      }
    }
    let last = parts.count == 1 ? parts[0].isDescending : true
    for key in ["created_at", "id"] where !parts.contains(where: { $0.key == key }) { parts.append((key, last)) }
  }

  private static func part(_ key: String, _ direction: String) throws -> (key: String, isDescending: Bool) {
    guard keys.contains(key) else { throw APIError.badRequest("Invalid sort key: \(key)") }
    guard ["asc", "desc"].contains(direction) else { throw APIError.badRequest("Invalid sort direction: \(direction)") }
    return (key, direction == "desc")
  }

  func precedes(_ left: Image, _ right: Image) -> Bool {
    for (key, isDescending) in parts {
      let (first, second) = isDescending ? (right, left) : (left, right)
      if key == "size" {
        let (one, other) = (first.data?.size ?? -1, second.data?.size ?? -1)
        if one != other { return one < other }
      } else {
        let (one, other) = (first.text(of: key) ?? "", second.text(of: key) ?? "")
        if one != other { return one < other }
      }
    }
    return false
  }
}

extension Image {
  /// What a filter or an order compares; `nil` for what the image does not have.
  func text(of attribute: String) -> String? {
    switch attribute {
    case "id": id.description
    case "name": name
    case "status": status.rawValue
    case "owner": owner
    case "container_format": containerFormat
    case "disk_format": diskFormat
    case "checksum": data?.checksum
    case "os_hash_value": data?.sha512
    case "os_hash_algo": data == nil ? nil : "sha512"
    case "size": data.map { "\($0.size)" }
    case "virtual_size": data?.virtualSize.map { "\($0)" }
    case "protected": "\(isProtected)"
    case "min_disk": "\(minimumDiskGB)"
    case "min_ram": "\(minimumMemoryMB)"
    case "created_at": createdAt.description
    case "updated_at": updatedAt.description
    default: properties[attribute]
    }
  }
}
