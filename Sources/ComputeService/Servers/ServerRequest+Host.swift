import JSON
import Model
import OpenStackHTTP

// Where a server shall go, and how many there shall be.
extension ServerRequest {
  mutating func readHost(_ server: JSONValue, _ context: OpenStackRequestContext) throws {
    let isAdmin = try context.caller.isAdmin
    if let zone = details.availabilityZone { try readZone(zone) }
    if insistsOnHost, !isAdmin { throw APIError.policy("servers:create:forced_host") }
    guard let host = server["host"]?.string ?? server["hypervisor_hostname"]?.string else { return }
    guard isAdmin else { throw APIError.policy("servers:create:requested_destination") }
    guard !insistsOnHost else {
      throw APIError.badRequest(
        "One mechanism with host and/or hypervisor_hostname and another mechanism with zone:host:node are mutually "
          + "exclusive.")
    }
    // A host has one hypervisor, of the same name.
    if let node = server["hypervisor_hostname"]?.string, node != host {
      throw APIError.badRequest("Compute host \(node) could not be found.")
    }
    requestedHost = host
  }

  /// `zone:host:node` puts a server on a host, for administrators.
  private mutating func readZone(_ zone: String) throws {
    let parts = zone.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 3 else {
      throw APIError.badRequest("Invalid input received: Unable to parse availability_zone")
    }
    details.availabilityZone = parts[0].isEmpty ? nil : parts[0]
    if let host = parts.dropFirst().last(where: { !$0.isEmpty }) {
      requestedHost = host
      insistsOnHost = true
    }
  }

  /// What several servers cannot have in common.
  func checkCounts() throws {
    guard maximumCount > 1 else { return }
    if hostname != nil {
      throw APIError.badRequest("Unable to allocate a single hostname to multiple instances")
    }
    guard case .listed(let choices) = networks else { return }
    if choices.contains(where: { $0.fixedIP != nil }) {
      throw APIError.badRequest(
        "Failed to launch instances: max_count cannot be greater than 1 if an fixed_ip is specified.")
    }
    if choices.contains(where: { $0.portID != nil }) {
      throw APIError.badRequest(
        "Failed to launch instances: Unable to launch multiple instances with a single configured port ID. Please "
          + "launch your instance one by one with different ports.")
    }
  }
}
