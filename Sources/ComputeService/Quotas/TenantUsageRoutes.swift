import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

/// `/os-simple-tenant-usage`: how long projects have had how much in a period.
struct TenantUsageRoutes: Sendable {
  let store: Store
  let options: ComputeOptions

  func add(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("os-simple-tenant-usage") { try await list($0, $1) }
    api.get("os-simple-tenant-usage/:project_id") { try await show($0, $1) }
  }

  private func list(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let query = QueryString(request.uri.query)
    try Self.check(query, context)
    try context.requireAdmin("os_compute_api:os-simple-tenant-usage:list")
    let (report, next) = try await report(of: nil, query, context, path: "os-simple-tenant-usage")
    let isDetailed = query["detailed"] == "1"
    var answer = JSONObject()
    answer["tenant_usages"] = .array(report.projects.map { report.view(of: $0, isDetailed: isDetailed) })
    if let next { answer["tenant_usages_links"] = next }
    return .json(.object(answer))
  }

  private func show(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let query = QueryString(request.uri.query)
    try Self.check(query, context)
    let projectID = QueryString.unescaped(context.parameters.get("project_id") ?? "")
    let own = try context.caller.projectID
    if projectID != own {
      try context.requireAdmin("os_compute_api:os-simple-tenant-usage:show")
    }
    let path = "os-simple-tenant-usage/\(QueryString.encoded(projectID))"
    let (report, next) = try await report(of: projectID, query, context, path: path)
    var answer = JSONObject()
    answer["tenant_usage"] = report.projects.first.map { report.view(of: $0, isDetailed: true) } ?? [:]
    if let next { answer["tenant_usage_links"] = next }
    return .json(.object(answer))
  }

  private static func check(_ query: QueryString, _ context: OpenStackRequestContext) throws {
    try query.check(["start", "end", "detailed", "limit", "marker"], from: 75, context.microversion)
  }

  private func report(
    of projectID: String?, _ query: QueryString, _ context: OpenStackRequestContext, path: String
  ) async throws -> (UsageReport, next: JSONValue?) {
    let now = options.now()
    let period = try UsageReport.period(query, at: now)
    let isPaged = context.microversion >= Microversion(2, 40)
    let limit = isPaged ? try query.pageLimit(atMost: options.maxLimit) : options.maxLimit
    let marker = isPaged ? query["marker"] : nil
    let usages = try await store.read { snapshot in
      var last: InstanceUsage?
      if let marker {
        last = try UUID(marker).flatMap { try snapshot.usage(ofInstance: $0) }
        guard last != nil, projectID == nil || last?.projectID == projectID else {
          throw APIError.badRequest("Marker \(marker) could not be found.")
        }
      }
      return try snapshot.usages(period, ofProject: projectID, after: last, limit: limit)
    }
    var next: JSONValue?
    if isPaged, let last = usages.last, usages.count == limit {
      let url = query.nextPage("\(context.baseURL)/v2.1/\(path)", marker: last.id.description)
      next = [["rel": "next", "href": .string(url)]]
    }
    return (UsageReport(usages: usages, period: period, now: now), next)
  }
}
