import Model
import OpenStackHTTP

extension APIError {
  static func subnetPoolNotFound(_ id: some CustomStringConvertible) -> APIError {
    .notFound("Subnet pool \(id) could not be found.", type: "SubnetPoolNotFound")
  }

  static let subnetPoolInUse = APIError.badRequest(
    "Unable to delete subnet pool: Subnet pool has existing allocations.", type: "SubnetPoolDeleteError")

  static let emptyPrefixList = APIError.badRequest("Empty subnet pool prefix list.", type: "EmptySubnetPoolPrefixList")

  static let mixedPrefixes = APIError.badRequest(
    "Cannot mix IPv4 and IPv6 prefixes in a subnet pool.", type: "PrefixVersionMismatch")

  static func illegalPrefixUpdate(_ reason: String) -> APIError {
    .badRequest("Illegal update to prefixes: \(reason).", type: "IllegalSubnetPoolPrefixUpdate")
  }

  static let secondDefaultPool = APIError.invalidInput(
    "A default subnetpool for this IP family has already been set. Only one default may exist per IP family")

  static let subnetPoolQuotaExceeded = APIError.conflict(
    "Per-project subnet pool prefix quota exceeded.", type: "SubnetPoolQuotaExceeded")

  /// Upstream forgot to give this one a status, so that its clients see 500.
  static func subnetAllocationFailure(_ reason: String) -> APIError {
    .conflict("Failed to allocate subnet: \(reason).", type: "SubnetAllocationError")
  }

  static func prefixTooLong(_ length: Int, maximum: Int) -> APIError {
    .badRequest(
      "Unable to allocate subnet with prefix length \(length), maximum allowed prefix is \(maximum).",
      type: "MaxPrefixSubnetAllocationError")
  }

  static func prefixTooShort(_ length: Int, minimum: Int) -> APIError {
    .badRequest(
      "Unable to allocate subnet with prefix length \(length), minimum allowed prefix is \(minimum).",
      type: "MinPrefixSubnetAllocationError")
  }

  init(_ error: IllegalPrefixBounds) {
    self = .badRequest(
      "Illegal prefix bounds: \(error.name)=\(error.length), \(error.baseName)=\(error.baseLength).",
      type: "IllegalSubnetPoolPrefixBounds")
  }
}
