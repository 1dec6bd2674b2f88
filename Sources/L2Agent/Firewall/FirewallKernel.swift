import JSON
import Logging
package import NFTables
package import Netlink

/// The firewall's end of the kernel, in one network namespace.
package struct FirewallKernel: Sendable {
  package let nftables: NFTables
  let connections: ConntrackTable
  private let tables: FilterTables
  private let namespace: NetworkNamespace?

  /// Opens everything in `namespace`, or in that of the calling thread. Throws `NetlinkError` or `NFTablesError`.
  package init(in namespace: NetworkNamespace? = nil) throws {
    self.namespace = namespace
    let opened = try NetworkNamespace.inside(namespace) { () throws(NetlinkError) in
      Result { () throws(NFTablesError) in try NFTables() }
    }
    nftables = try opened.get()
    connections = try ConntrackTable(in: namespace)
    tables = try FilterTables(in: namespace)
  }

  /// Reads what is there.
  func listing() async throws -> (ruleset: Ruleset, hasFrame: Bool) {
    var listings: [JSONValue] = []
    // Who lists a table that is not there gets an error.
    if try hasBridgeTable() {
      listings.append(try JSONValue(parsing: try await nftables.json("list table \(RulesetFrame.bridgeTable)")))
    }
    if try hasConnectionTable() {
      listings.append(try JSONValue(parsing: try await nftables.json("list table \(RulesetFrame.connectionTable)")))
    }
    return Ruleset.read(listings)
  }

  /// Whether our tables are there. Costs next to nothing however much is in them.
  func hasTables() throws -> Bool { try hasBridgeTable() && hasConnectionTable() }

  private func hasBridgeTable() throws -> Bool { try tables.contains("plugboard", .bridge) }

  private func hasConnectionTable() throws -> Bool { try tables.contains("plugboard_ct", .inet) }

  /// Looks whether bridged packets are tracked, and changes it if they are not. Throws ``FirewallError``.
  func ensureBridgeNetfilter(logger: Logger) throws {
    let result = try NetworkNamespace.inside(namespace) { () throws(NetlinkError) in
      Result { () throws(FirewallError) in try BridgeNetfilter.ensure() }
    }
    for name in try result.get() {
      logger.warning(
        "Switched on what shows bridged packets to conntrack; something may switch it off again at the next boot",
        metadata: ["sysctl": "net.bridge.\(name)"])
    }
  }
}
