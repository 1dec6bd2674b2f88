import Model
import NetworkService
import OsloConfig

extension ServerConfiguration {
  /// How long a subnet's lists may be; see ``SubnetLimits``.
  static func subnets(_ options: OsloOptions) throws -> SubnetLimits {
    var limits = SubnetLimits()
    if let limit = try options.integer("max_dns_nameservers", in: 0...1000) { limits.nameservers = limit }
    if let limit = try options.integer("max_subnet_host_routes", in: 0...1000) { limits.hostRoutes = limit }
    return limits
  }
}
