internal import Model

/// What has to be done so that exactly the namespaces that are there are listened in.
struct NamespaceChanges: Equatable {
  /// A namespace of a network's DHCP agent.
  struct Namespace: Hashable, Sendable {
    var name: String
    var networkID: UUID
    /// Another one of the same name has another.
    var identity: UInt64
  }

  /// No longer there, or another one of the same name.
  var closed: [String]
  var opened: [Namespace]

  /// - Parameters:
  ///   - served: The identities of the namespaces that are listened in, by name.
  ///   - present: What there is.
  ///   - limit: The most that are listened in; those that are stay.
  init(served: [String: UInt64], present: [Namespace], limit: Int) {
    let identities = Dictionary(present.map { ($0.name, $0.identity) }, uniquingKeysWith: { first, _ in first })
    let closed = served.filter { identities[$0.key] != $0.value }.keys.sorted()
    let room = max(0, limit - served.count + closed.count)
    opened = Array(present.filter { served[$0.name] != $0.identity }.sorted { $0.name < $1.name }.prefix(room))
    self.closed = closed
  }
}
