import Dispatch

/// Deletes links off the hot path: the kernel takes tens of milliseconds for each, while which it is asked over a socket
/// and from a thread of their own.
package final class LinkRemover: Sendable {
  private let queue = DispatchQueue(label: "plugboard.link-remover", qos: .utility)
  private let socket: NetlinkSocket

  /// Works in `namespace`, or in that of the calling thread.
  package init(in namespace: NetworkNamespace? = nil) throws(NetlinkError) {
    socket = try NetlinkSocket(in: namespace)
  }

  /// Deletes the link and returns when that is done. A link that has gone already is deleted, too.
  package func delete(_ link: Link) async throws(NetlinkError) {
    let result: Result<Void, NetlinkError> = await withCheckedContinuation { continuation in
      queue.async { [socket] in
        do throws(NetlinkError) {
          try socket.delete(link)
          continuation.resume(returning: .success(()))
        } catch {
          continuation.resume(returning: error.isMissingLink ? .success(()) : .failure(error))
        }
      }
    }
    try result.get()
  }
}
