import Model
import OpenStackHTTP
import Store

extension Snapshot {
  /// - Throws: `APIError` 404.
  func visibleSubnetPool(_ id: UUID, to caller: NetworkCaller) throws -> SubnetPool {
    guard let pool = try subnetPool(id), caller.owns(pool.projectID) || pool.isShared else {
      throw APIError.subnetPoolNotFound(id)
    }
    return pool
  }

  /// - Throws: `APIError` 404, or 403 for a shared pool of another project.
  func ownSubnetPool(_ id: UUID, of caller: NetworkCaller, action: String) throws -> SubnetPool {
    let pool = try visibleSubnetPool(id, to: caller)
    try caller.require(action, PolicyTarget(project: pool.projectID))
    return pool
  }

  /// The pool that a new subnet is cut from; `nil` if the client brings the prefix.
  ///
  /// - Throws: `APIError` 404 for a pool that the caller does not see, 400 for one of the other version.
  func subnetPool(of request: SubnetRequest, caller: NetworkCaller) throws -> SubnetPool? {
    switch request.origin {
    case .client: return nil
    case .defaultPool:
      guard let pool = try defaultSubnetPool(request.version), caller.owns(pool.projectID) || pool.isShared else {
        throw APIError.badSubnetsRequest("No default subnetpool found for IPv\(request.version.rawValue)")
      }
      return pool
    case .pool(let id):
      let pool = try visibleSubnetPool(id, to: caller)
      guard pool.version == request.version else {
        throw APIError.badSubnetsRequest(
          "Cannot allocate IPv\(request.version.rawValue) subnet from IPv\(pool.version.rawValue) subnet pool")
      }
      return pool
    }
  }
}

extension Transaction {
  /// Takes the prefix of a new subnet from the pool, if there is one.
  ///
  /// - Throws: `APIError` as `neutron/ipam/subnet_alloc.py` has it.
  func prefix(for request: SubnetRequest, of pool: SubnetPool?) throws -> IPNetwork {
    guard let pool else {
      guard let cidr = request.cidr else { throw APIError.badSubnetsRequest("a cidr or a subnetpool is needed") }
      return cidr
    }
    let length = request.cidr?.prefixLength ?? request.prefixLength ?? pool.defaultPrefixLength
    if length > pool.maxPrefixLength { throw APIError.prefixTooLong(length, maximum: pool.maxPrefixLength) }
    if length < pool.minPrefixLength { throw APIError.prefixTooShort(length, minimum: pool.minPrefixLength) }
    try checkQuota(of: pool, project: request.projectID, adding: length)
    if let cidr = request.cidr {
      guard try takePrefix(cidr, fromSubnetPool: pool.id) else {
        throw APIError.subnetAllocationFailure("Cannot allocate requested subnet from the available set of prefixes")
      }
      return cidr
    }
    guard let prefix = try takePrefix(ofLength: length, fromSubnetPool: pool.id) else {
      throw APIError.subnetAllocationFailure("Insufficient prefix space to allocate subnet size /\(length)")
    }
    return prefix
  }

  private func checkQuota(of pool: SubnetPool, project: String, adding length: Int) throws {
    guard let quota = pool.defaultQuota, quota > 0 else { return }
    let units = try prefixLengths(ofSubnetPool: pool.id, project: project).reduce(0) { sum, length in
      sum + SubnetPool.quotaUnits(ofPrefixLength: length, version: pool.version)
    }
    let wanted = SubnetPool.quotaUnits(ofPrefixLength: length, version: pool.version)
    guard units + wanted <= Double(quota) else { throw APIError.subnetPoolQuotaExceeded }
  }
}
