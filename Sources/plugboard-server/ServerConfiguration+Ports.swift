import Model
import NetworkService
import OsloConfig

extension ServerConfiguration {
  /// What ports are made of; see ``PortOptions``.
  static func ports(_ options: OsloOptions) throws -> PortOptions {
    var ports = PortOptions()
    if let text = options.string("base_mac") {
      guard let address = MACAddress(text), address.isUnicast else {
        throw options.invalid("base_mac", "'\(text)' is no MAC address of one interface")
      }
      ports.baseMAC = address
    }
    if let limit = try options.integer("max_allowed_address_pair", in: 0...10_000) {
      ports.maxAllowedAddressPairs = limit
    }
    return ports
  }
}
