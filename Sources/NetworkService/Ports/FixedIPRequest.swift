import JSON
import Model
import OpenStackHTTP

extension AttributeReader {
  /// Upstream once had an option for it, and has no limit now but that of the body.
  private static let fixedIPLimit = 100

  /// Reads `fixed_ips` (`neutron_lib/api/validators` `validate_fixed_ips`).
  func fixedIPs() throws -> [FixedIPRequest]? {
    guard let value = body["fixed_ips"] else { return nil }
    guard let list = value.array else {
      throw APIError.invalidAttribute("fixed_ips", "Invalid data format for fixed IP: \(quoted(value))")
    }
    guard list.count <= Self.fixedIPLimit else {
      throw APIError.invalidInput("Exceeded maximum amount of fixed ips per port")
    }
    var requests: [FixedIPRequest] = []
    for element in list {
      let request = try fixedIP(element)
      if let address = request.address, requests.contains(where: { $0.address == address }) {
        throw APIError.invalidAttribute("fixed_ips", "Duplicate IP address '\(address)'")
      }
      requests.append(request)
    }
    return requests
  }

  private func fixedIP(_ element: JSONValue) throws -> FixedIPRequest {
    guard let object = element.object else {
      throw APIError.invalidAttribute("fixed_ips", "Invalid data format for fixed IP: \(quoted(element))")
    }
    var request = FixedIPRequest()
    for member in object.members {
      switch member.name {
      case "subnet_id":
        guard let id = member.value.string.flatMap({ UUID($0) }) else {
          throw APIError.invalidAttribute("fixed_ips", "\(quoted(member.value)) is not a valid UUID")
        }
        request.subnetID = id
      case "ip_address":
        guard let address = member.value.string.flatMap({ IPAddress($0) }) else {
          throw APIError.invalidAttribute("fixed_ips", "\(quoted(member.value)) is not a valid IP address")
        }
        request.address = address
      default: throw APIError.invalidAttribute("fixed_ips", "Unexpected keys: '\(member.name)'")
      }
    }
    return request
  }

  /// A value as Python puts it between two quotation marks with `'%s'`.
  func quoted(_ value: JSONValue) -> String { "'\(pythonString(value))'" }
}
