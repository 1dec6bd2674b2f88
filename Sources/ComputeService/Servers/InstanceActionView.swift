import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

// `/servers/{id}/os-instance-actions`
extension ServerRoutes {
  func listActions(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let query = QueryString(request.uri.query)
    let listing = try actionListing(query, context)
    let instance = try await instance(context)
    let actions = try await store.read { snapshot in
      if let marker = listing.marker, try snapshot.action(ofInstance: instance.id, request: marker) == nil {
        throw APIError.badRequest("Marker \(marker) could not be found.")
      }
      return try snapshot.actions(ofInstance: instance.id, listing)
    }
    let view = try InstanceActionView(context, instance)
    var body: JSONObject = ["instanceActions": .array(actions.map { .object(view.action($0)) })]
    if context.microversion >= Microversion(2, 58), actions.count == listing.limit, let last = actions.last {
      let kept = query.items.filter { $0.name != "marker" }
        .map { "\(QueryString.encoded($0.name))=\(QueryString.encoded($0.value))&" }.joined()
      let url = "\(context.baseURL)/v2.1/servers/\(instance.id)/os-instance-actions"
      body["links"] = [["rel": "next", "href": .string("\(url)?\(kept)marker=\(last.action.requestID)")]]
    }
    return .json(.object(body))
  }

  func showAction(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let instance = try await instance(context)
    let id = context.parameters.get("request_id") ?? ""
    let found = try await store.read { snapshot in
      try snapshot.action(ofInstance: instance.id, request: id).map { ($0, try snapshot.steps(ofAction: $0.number)) }
    }
    guard let (action, steps) = found else { throw APIError.notFound("Action \(id) not found") }
    let view = try InstanceActionView(context, instance)
    var shown = view.action(action)
    if view.showsEvents { shown["events"] = .array(steps.map(view.event)) }
    return .json(["instanceAction": .object(shown)])
  }

  /// Pages and filters there are from 2.58 on; before, a query is let pass.
  private func actionListing(_ query: QueryString, _ context: OpenStackRequestContext) throws -> ActionListing {
    var listing = ActionListing(limit: options.maxLimit)
    let version = context.microversion
    guard version >= Microversion(2, 58) else { return listing }
    let names = ["limit", "marker", "changes-since"] + (version >= Microversion(2, 66) ? ["changes-before"] : [])
    if let unknown = query.items.first(where: { !names.contains($0.name) }) {
      throw APIError.badRequest("Additional properties are not allowed (\(unknown.name.pythonText) was unexpected)")
    }
    for item in query.items where item.name.hasPrefix("changes-") {
      guard let time = Timestamp(isoTime: item.value) else {
        throw APIError.invalidQuery(item, "\(item.value.pythonText) is not a 'date-time'")
      }
      if item.name == "changes-since" { listing.changedSince = time } else { listing.changedBefore = time }
    }
    if let since = listing.changedSince, let before = listing.changedBefore, before < since {
      throw APIError.badRequest("The value of changes-since must be less than or equal to changes-before.")
    }
    if let item = query.items.first(where: { $0.name == "limit" }) {
      guard let limit = Int(item.value), limit >= 0 else {
        throw APIError.invalidQuery(item, "\(item.value.pythonText) does not match '^[0-9]*$'")
      }
      listing.limit = min(limit, options.maxLimit)
    }
    listing.marker = query["marker"]
    return listing
  }
}

/// Writes actions and their steps as upstream shows them, by microversion and by who asks
/// (`nova/api/openstack/compute/instance_actions.py`).
struct InstanceActionView: Sendable {
  private let version: Microversion
  private let isAdmin: Bool
  private let instance: Instance

  init(_ context: OpenStackRequestContext, _ instance: Instance) throws {
    version = context.microversion
    isAdmin = try context.caller.isAdmin
    self.instance = instance
  }

  private func has(_ minor: Int) -> Bool { version >= Microversion(2, minor) }

  var showsEvents: Bool { isAdmin || has(51) }

  func action(_ recorded: RecordedAction) -> JSONObject {
    let action = recorded.action
    var object: JSONObject = [
      "action": .string(action.action), "instance_uuid": .string(instance.id.description),
      "request_id": .string(action.requestID), "user_id": .string(action.userID),
      "project_id": .string(action.projectID), "start_time": .string(action.startedAt.iso8601WithoutZone),
      "message": JSONValue(recorded.message),
    ]
    if has(58) { object["updated_at"] = .string(recorded.updatedAt.iso8601WithoutZone) }
    return object
  }

  func event(_ step: ActionStep) -> JSONValue {
    let isError = step.event == "error"
    var object: JSONObject = [
      "event": .string(step.event), "start_time": .string(step.startedAt.iso8601WithoutZone),
      "finish_time": JSONValue(step.finishedAt?.iso8601WithoutZone),
      "result": step.finishedAt == nil ? .null : isError ? "Error" : "Success",
    ]
    if isAdmin { object["traceback"] = .null }
    if isAdmin, has(62) { object["host"] = JSONValue(step.host) }
    if has(62) {
      object["hostId"] = .string(step.host.map { SHA224.hex(of: Array((instance.projectID + $0).utf8)) } ?? "")
    }
    if isAdmin, has(84) { object["details"] = JSONValue(step.detail) }
    return .object(object)
  }
}
