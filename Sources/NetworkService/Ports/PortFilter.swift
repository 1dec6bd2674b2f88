import Model
import OpenStackHTTP
import Store

/// The filters of a list of ports that are not simply attributes: `fixed_ips=ip_address=...`,
/// `fixed_ips=ip_address_substr=...` (ip-substring-filtering) and `fixed_ips=subnet_id=...`.
struct PortFilter {
  static let name = "fixed_ips"

  private(set) var fixedIPs = FixedIPFilter()

  /// - Throws: `APIError` 400 for what is none of the three.
  init(_ values: [String]) throws {
    for value in values {
      let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw APIError.invalidInput("'\(value)' is not of the form <key>=[value]") }
      switch parts[0] {
      // What is no address or id is nobody's.
      case "ip_address": fixedIPs.addresses.append(IPAddress(parts[1])?.description ?? String(parts[1]))
      case "ip_address_substr": fixedIPs.addressParts.append(parts[1].lowercased())
      case "subnet_id": fixedIPs.subnetIDs.append(UUID(parts[1])?.description ?? String(parts[1]))
      default: throw APIError.badRequest("['fixed_ips'] is invalid attribute for filtering")
      }
    }
  }
}
