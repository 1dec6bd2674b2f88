/// How many addresses of a network are taken, and how many there are.
package struct NetworkIPAvailability: Hashable, Sendable {
  package struct Subnet: Hashable, Sendable {
    package var id: UUID
    package var name: String
    package var cidr: IPNetwork
    package var usedIPs: Int
    /// The addresses of the pools, or all of the prefix if it has none.
    package var totalIPs: UInt128

    package init(id: UUID, name: String, cidr: IPNetwork, pools: [AllocationPool], usedIPs: Int) {
      self.id = id
      self.name = name
      self.cidr = cidr
      self.usedIPs = usedIPs
      totalIPs = pools.isEmpty ? cidr.addresses.count : pools.reduce(0) { $0.addingUpToMax($1.count) }
    }
  }

  package var networkID: UUID
  package var networkName: String
  package var projectID: String
  package var subnets: [Subnet]

  package init(networkID: UUID, networkName: String, projectID: String, subnets: [Subnet] = []) {
    self.networkID = networkID
    self.networkName = networkName
    self.projectID = projectID
    self.subnets = subnets
  }

  package var usedIPs: Int { subnets.reduce(0) { $0 + $1.usedIPs } }
  package var totalIPs: UInt128 { subnets.reduce(0) { $0.addingUpToMax($1.totalIPs) } }
}

extension UInt128 {
  fileprivate func addingUpToMax(_ other: UInt128) -> UInt128 {
    let (sum, isTooMuch) = addingReportingOverflow(other)
    return isTooMuch ? .max : sum
  }
}
