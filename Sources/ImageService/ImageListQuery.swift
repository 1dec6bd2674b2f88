import Model
import OpenStackHTTP

/// What `GET /v2/images` asks for: filters, order and page.
struct ImageListQuery: Sendable {
  struct Page {
    var images: [Image]
    var nextLink: String?
  }

  private static let defaultLimit = 25
  private static let maximumLimit = 1000

  private let query: QueryString
  private let limit: Int
  private let marker: UUID?
  private let order: [(key: String, isDescending: Bool)]
  private let filters: [(name: String, values: [String])]

  /// - Throws: `APIError` 400.
  init(_ query: QueryString) throws {
    self.query = query
    limit = try Self.limit(query["limit"])
    marker = try query["marker"].map { text in
      guard let id = UUID(text) else { throw APIError.badRequest("Invalid marker \(text)") }
      return id
    }
    order = try Self.order(query)
    let reserved = ["limit", "marker", "sort", "sort_key", "sort_dir", "member_status"]
    filters = query.items.filter { !reserved.contains($0.name) }.map { ($0.name, Self.alternatives($0.value)) }
  }

  private static func limit(_ text: String?) throws -> Int {
    guard let text else { return defaultLimit }
    guard let limit = Int(text), limit >= 0 else { throw APIError.badRequest("limit param must be an integer") }
    return min(limit, maximumLimit)
  }

  /// `in:a,b,"c"` is any of three; anything else is one value.
  private static func alternatives(_ text: String) -> [String] {
    guard text.hasPrefix("in:") else { return [text] }
    return text.dropFirst(3).split(separator: ",").map { part in
      part.count >= 2 && part.hasPrefix("\"") && part.hasSuffix("\"")
        ? String(part.dropFirst().dropLast()) : String(part)
    }
  }

  private static let sortKeys: Set<String> = [
    "name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at",
  ]

  private static func order(_ query: QueryString) throws -> [(key: String, isDescending: Bool)] {
    var order: [(key: String, isDescending: Bool)] = []
    for part in (query["sort"] ?? "").split(separator: ",") {
      let halves = part.split(separator: ":")
      order.append((String(halves[0]), halves.count < 2 || halves[1] == "desc"))
    }
    let directions = query.values("sort_dir")
    for (index, key) in query.values("sort_key").enumerated() {
      order.append((key, index < directions.count ? directions[index] == "desc" : true))
    }
    guard order.allSatisfy({ sortKeys.contains($0.key) }) else { throw APIError.badRequest("Invalid sort key") }
    return order.isEmpty ? [("created_at", true), ("id", true)] : order + [("id", true)]
  }

  var firstLink: String {
    let kept = items(withMarker: nil)
    return kept.isEmpty ? "/v2/images" : "/v2/images?\(kept)"
  }

  private func items(withMarker marker: UUID?) -> String {
    var parts = query.items.filter { $0.name != "marker" }
      .map { "\(QueryString.encoded($0.name))=\(QueryString.encoded($0.value))" }
    if let marker { parts.append("marker=\(marker)") }
    return parts.joined(separator: "&")
  }

  /// - Throws: `APIError` 400 if the marker is not among the images.
  func page(of images: [Image], for caller: AuthToken) throws -> Page {
    var matching = images.filter { isListed($0, for: caller) && matches($0) }.sorted(by: precedes)
    if let marker {
      guard let index = matching.firstIndex(where: { $0.id == marker }) else {
        throw APIError.badRequest("Invalid marker: image \(marker) could not be found.")
      }
      matching.removeFirst(index + 1)
    }
    let page = Array(matching.prefix(limit))
    let isFull = matching.count > page.count
    return Page(images: page, nextLink: isFull ? page.last.map { "/v2/images?\(items(withMarker: $0.id))" } : nil)
  }

  /// Community images and hidden ones are listed only if they are asked for.
  private func isListed(_ image: Image, for caller: AuthToken) -> Bool {
    guard image.isVisible(to: caller) else { return false }
    let asksForVisibility = filters.contains { $0.name == "visibility" }
    if image.visibility == .community, image.owner != caller.projectID, !asksForVisibility { return false }
    return !image.isHidden || filters.contains { $0.name == "os_hidden" }
  }

  private func matches(_ image: Image) -> Bool {
    filters.allSatisfy { filter in
      switch filter.name {
      case "visibility": filter.values.contains("all") || filter.values.contains(image.visibility.rawValue)
      case "tag": filter.values.contains { image.tags.contains($0) }
      case "size_min": (image.data?.size ?? 0) >= Int(filter.values[0]) ?? 0
      case "size_max": (image.data?.size ?? 0) <= Int(filter.values[0]) ?? Int.max
      case "protected", "os_hidden":
        filter.values.contains { $0.lowercased() == (text(of: filter.name, image) ?? "") }
      default: text(of: filter.name, image).map(filter.values.contains) ?? false
      }
    }
  }

  private func precedes(_ left: Image, _ right: Image) -> Bool {
    for (key, isDescending) in order {
      if key == "size" {
        let (first, second) = (left.data?.size ?? 0, right.data?.size ?? 0)
        if first != second { return (first < second) != isDescending }
      } else {
        let (first, second) = (text(of: key, left) ?? "", text(of: key, right) ?? "")
        if first != second { return (first < second) != isDescending }
      }
    }
    return false
  }

  private func text(of attribute: String, _ image: Image) -> String? {
    switch attribute {
    case "id": image.id.description
    case "name": image.name
    case "status": image.status.rawValue
    case "owner": image.owner
    case "container_format": image.containerFormat
    case "disk_format": image.diskFormat
    case "checksum": image.data?.checksum
    case "os_hash_value": image.data?.sha512
    case "protected": "\(image.isProtected)"
    case "os_hidden": "\(image.isHidden)"
    case "min_disk": "\(image.minimumDiskGB)"
    case "min_ram": "\(image.minimumMemoryMB)"
    case "created_at": image.createdAt.description
    case "updated_at": image.updatedAt.description
    default: image.properties[attribute]
    }
  }
}
