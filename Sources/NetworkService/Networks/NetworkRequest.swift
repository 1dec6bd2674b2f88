import JSON
import Model
import OpenStackHTTP
import Store

/// What a POST asks for of a new network.
struct NetworkRequest: Sendable {
  var projectID: String
  var name: String
  var description: String
  var adminStateUp: Bool
  var isShared: Bool
  var isExternal: Bool
  var isDefault: Bool
  /// `nil` leaves the choice to the server.
  var mtu: Int?
  var portSecurityEnabled: Bool
  /// `nil` leaves the choice to the server; a segment without its number leaves that.
  var segment: Segment?
  /// Sorted.
  var availabilityZoneHints: [String]
  /// `nil`, sent or not, leaves the choice to the project's default.
  var qosPolicyID: UUID?

  init(_ body: JSONObject, caller: NetworkCaller, configuration: NetworkConfiguration) throws {
    try ResourceKind.network.checkCreation(body, caller: caller)
    let attributes = AttributeReader(body)
    projectID = try caller.project(for: attributes)
    name = try attributes.text("name") ?? ""
    description = try attributes.text("description", nullIsEmpty: true) ?? ""
    adminStateUp = try attributes.bool("admin_state_up") ?? true
    isShared = try attributes.bool("shared") ?? false
    isExternal = try attributes.bool("router:external") ?? false
    isDefault = try attributes.bool("is_default") ?? false
    mtu = try attributes.mtu().flatMap { $0 == 0 ? nil : $0 }
    portSecurityEnabled = try attributes.bool("port_security_enabled") ?? true
    let hints = try attributes.availabilityZoneHints() ?? []
    availabilityZoneHints = hints.isEmpty ? configuration.defaultAvailabilityZones : hints
    qosPolicyID = try attributes.qosPolicyID() ?? nil
    let wanted = try attributes.segment()
    segment = wanted.isEmpty ? nil : try configuration.segments.judged(wanted)
  }
}

/// What a PUT changes of a network. `nil` leaves it as it is.
struct NetworkChange: Sendable {
  let isShared: Bool?
  let isExternal: Bool?
  let isDefault: Bool?
  /// 0 leaves the choice to the server.
  let mtu: Int?
  let segment: SegmentRequest
  /// `.some(nil)` takes the network's policy from it.
  let qosPolicyID: UUID??
  private let name: String?
  private let description: String?
  private let adminStateUp: Bool?
  private let portSecurityEnabled: Bool?

  init(_ body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.network.checkUpdate(body, caller: caller)
    let attributes = AttributeReader(body)
    name = try attributes.text("name")
    description = try attributes.text("description", nullIsEmpty: true)
    adminStateUp = try attributes.bool("admin_state_up")
    isShared = try attributes.bool("shared")
    isExternal = try attributes.bool("router:external")
    isDefault = try attributes.bool("is_default")
    mtu = try attributes.mtu()
    portSecurityEnabled = try attributes.bool("port_security_enabled")
    segment = try attributes.segment()
    qosPolicyID = try attributes.qosPolicyID()
  }

  /// The network with what needs no judgement changed.
  func applied(to network: Network) -> Network {
    var changed = network
    changed.name = name ?? network.name
    changed.description = description ?? network.description
    changed.adminStateUp = adminStateUp ?? network.adminStateUp
    changed.portSecurityEnabled = portSecurityEnabled ?? network.portSecurityEnabled
    return changed
  }
}

extension SegmentPlan {
  /// - Throws: `APIError` 400 for a segment that there cannot be.
  func judged(_ wanted: SegmentRequest) throws -> Segment {
    do {
      return try checked(wanted)
    } catch {
      throw APIError.invalidInput("\(error)")
    }
  }
}

extension AttributeReader {
  /// The `provider:` attributes; one that is `null` is one that was not sent.
  fileprivate func segment() throws -> SegmentRequest {
    func text(_ name: String, limit: Int) throws -> String? {
      isNull(name) ? nil : try self.text(name, limit: limit)
    }
    return SegmentRequest(
      networkType: try text("provider:network_type", limit: 32),
      physicalNetwork: try text("provider:physical_network", limit: 64),
      segmentationID: isNull("provider:segmentation_id") ? nil : try integer("provider:segmentation_id"))
  }

  /// 0 leaves the choice to the server.
  fileprivate func mtu() throws -> Int? {
    guard let mtu = try integer("mtu") else { return nil }
    guard mtu == 0 || mtu >= Network.smallestMTU else {
      throw APIError.invalidAttribute("mtu", "'\(mtu)' is too small - must be at least '\(Network.smallestMTU)'")
    }
    return mtu
  }

  /// Sorted, as upstream stores them.
  fileprivate func availabilityZoneHints() throws -> [String]? {
    let name = "availability_zone_hints"
    guard let elements = try list(name) else { return nil }
    let zones = try elements.map { element in
      guard let zone = element.string, !zone.isEmpty else {
        throw APIError.invalidAttribute(name, "\(pythonText(element)) is not a valid string")
      }
      return zone
    }
    guard Set(zones).count == zones.count else {
      throw APIError.invalidAttribute(name, "Duplicate items in the list: '\(zones.joined(separator: ", "))'")
    }
    // `AZ_HINTS_DB_LEN` of `neutron_lib/db/constants.py`, of the list as JSON.
    guard JSONValue.array(elements).description.utf8.count <= 255 else {
      throw APIError.invalidInput("Too many availability_zone_hints specified")
    }
    return zones.sorted()
  }
}
