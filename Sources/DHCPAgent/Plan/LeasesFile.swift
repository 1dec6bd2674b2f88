internal import HostRPC
internal import Model

/// A line of dnsmasq's file of leases.
struct Lease: Hashable, Sendable {
  var address: IPAddress
  /// The MAC address of an IPv4 lease; the identity association (IAID) of an IPv6 one.
  var holder: String
  /// In hexadecimal octets with colons between; `*` if the guest tells none.
  var clientID: String
  var line: String
}

/// What dnsmasq keeps of the leases it has given. It reads the file when it starts, and writes it from then on.
struct LeasesFile: Hashable, Sendable {
  /// The DHCPv6 server's own identifier (DUID), in hexadecimal octets with colons between.
  var serverID: String?
  var leases: [Lease] = []

  init() {}

  /// Lines that are none are left out.
  init(_ text: String) {
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ")
      if fields.count == 2, fields[0] == "duid" {
        serverID = String(fields[1])
      } else if fields.count == 5, let address = IPAddress(fields[2]) {
        leases.append(
          Lease(address: address, holder: String(fields[1]), clientID: String(fields[4]), line: String(line)))
      }
    }
  }
}

extension ServedNetwork {
  /// The file `leases` for a dnsmasq that is about to start: every port has its IPv4 address for ever, so that a guest
  /// that has it already, from another agent or before the file was lost, is not refused when it renews. DHCPv6 leases
  /// carry an identity that only the guest knows, so those that were known are kept.
  func initialLeases(_ known: LeasesFile) -> String {
    let kept = Dictionary(known.leases.map { ($0.address, $0.line) }, uniquingKeysWith: { first, _ in first })
    var lines = known.serverID.map { ["duid \($0)"] } ?? []
    for record in records() where record.isReserved && record.subnet.enableDHCP {
      for address in record.addresses {
        switch address.version {
        case .v4: lines.append("0 \(record.port.macAddress) \(address) * *")
        case .v6: if let line = kept[address] { lines.append(line) }
        }
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// The leases that no port stands behind any more: dnsmasq would keep their addresses for those who had them.
  ///
  /// - Parameter reserved: Which MAC address each address was reserved for at the last time; an IPv6 lease does not tell.
  func staleLeases(_ known: LeasesFile, reserved: [IPAddress: MACAddress]) -> [Lease] {
    let owners = Dictionary(
      network.ports.flatMap { port in port.fixedIPs.map { ($0.address, port.macAddress) } },
      uniquingKeysWith: { first, _ in first })
    return known.leases.filter { lease in
      guard let owner = owners[lease.address] else { return true }
      switch lease.address.version {
      case .v4: return lease.holder != owner.description
      case .v6: return reserved[lease.address] != nil && reserved[lease.address] != owner
      }
    }
  }
}

/// Which MAC address a file `host` reserves each address for.
func reservations(ofHostsFile text: String) -> [IPAddress: MACAddress] {
  var owners: [IPAddress: MACAddress] = [:]
  for line in text.split(separator: "\n") {
    let fields = line.split(separator: ",")
    guard let mac = fields.first.flatMap({ MACAddress($0) }) else { continue }
    for field in fields.dropFirst() {
      let isBracketed = field.hasPrefix("[") && field.hasSuffix("]")
      if let address = IPAddress(isBracketed ? field.dropFirst().dropLast() : field) { owners[address] = mac }
    }
  }
  return owners
}
