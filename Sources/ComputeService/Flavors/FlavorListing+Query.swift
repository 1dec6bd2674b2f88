import JSON
import Model
import OpenStackHTTP
import Store

extension FlavorListing {
  /// Reads the query of `GET /flavors`.
  ///
  /// - Throws: `APIError` 400 for a value that no parameter has.
  init(_ query: QueryString, _ context: OpenStackRequestContext, maxLimit: Int) throws {
    try query.check(
      ["limit", "marker", "is_public", "minRam", "minDisk", "sort_key", "sort_dir"], from: 75, context.microversion)
    let caller = try context.caller
    self.init(limit: try query.pageLimit(atMost: maxLimit))
    projectID = caller.projectID
    if caller.isAdmin { isPublic = try Self.isPublic(query["is_public"]) }
    minimumMemoryMB = try Self.filter(query["minRam"], "minRam")
    minimumRootGB = try Self.filter(query["minDisk"], "minDisk")
    marker = query["marker"]
    try readOrder(query)
  }

  private static func isPublic(_ text: String?) throws(APIError) -> Bool? {
    guard let text else { return true }
    if text.lowercased() == "none" { return nil }
    switch text.lowercased() {
    case "1", "t", "true", "on", "y", "yes": return true
    case "0", "f", "false", "off", "n", "no": return false
    default: throw .badRequest("Invalid is_public filter [\(text)]")
    }
  }

  private static func filter(_ text: String?, _ name: String) throws(APIError) -> Int {
    guard let text else { return 0 }
    guard let number = Int(text) else { throw .badRequest("Invalid \(name) filter [\(text)]") }
    return number
  }

  private mutating func readOrder(_ query: QueryString) throws(APIError) {
    if let key = query["sort_key"] {
      guard let column = SortColumn(rawValue: key) else {
        let names = SortColumn.allCases.map { $0.rawValue.pythonText }.joined(separator: ", ")
        throw .badRequest(
          "Invalid input for query parameters sort_key. Value: \(key). \(key.pythonText) is not one of [\(names)]")
      }
      sortColumn = column
    }
    guard let direction = query["sort_dir"] else { return }
    guard direction == "asc" || direction == "desc" else {
      throw .badRequest(
        "Invalid input for query parameters sort_dir. Value: \(direction). \(direction.pythonText) is not one of "
          + "['asc', 'desc']")
    }
    isDescending = direction == "desc"
  }
}
