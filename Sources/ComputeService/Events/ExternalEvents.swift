import HostRPC
import Hummingbird
import JSON
import Logging
import Model
import OpenStackHTTP
import Store

/// `POST /os-server-external-events`: judges each event by itself, and puts what is accepted into the inboxes of the
/// hosts, one message a host, in one transaction. The answer comes after the commit.
struct ExternalEventRoutes: Sendable {
  let store: Store
  let logger: Logger

  func add(to api: RouterGroup<OpenStackRequestContext>) {
    api.post("os-server-external-events") { request, context in try await create(request, context) }
  }

  private func create(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let body = try await context.json(of: request)
    try Schema.externalEvents(context.microversion).check(body)
    let caller = try context.caller
    guard caller.isAdmin || caller.has(role: RoleName.service) else {
      throw APIError.forbidden(
        "Policy doesn't allow os_compute_api:os-server-external-events:create to be performed.")
    }
    let elements = body["events"]?.array ?? []
    let events = elements.compactMap(InstanceEvent.init(externalEvent:))
    precondition(events.count == elements.count, "the schema lets pass what an event is made of, and only that")
    let verdicts = try await deliver(events)
    log(events, verdicts, context)
    let answers = zip(elements, zip(events, verdicts)).map { Self.answer(to: $0, $1.0, $1.1) }
    let status: HTTPResponse.Status = verdicts.allSatisfy { $0.code == 200 } ? .ok : 207
    return .json(["events": .array(answers)], status: status)
  }

  private func deliver(_ events: [InstanceEvent]) async throws -> [ExternalEventVerdict] {
    let ids = Set(events.map(\.instanceID))
    return try await store.write { transaction in
      let targets = try transaction.eventTargets(ids)
      let verdicts = events.map { ExternalEventVerdict(on: $0, instance: targets[$0.instanceID]) }
      for (host, events) in Self.byHost(events, verdicts) {
        try transaction.enqueue(ExternalInstanceEvent.self, .init(events: events), host: host)
        try transaction.markNetworkInfoStale(ofInstances: Set(events.map(\.instanceID)))
      }
      return verdicts
    }
  }

  /// The accepted events of each host in the order they came, hosts in the order of their first event.
  private static func byHost(
    _ events: [InstanceEvent], _ verdicts: [ExternalEventVerdict]
  ) -> [(host: String, events: [InstanceEvent])] {
    var groups: [(host: String, events: [InstanceEvent])] = []
    for (event, verdict) in zip(events, verdicts) {
      guard case .accepted(let hosts) = verdict else { continue }
      for host in hosts.sorted() {
        if let index = groups.firstIndex(where: { $0.host == host }) {
          groups[index].events.append(event)
        } else {
          groups.append((host, [event]))
        }
      }
    }
    return groups
  }

  /// The event as it was sent, with what became of it; upstream keeps the order of the members.
  private static func answer(
    to element: JSONValue, _ event: InstanceEvent, _ verdict: ExternalEventVerdict
  ) -> JSONValue {
    var answer = element.object ?? JSONObject()
    let status = verdict.code == 200 ? event.status.rawValue : InstanceEventStatus.failed.rawValue
    answer["status"] = .string(status)
    answer["code"] = JSONValue(verdict.code)
    return .object(answer)
  }

  private func log(
    _ events: [InstanceEvent], _ verdicts: [ExternalEventVerdict], _ context: OpenStackRequestContext
  ) {
    for (event, verdict) in zip(events, verdicts) where verdict.code != 200 {
      logger.info(
        "An external event was refused",
        metadata: [
          "event.name": "\(event.name.rawValue)", "instance.id": "\(event.instanceID)", "event.code": "\(verdict.code)",
          "port.id": "\(event.tag ?? "-")", "request.id": "\(context.requestID)",
        ])
    }
  }
}

extension InstanceEvent {
  /// An element of the request's `events`, checked by the schema before.
  init?(externalEvent element: JSONValue) {
    guard let name = element["name"]?.string.flatMap(InstanceEventName.init(rawValue:)),
      let id = element["server_uuid"]?.string.flatMap({ UUID($0) }),
      let status = InstanceEventStatus(rawValue: element["status"]?.string ?? InstanceEventStatus.completed.rawValue)
    else { return nil }
    self.init(name: name, instanceID: id, tag: element["tag"]?.string, status: status)
  }
}

extension Schema {
  /// `nova/api/openstack/compute/schemas/server_external_events.py`
  static func externalEvents(_ version: Microversion) -> Schema {
    let names = InstanceEventName.allCases.filter { version >= Microversion(2, $0.minimumMicroversion) }
    // The order is upstream's, since the message lists them.
    let states: [InstanceEventStatus] = [.failed, .completed, .inProgress]
    let event = Schema.object(
      [
        Property("server_uuid", .uuid),
        Property("name", Schema(kinds: [.string], choices: names.map { .string($0.rawValue) })),
        Property("status", Schema(kinds: [.string], choices: states.map { .string($0.rawValue) })),
        Property("tag", .text(upTo: 255)),
      ], required: ["server_uuid", "name"])
    return .object([Property("events", .list(of: event, atLeast: 1))], required: ["events"])
  }
}
