import ArgumentParser
import NFTables
import Netlink

/// In which network namespace a command looks; without it, in that which it was started in.
struct NamespaceOption: ParsableArguments {
  @Option(help: ArgumentHelp("Look into this namespace, as 'ip netns' names it.", valueName: "name"))
  var netns: String?

  func open() throws -> NetworkNamespace? {
    guard let netns else { return nil }
    guard let namespace = try NetworkNamespace.named(netns) else {
      throw ValidationError("There is no network namespace '\(netns)' in \(NetworkNamespace.standardFolder).")
    }
    return namespace
  }
}

/// Opens libnftables in `namespace`, or in that of the calling thread.
func openNFTables(in namespace: NetworkNamespace?) throws -> NFTables {
  try NetworkNamespace.inside(namespace) { () throws(NetlinkError) in
    Result { () throws(NFTablesError) in try NFTables() }
  }.get()
}
