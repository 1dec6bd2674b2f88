package import Model

/// What a port is made of, under upstream's names.
///
/// - `base_mac` (`[DEFAULT]`): how the MAC addresses that the server makes up begin: the first three octets, and the fourth
///   if it is not zero.
/// - `max_allowed_address_pair` (`[DEFAULT]`): how many allowed address pairs a port has at most.
package struct PortOptions: Sendable {
  package var baseMAC = MACAddress.defaultBase
  package var maxAllowedAddressPairs = 10
  /// How many ports one request makes at most; a transaction of more would keep the others waiting. Ours.
  var bulkLimit = 1000

  package init() {}
}
