package import HTTPTypes

/// The services that this project has a REST interface of.
package enum OpenStackService: String, CaseIterable, Sendable {
  case identity
  case compute
  case image
  case networking

  /// The port upstream's installations use.
  package var defaultPort: Int {
    switch self {
    case .identity: 5000
    case .compute: 8774
    case .image: 9292
    case .networking: 9696
    }
  }

  /// The `type` of the service in Keystone's catalog.
  package var catalogType: String {
    self == .networking ? "network" : rawValue
  }

  /// The `name` of the service in Keystone's catalog.
  package var catalogName: String {
    switch self {
    case .identity: "keystone"
    case .compute: "nova"
    case .image: "glance"
    case .networking: "neutron"
    }
  }
}

/// The header fields that OpenStack's services share.
package enum OpenStackHeader {
  package static let authToken = HTTPField.Name("X-Auth-Token")!
  package static let subjectToken = HTTPField.Name("X-Subject-Token")!
  package static let requestID = HTTPField.Name("X-Openstack-Request-Id")!
  package static let computeRequestID = HTTPField.Name("X-Compute-Request-Id")!
  package static let microversion = HTTPField.Name("OpenStack-API-Version")!
  package static let novaMicroversion = HTTPField.Name("X-OpenStack-Nova-API-Version")!
}
