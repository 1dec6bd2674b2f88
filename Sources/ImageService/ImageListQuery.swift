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
  private let marker: String?
  private let order: ImageOrder
  private let filters: [ImageFilter]
  private let visibility: String?
  private let memberStatus: ImageMember.Status?
  private let isHidden: Bool

  /// - Throws: `APIError` 400.
  init(_ query: QueryString) throws {
    self.query = query
    limit = try Self.limit(query["limit"])
    marker = query["marker"]
    order = try ImageOrder(query)
    visibility = query["visibility"].flatMap { $0.isEmpty ? nil : $0 }
    guard visibility.map({ $0 == "all" || ImageVisibility(rawValue: $0) != nil }) ?? true else {
      throw APIError.badRequest("Invalid visibility value: \(visibility ?? "")")
    }
    memberStatus = try Self.memberStatus(query["member_status"] ?? "accepted")
    isHidden = try Self.flag("os_hidden", query["os_hidden"]?.lowercased()) ?? false
    if query["changes-since"] != nil {
      throw APIError.badRequest("The \"changes-since\" filter is no longer available on v2.")
    }
    let others: Set = [
      "limit", "marker", "sort", "sort_key", "sort_dir", "member_status", "visibility", "os_hidden",
    ]
    filters = try query.items.filter { !others.contains($0.name) }.map { try ImageFilter($0.name, $0.value) }
  }

  private static func limit(_ text: String?) throws -> Int {
    guard let text else { return defaultLimit }
    guard let limit = Int(text) else { throw APIError.badRequest("limit param must be an integer") }
    guard limit >= 0 else { throw APIError.badRequest("limit param must be positive") }
    return min(limit, maximumLimit)
  }

  /// - Returns: `nil` for all.
  private static func memberStatus(_ text: String) throws -> ImageMember.Status? {
    if text == "all" { return nil }
    guard let status = ImageMember.Status(rawValue: text) else { throw APIError.badRequest("Invalid status: \(text)") }
    return status
  }

  static func flag(_ name: String, _ text: String?) throws -> Bool? {
    guard let text else { return nil }
    guard ["true", "false"].contains(text) else {
      throw APIError.badRequest("Invalid value '\(text)' for '\(name)' filter. It is 'true' or 'false'.")
    }
    return text == "true"
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

  /// - Parameter images: those that the caller may see.
  /// - Throws: `APIError` 400 if the marker is not among the images.
  func page(of images: [Image], for caller: AuthToken) throws -> Page {
    var matching = images.filter { image in
      image.isHidden == isHidden
        && image.isListed(for: caller, visibility: visibility, memberStatus: memberStatus)
        && filters.allSatisfy { $0.matches(image) }
    }.sorted(by: order.precedes)
    if let marker {
      guard let last = images.first(where: { "\($0.id)" == marker.lowercased() }) else {
        throw APIError.badRequest("Invalid marker: image \(marker) could not be found.")
      }
      // The marker itself may no longer match, such as an image that was hidden between two pages.
      matching.removeAll { !order.precedes(last, $0) }
    }
    let page = Array(matching.prefix(limit))
    let isFull = matching.count > page.count
    return Page(images: page, nextLink: isFull ? page.last.map { "/v2/images?\(items(withMarker: $0.id))" } : nil)
  }
}
