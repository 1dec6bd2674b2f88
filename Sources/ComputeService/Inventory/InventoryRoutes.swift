import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

/// What clients read of the installation besides servers: hosts, hypervisors, zones, limits.
struct InventoryRoutes: Sendable {
  let store: Store
  let options: ComputeOptions

  func add(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("os-services") { try await services($0, $1) }
    api.get("os-hypervisors") { try await hypervisors($0, $1, isDetailed: false) }
    api.get("os-hypervisors/detail") { try await hypervisors($0, $1, isDetailed: true) }
    api.get("os-availability-zone") { try await zones($0, $1, isDetailed: false) }
    api.get("os-availability-zone/detail") { try await zones($0, $1, isDetailed: true) }
    api.get("limits") { try await limits($0, $1) }
    api.get("extensions") { _, _ in Response.json(["extensions": []]) }
  }

  private func isUp(_ node: ComputeNode) -> Bool {
    node.isAlive(at: options.now(), downTime: options.scheduling.serviceDownTime)
  }

  private func services(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try context.requireAdmin("os_compute_api:os-services:list")
    let query = QueryString(request.uri.query)
    let nodes = try await store.read { try $0.computeNodes() }.filter { node in
      query["host"].map { $0 == node.host } ?? true
        && query["binary"].map { $0 == ComputeService.hostBinary } ?? true
    }
    let version = context.microversion
    return .json(["services": .array(nodes.enumerated().map { service($1, number: $0 + 1, version) })])
  }

  private func service(_ node: ComputeNode, number: Int, _ version: Microversion) -> JSONValue {
    var service = JSONObject()
    // From 2.53 services are known by UUID.
    service["id"] = version >= Microversion(2, 53) ? .string(node.id.description) : JSONValue(number)
    service["binary"] = .string(ComputeService.hostBinary)
    service["host"] = .string(node.host)
    service["zone"] = .string(options.availabilityZone)
    service["status"] = node.isEnabled ? "enabled" : "disabled"
    service["state"] = isUp(node) ? "up" : "down"
    service["updated_at"] = .string(node.heartbeatAt.iso8601WithoutZone)
    service["disabled_reason"] = JSONValue(node.disabledReason)
    if version >= Microversion(2, 11) { service["forced_down"] = false }
    return .object(service)
  }

  private func hypervisors(
    _ request: Request, _ context: OpenStackRequestContext, isDetailed: Bool
  ) async throws -> Response {
    try context.requireAdmin("os_compute_api:os-hypervisors:list\(isDetailed ? "-detail" : "")")
    let nodes = try await store.read { try $0.computeNodes() }
    let version = context.microversion
    let list = nodes.enumerated().map { index, node -> JSONValue in
      var hypervisor = JSONObject()
      hypervisor["id"] = version >= Microversion(2, 53) ? .string(node.id.description) : JSONValue(index + 1)
      hypervisor["hypervisor_hostname"] = .string(node.host)
      hypervisor["state"] = isUp(node) ? "up" : "down"
      hypervisor["status"] = node.isEnabled ? "enabled" : "disabled"
      if isDetailed { addDetails(of: node, number: index + 1, version, to: &hypervisor) }
      return .object(hypervisor)
    }
    return .json(["hypervisors": .array(list)])
  }

  private func addDetails(of node: ComputeNode, number: Int, _ version: Microversion, to hypervisor: inout JSONObject) {
    hypervisor["hypervisor_type"] = .string(node.hypervisorType)
    hypervisor["hypervisor_version"] = 0
    hypervisor["host_ip"] = .null
    hypervisor["service"] = [
      "id": version >= Microversion(2, 53) ? .string(node.id.description) : JSONValue(number),
      "host": .string(node.host),
      "disabled_reason": JSONValue(node.disabledReason),
    ]
    // What is used was taken out of this resource in 2.88, since Placement has it.
    if version >= Microversion(2, 88) {
      hypervisor["uptime"] = .null
      return
    }
    hypervisor["vcpus"] = JSONValue(node.vcpus)
    hypervisor["memory_mb"] = JSONValue(node.memoryMB)
    hypervisor["local_gb"] = JSONValue(node.diskGB)
    hypervisor["vcpus_used"] = JSONValue(node.used.vcpus)
    hypervisor["memory_mb_used"] = JSONValue(node.used.memoryMB)
    hypervisor["local_gb_used"] = JSONValue(node.used.diskGB)
    hypervisor["free_ram_mb"] = JSONValue(node.memoryMB - node.used.memoryMB)
    hypervisor["free_disk_gb"] = JSONValue(node.diskGB - node.used.diskGB)
    hypervisor["disk_available_least"] = JSONValue(node.diskGB - node.used.diskGB)
    hypervisor["current_workload"] = 0
    hypervisor["running_vms"] = JSONValue(node.used.instances)
    hypervisor["cpu_info"] = version >= Microversion(2, 28) ? [:] : ""
  }

  private func zones(
    _ request: Request, _ context: OpenStackRequestContext, isDetailed: Bool
  ) async throws -> Response {
    if isDetailed { try context.requireAdmin("os_compute_api:os-availability-zone:detail") }
    let nodes = isDetailed ? try await store.read { try $0.computeNodes() } : []
    let hosts = nodes.map { node in
      let service: JSONValue = [
        "active": .bool(node.isEnabled), "available": .bool(isUp(node)),
        "updated_at": .string(node.heartbeatAt.iso8601WithoutZone),
      ]
      return JSONObject.Member(name: node.host, value: ["nova-compute": service])
    }
    let zone: JSONValue = [
      "zoneName": .string(options.availabilityZone), "zoneState": ["available": true],
      "hosts": isDetailed ? .object(JSONObject(members: hosts)) : .null,
    ]
    return .json(["availabilityZoneInfo": [zone]])
  }

  /// Of key pairs there is a quota, and no other: what upstream calls unlimited is -1.
  private func limits(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let projectID = try context.caller.projectID ?? ""
    let usage = try await store.read { try $0.usage(ofProject: projectID) }
    let absolute: JSONValue = [
      "maxTotalInstances": -1, "maxTotalCores": -1, "maxTotalRAMSize": -1, "maxServerMeta": -1,
      "maxTotalKeypairs": JSONValue(options.maxKeypairs), "maxServerGroups": -1, "maxServerGroupMembers": -1,
      "totalInstancesUsed": JSONValue(usage.instances), "totalCoresUsed": JSONValue(usage.vcpus),
      "totalRAMUsed": JSONValue(usage.memoryMB), "totalServerGroupsUsed": 0,
    ]
    return .json(["limits": ["rate": [], "absolute": absolute]])
  }
}
