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
  var mtu: Int?
  var portSecurityEnabled: Bool
  /// `nil` leaves the choice to the server.
  var segment: SegmentRequest?

  init(_ body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.network.checkCreation(body, caller: caller)
    let attributes = AttributeReader(body)
    projectID = try caller.project(for: attributes)
    name = try attributes.text("name") ?? ""
    description = try attributes.text("description", nullIsEmpty: true) ?? ""
    adminStateUp = try attributes.bool("admin_state_up") ?? true
    isShared = try attributes.bool("shared") ?? false
    isExternal = try attributes.bool("router:external") ?? false
    mtu = try attributes.mtu()
    portSecurityEnabled = try attributes.bool("port_security_enabled") ?? true
    segment = try SegmentRequest(attributes)
    try attributes.onlyEmptyList("availability_zone_hints")
  }
}

/// The `provider:` attributes of a new network.
struct SegmentRequest: Sendable {
  var type: NetworkType
  var physicalNetwork: String?
  var segmentationID: Int?

  /// `nil` if none of the attributes was sent. The wording is that of `neutron/plugins/ml2/managers.py` and the type
  /// drivers.
  init?(_ attributes: AttributeReader) throws {
    func value(_ name: String) -> JSONValue? { attributes.isNull(name) ? nil : attributes.body[name] }
    physicalNetwork = value("provider:physical_network") == nil ? nil : try attributes.text("provider:physical_network")
    segmentationID = value("provider:segmentation_id") == nil ? nil : try attributes.integer("provider:segmentation_id")
    guard value("provider:network_type") != nil else {
      if physicalNetwork != nil || segmentationID != nil { throw APIError.invalidInput("network_type required") }
      return nil
    }
    let name = try attributes.text("provider:network_type") ?? ""
    // VLAN segments are known to the model, but nothing allocates them yet.
    guard let type = NetworkType(rawValue: name), type != .vlan else {
      throw APIError.invalidInput("network_type value '\(name)' not supported")
    }
    self.type = type
    if type == .flat {
      guard physicalNetwork != nil else {
        throw APIError.invalidInput("physical_network required for flat provider network")
      }
    } else if physicalNetwork != nil {
      throw APIError.invalidInput("provider:physical_network specified for \(name) network")
    }
    if segmentationID != nil, type != .vxlan {
      throw APIError.invalidInput("provider:segmentation_id specified for \(name) network")
    }
    if let segmentationID, !(1...16_777_215).contains(segmentationID) {
      throw APIError.invalidInput("segmentation_id out of range (1 through 16777215)")
    }
  }
}

extension AttributeReader {
  /// `0` and `null` leave the choice to the server.
  fileprivate func mtu() throws -> Int? {
    guard !isNull("mtu"), let mtu = try integer("mtu"), mtu != 0 else { return nil }
    guard mtu >= 68 else { throw APIError.invalidAttribute("mtu", "'\(mtu)' is too small - must be at least '68'") }
    return mtu
  }
}

/// What a PUT changes of a network.
struct NetworkChange: Sendable {
  private let apply: @Sendable (inout Network) -> Void

  init(_ body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.network.checkUpdate(body, caller: caller)
    let attributes = AttributeReader(body)
    let name = try attributes.text("name")
    let description = try attributes.text("description", nullIsEmpty: true)
    let adminStateUp = try attributes.bool("admin_state_up")
    let isShared = try attributes.bool("shared")
    let isExternal = try attributes.bool("router:external")
    let mtu = try attributes.mtu()
    let portSecurityEnabled = try attributes.bool("port_security_enabled")
    apply = { network in
      network.name = name ?? network.name
      network.description = description ?? network.description
      network.adminStateUp = adminStateUp ?? network.adminStateUp
      network.isShared = isShared ?? network.isShared
      network.isExternal = isExternal ?? network.isExternal
      network.mtu = mtu ?? network.mtu
      network.portSecurityEnabled = portSecurityEnabled ?? network.portSecurityEnabled
    }
  }

  func applied(to network: Network) -> Network {
    var changed = network
    apply(&changed)
    return changed
  }
}
