import JSON
import Model
import OpenStackHTTP
import Store

/// Writes a host as `/os-hypervisors` shows it.
struct HypervisorView: Sendable {
  let options: ComputeOptions
  let version: Microversion
  /// By host; `nil` if they were not asked for.
  let servers: [String: [InstanceName]]?

  func brief(_ node: ComputeNode) -> JSONValue {
    var hypervisor = basics(of: node)
    addServers(of: node, to: &hypervisor)
    return .object(hypervisor)
  }

  func detailed(_ node: ComputeNode) -> JSONValue {
    var hypervisor = basics(of: node)
    hypervisor["hypervisor_type"] = .string(node.hypervisorType)
    hypervisor["hypervisor_version"] = JSONValue(node.hypervisorVersion)
    hypervisor["host_ip"] = JSONValue(node.hostIP?.description)
    hypervisor["service"] = [
      "id": node.shownID(version), "host": .string(node.host), "disabled_reason": JSONValue(node.disabledReason),
    ]
    // What is used was taken out of this resource in 2.88, since Placement has it.
    if version >= Microversion(2, 88) {
      hypervisor["uptime"] = .null
    } else {
      for (name, amount) in Self.amounts { hypervisor[name] = JSONValue(amount(node)) }
      hypervisor["cpu_info"] = version >= Microversion(2, 28) ? [:] : ""
    }
    addServers(of: node, to: &hypervisor)
    return .object(hypervisor)
  }

  private func basics(of node: ComputeNode) -> JSONObject {
    var hypervisor = JSONObject()
    hypervisor["id"] = node.shownID(version)
    hypervisor["hypervisor_hostname"] = .string(node.host)
    hypervisor["state"] = options.isUp(node) ? "up" : "down"
    hypervisor["status"] = node.isEnabled ? "enabled" : "disabled"
    return hypervisor
  }

  /// Before 2.75 a host without servers has no such member.
  private func addServers(of node: ComputeNode, to hypervisor: inout JSONObject) {
    guard let servers else { return }
    let own = servers[node.host] ?? []
    guard !own.isEmpty || version >= Microversion(2, 75) else { return }
    hypervisor["servers"] = .array(
      own.map { ["name": .string($0.guestName), "uuid": .string($0.id.description)] })
  }

  static let amounts: [(name: String, of: @Sendable (ComputeNode) -> Int)] = [
    ("vcpus", { $0.vcpus }), ("memory_mb", { $0.memoryMB }), ("local_gb", { $0.diskGB }),
    ("vcpus_used", { $0.used.vcpus }), ("memory_mb_used", { $0.used.memoryMB }), ("local_gb_used", { $0.used.diskGB }),
    ("free_ram_mb", { $0.memoryMB - $0.used.memoryMB }), ("free_disk_gb", { $0.diskGB - $0.used.diskGB }),
    ("disk_available_least", { $0.diskGB - $0.used.diskGB }), ("current_workload", { _ in 0 }),
    ("running_vms", { $0.used.instances }),
  ]
}

/// What a list of hypervisors asks for.
struct HypervisorQuery: Sendable {
  let query: QueryString
  var pattern: String?
  var withServers = false
  var marker: String?
  var limit: Int
  var isPaged: Bool

  /// - Throws: `APIError` 400 for a value that no parameter has, and for pages of what a pattern finds.
  init(_ query: QueryString, _ version: Microversion, maxLimit: Int) throws {
    self.query = query
    isPaged = version >= Microversion(2, 33)
    limit = isPaged ? try query.pageLimit(atMost: maxLimit) : maxLimit
    if isPaged { marker = query["marker"] }
    guard version >= Microversion(2, 53) else { return }
    try query.check(
      ["limit", "marker", "hypervisor_hostname_pattern", "with_servers"], from: 53, version)
    withServers = try Self.withServers(query)
    pattern = query["hypervisor_hostname_pattern"]
    if pattern != nil, query["limit"] != nil || marker != nil {
      throw APIError.badRequest(
        "Paging over hypervisors with the hypervisor_hostname_pattern query parameter is not supported.")
    }
  }

  static func withServers(_ query: QueryString) throws -> Bool {
    guard let text = query["with_servers"] else { return false }
    let value = JSONValue.string(text)
    guard Schema.boolean.choices?.contains(value) ?? false else {
      throw APIError.badRequest(
        "Invalid input for query parameters with_servers. Value: \(text). \(text.pythonText) is not one of "
          + "[\((Schema.boolean.choices ?? []).map(\.pythonText).joined(separator: ", "))]")
    }
    return value.looseBool ?? false
  }
}

extension InstanceName {
  /// The guest's name at its hypervisor.
  fileprivate var guestName: String {
    let digits = String(number, radix: 16)
    return "instance-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }
}
