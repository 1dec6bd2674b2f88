import CNetlink
import Glibc

/// Which tables nf_tables has in one network namespace.
///
/// libnftables reads everything that is in the tables before it lists their names, a tenth of a second with some thousand
/// ports; this asks for the name alone.
package struct FilterTables: Sendable {
  /// The family of a table, by the kernel's numbers (`NFPROTO_...` of linux/netfilter.h, which Swift cannot import beside
  /// the C library's own headers).
  package enum Family: UInt8, Sendable {
    case inet = 1
    case bridge = 7
  }

  private let socket: NetlinkSocket

  /// Asks in `namespace`, or in that of the calling thread.
  package init(in namespace: NetworkNamespace? = nil) throws(NetlinkError) {
    socket = try NetlinkSocket(netfilterIn: namespace)
  }

  /// Whether there is a table of this name.
  package func contains(_ name: String, _ family: Family) throws(NetlinkError) -> Bool {
    var header = nfgenmsg()
    header.nfgen_family = family.rawValue
    var message = Message(
      type: Int(NFNL_SUBSYS_NFTABLES) << 8 | Int(NFT_MSG_GETTABLE.rawValue), flags: NLM_F_REQUEST | NLM_F_ACK,
      body: header)
    message.attribute(Int(NFTA_TABLE_NAME.rawValue), text: name)
    do {
      _ = try socket.request(message, operation: "find table", link: nil)
      return true
    } catch let error where error.code == ENOENT {
      return false
    }
  }
}
