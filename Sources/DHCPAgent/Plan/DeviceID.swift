internal import Crypto
internal import Model

/// The `device_id` of a DHCP agent's port: `dhcp`, a UUID made of the host's name, and the network's id
/// (`neutron/common/utils.py`, `get_dhcp_agent_device_id`). A stock agent on the same host takes over the port.
func dhcpDeviceID(host: String, network: UUID) -> String {
  let name = host.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init) ?? host
  return "dhcp\(nameUUID(name))-\(network)"
}

/// The UUID of version 5 (RFC 9562, 5.5) of a name in the namespace of DNS.
private func nameUUID(_ name: String) -> String {
  let namespace: [UInt8] = [
    0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
  ]
  var octets = Array(Insecure.SHA1.hash(data: namespace + Array(name.utf8)).prefix(16))
  octets[6] = octets[6] & 0x0f | 0x50
  octets[8] = octets[8] & 0x3f | 0x80
  let digits = octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  return UUID(digits)?.description ?? digits
}
