import JSON
import Logging
package import NFTables
package import Netlink

/// The firewall's end of the kernel, in one network namespace.
package struct FirewallKernel: Sendable {
  package let nftables: NFTables
  let connections: ConntrackTable
  private let namespace: NetworkNamespace?

  /// Opens everything in `namespace`, or in that of the calling thread. Throws `NetlinkError` or `NFTablesError`.
  package init(in namespace: NetworkNamespace? = nil) throws {
    self.namespace = namespace
    let opened = try NetworkNamespace.inside(namespace) { () throws(NetlinkError) in
      Result { () throws(NFTablesError) in try NFTables() }
    }
    nftables = try opened.get()
    connections = try ConntrackTable(in: namespace)
  }

  /// Reads what is there.
  func listing() async throws -> (ruleset: Ruleset, hasFrame: Bool) {
    var listings: [JSONValue] = []
    for table in try await tables() {
      listings.append(try JSONValue(parsing: try await nftables.json("list table \(table)")))
    }
    return Ruleset.read(listings)
  }

  /// Whether our tables are there. Costs next to nothing however much is in them.
  func hasTables() async throws -> Bool { try await tables().count == Self.tables.count }

  private static let tables = [RulesetFrame.bridgeTable, RulesetFrame.connectionTable]

  /// Which of our tables are there. Who lists a table that is not gets an error; who lists the names of all gets a list.
  private func tables() async throws -> [String] {
    let list = try JSONValue(parsing: try await nftables.json("list tables"))["nftables"]?.array ?? []
    let present = Set(
      list.compactMap { $0["table"] }.map { "\($0["family"]?.string ?? "") \($0["name"]?.string ?? "")" })
    return Self.tables.filter(present.contains)
  }

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
