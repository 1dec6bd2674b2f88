import JSON
import Model
import OpenStackHTTP

extension ResourceKind {
  /// A port's binding to a host (`neutron_lib/api/definitions/portbindings_extended.py`).
  static let portBinding = ResourceKind(
    name: "binding", collection: "bindings",
    attributes: [
      AttributeRule(name: "host", isRequired: true), .plain("vnic_type"), .plain("profile"), .readOnly("vif_type"),
      .readOnly("vif_details"), .readOnly("status"), .fixed("project_id"), .fixed("tenant_id"),
    ])
}

extension ResourceKind {
  /// Judges the names in a body; the policies of bindings have other names than the resource, and none for attributes.
  fileprivate func checkNames(_ body: JSONObject, isNew: Bool) throws {
    let unknown = body.names.filter { self[$0] == nil }
    guard unknown.isEmpty else { throw APIError.unrecognizedAttributes(unknown) }
    for rule in attributes {
      let isSent = body[rule.name] != nil
      if isNew, rule.isRequired, !isSent {
        throw APIError.badRequest("Failed to parse request. Required attribute '\(rule.name)' not specified")
      }
      if isNew, isSent, !rule.isSetAtCreation {
        throw APIError.badRequest("Attribute '\(rule.name)' not allowed in POST")
      }
      if !isNew, isSent, !rule.isUpdatable {
        throw APIError.badRequest("Cannot update read-only attribute \(rule.name)")
      }
    }
  }
}

/// What a POST or a PUT asks for of a port's binding to a host; `nil` leaves an attribute alone.
struct PortBindingRequest: Sendable {
  var host: String?
  var vnicType: VNICType?
  var profile: String?

  /// - Parameter isNew: Whether the host must be named.
  init(_ body: JSONObject, isNew: Bool) throws {
    try ResourceKind.portBinding.checkNames(body, isNew: isNew)
    let attributes = AttributeReader(body)
    host = try attributes.text("host")
    if host?.isEmpty == true { throw APIError.invalidAttribute("host", "'' Blank strings are not permitted") }
    vnicType = try attributes.choice("vnic_type", VNICType.self)
    profile = try attributes.bindingProfile("profile")
  }

  /// The binding with what is asked for; the outcome of binding is the transaction's work.
  func applied(to binding: PortBinding) -> PortBinding {
    var changed = binding
    changed.host = host ?? binding.host
    changed.vnicType = vnicType ?? binding.vnicType
    changed.profile = profile ?? binding.profile
    return changed
  }
}
