import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

// `/servers/{id}/os-interface`
extension ServerRoutes {
  func addInterfaces(to api: RouterGroup<OpenStackRequestContext>) {
    let path = "servers/:server_id/os-interface"
    api.get("\(path)") { try await listInterfaces($0, $1) }
    api.post("\(path)") { try await attachInterface($0, $1) }
    api.get("\(path)/:port_id") { try await showInterface($0, $1) }
    api.delete("\(path)/:port_id") { try await detachInterface($0, $1) }
  }

  private func listInterfaces(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let instance = try await found(context)
    let view = InterfaceView(instance, context.microversion)
    return .json(["interfaceAttachments": .array(NetworkInfo.ports(of: instance).map(view.attachment))])
  }

  private func showInterface(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let instance = try await found(context)
    return .json(["interfaceAttachment": try await attachment(request, context, of: instance)])
  }

  /// The answer tells of the port, so it waits until the guest has the interface.
  private func attachInterface(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    // A request without a body leaves everything to the service.
    var body: JSONValue = [:]
    if request.headers[.contentLength] != "0" { body = try await context.json(of: request) }
    try Schema.interfaceAttachment(context.microversion).check(body)
    let instance = try await instance(context)
    try context.caller.mustBeMember(for: "os-attach-interfaces:create")
    let wanted = body["interfaceAttachment"] ?? [:]
    let lookups = PeerLookups(request: request, peers: peers)
    let arguments = try await lookups.attachment(wanted, projectID: instance.projectID)
    let begun = try await operations.begin(.attachInterface, on: instance.id, arguments: arguments, context)
    let result = try await operations.outcome(of: begun)
    let attached = await withAddresses(try await self.instance(context))
    let ports = NetworkInfo.ports(of: attached)
    let id = result["port_id"]?.string ?? arguments["port_id"]?.string
    guard let port = ports.first(where: { $0.portID == id }) else {
      throw APIError(.internalServerError, "Failed to attach network adapter device to \(instance.id)")
    }
    return .json(["interfaceAttachment": InterfaceView(attached, context.microversion).attachment(port)])
  }

  private func detachInterface(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let instance = try await found(context)
    try context.caller.mustBeMember(for: "os-attach-interfaces:delete")
    let id = context.parameters.get("port_id") ?? ""
    guard NetworkInfo.ports(of: instance).contains(where: { $0.portID == id }) else { throw APIError.noPort(id) }
    try await operations.begin(.detachInterface, on: instance.id, arguments: ["port_id": .string(id)], context)
    return .empty(.accepted)
  }

  /// - Throws: `APIError` 404 for a port that the user does not see, or that is not the instance's.
  private func attachment(
    _ request: Request, _ context: OpenStackRequestContext, of instance: Instance
  ) async throws -> JSONValue {
    let id = context.parameters.get("port_id") ?? ""
    if let port = NetworkInfo.ports(of: instance).first(where: { $0.portID == id }) {
      return InterfaceView(instance, context.microversion).attachment(port)
    }
    guard let portID = UUID(id), try await PeerLookups(request: request, peers: peers).port(portID) != nil else {
      throw APIError.noPort(id)
    }
    throw APIError.notFound("Instance \(instance.id) does not have a port with id \(id)")
  }
}

/// Writes ports as interfaces of a server.
struct InterfaceView: Sendable {
  private let version: Microversion
  private let requested: [JSONValue]

  init(_ instance: Instance, _ version: Microversion) {
    self.version = version
    requested = (try? JSONValue(parsing: instance.request.networks.utf8))?.array ?? []
  }

  func attachment(_ port: NetworkInfo.Port) -> JSONValue {
    var attachment = JSONObject()
    attachment["net_id"] = .string(port.networkID)
    attachment["port_id"] = .string(port.portID)
    attachment["mac_addr"] = .string(port.macAddress)
    attachment["port_state"] = .string(port.status)
    attachment["fixed_ips"] = .array(
      port.addresses.map { ["ip_address": .string($0.address), "subnet_id": .string($0.subnetID)] })
    if version >= Microversion(2, 70) { attachment["tag"] = tag(of: port) }
    return .object(attachment)
  }

  /// What was asked for with the port itself, or with its network if that was asked for once.
  private func tag(of port: NetworkInfo.Port) -> JSONValue {
    if let choice = requested.first(where: { $0["port_id"]?.string == port.portID }) { return choice["tag"] ?? .null }
    let choices = requested.filter { $0["port_id"] == nil && $0["network_id"]?.string == port.networkID }
    return choices.count == 1 ? choices[0]["tag"] ?? .null : .null
  }
}

extension Schema {
  /// `nova/api/openstack/compute/schemas/attach_interfaces.py`
  static func interfaceAttachment(_ version: Microversion) -> Schema {
    var properties = [
      Property("net_id", .uuid), Property("port_id", .uuid),
      Property(
        "fixed_ips",
        .list(of: .object([Property("ip_address", .address)], required: ["ip_address"]), atLeast: 1, atMost: 1)),
    ]
    if version >= Microversion(2, 49) { properties.append(Property("tag", .tag)) }
    return .object([Property("interfaceAttachment", .object(properties))])
  }
}

extension PeerLookups {
  /// What the host is asked to attach, an object with `port_id` or `network_id`.
  ///
  /// - Throws: `APIError` 400 for what contradicts itself or leaves a choice, 404 for what the user does not see,
  ///   409 for a port in use.
  func attachment(_ wanted: JSONValue, projectID: String) async throws -> JSONValue {
    let address = wanted["fixed_ips"]?.array?.first?["ip_address"]
    if wanted["net_id"] != nil, wanted["port_id"] != nil {
      throw APIError.badRequest("Must not input both network_id and port_id")
    }
    if address != nil, wanted["net_id"] == nil {
      throw APIError.badRequest("Must input network_id when request IP address")
    }
    var arguments = JSONObject()
    arguments["tag"] = wanted["tag"]
    if let id = wanted["port_id"]?.string.flatMap({ UUID($0) }) {
      guard let port = try await port(id) else { throw APIError.noPort("\(id)") }
      if port["device_id"]?.string?.isEmpty == false { throw APIError.conflict("Port \(id) is still in use.") }
      arguments["port_id"] = .string(id.description)
      return .object(arguments)
    }
    let wantedID = wanted["net_id"]?.string.flatMap { UUID($0) }
    let networks = try await networkIDs(query: (wantedID.map { "id=\($0)&" } ?? "") + "fields=id")
    if let wantedID, networks.isEmpty { throw APIError.notFound("Network \(wantedID) could not be found.") }
    guard let network = networks.first else {
      throw APIError.badRequest(
        "No specific network was requested and none are available for project '\(projectID)'.")
    }
    guard networks.count == 1 else {
      throw APIError.badRequest(
        "More than one possible network found. Specify network ID(s) to select which one(s) to connect to.")
    }
    arguments["network_id"] = .string(network.description)
    arguments["fixed_ip"] = address
    return .object(arguments)
  }
}

extension APIError {
  fileprivate static func noPort(_ id: String) -> APIError { .notFound("Port id \(id) could not be found.") }
}
