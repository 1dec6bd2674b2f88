import Model
import OpenStackHTTP

extension APIError {
  static func subnetNotFound(_ id: some CustomStringConvertible) -> APIError {
    .notFound("Subnet \(id) could not be found.", type: "SubnetNotFound")
  }

  static func subnetInUse(_ id: UUID) -> APIError {
    .conflict(
      "Unable to complete operation on subnet \(id): One or more ports have an IP allocation from this subnet.",
      type: "SubnetInUse")
  }
}
