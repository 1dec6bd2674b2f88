import HostRPC
import JSON
import Logging
import Model
import OpenStackHTTP
import Store

extension Transaction {
  /// Begins the deletion of an instance: what was being done to it ends, and every host that may have something of it is
  /// told. Asking again changes nothing: the hosts will be told until they have confirmed.
  ///
  /// An instance without a host is not gone yet either: ``HostlessDeletion`` takes it away.
  func beginDeletion(of found: Instance, requestID: String, userID: String) throws {
    guard found.state.task != .deleting else { return }
    var instance = found
    let operation = try operation(ofInstance: instance.id)
    instance.state.task = .deleting
    try update(instance)
    try begin(
      InstanceAction(
        action: "delete", requestID: requestID, userID: userID, projectID: instance.projectID, startedAt: now),
      ofInstance: instance.id)
    try withdrawMessages(ofInstance: instance.id, exceptMethod: RemoveInstance.name)
    if let operation { try endOperation(operation.id) }
    var others = Set([operation?.sourceHost, operation?.destinationHost].compactMap(\.self))
    if instance.state.vm == .resized, let migration = try migration(ofInstance: instance.id) {
      others.insert(migration.sourceHost)
    }
    if let host = instance.host { others.remove(host) }
    for host in others.sorted() { try removeFromHost(host, instance: instance.id) }
    guard let host = instance.host else { return }
    try enqueue(TerminateInstance.self, .init(instanceID: instance.id), host: host, instanceID: instance.id)
  }
}

/// Takes away an instance that no host has: one that was shelved and offloaded, or that no host had room for.
struct HostlessDeletion: Sendable {
  let store: Store
  let peers: ComputePeers
  let logger: Logger

  /// What fails here is done again by the watchdog, as long as the instance has its row.
  func perform(_ instance: Instance) async throws {
    do {
      if instance.launchedAt != nil {
        try await InstancePorts(peers: peers).release(instance)
        try await deleteShelvedImage(of: instance.id)
      }
      try await store.write { try $0.deleteInstance(instance.id) }
    } catch {
      logger.warning(
        "An instance without a host could not be deleted yet",
        metadata: ["instance.id": "\(instance.id)", "error.reason": "\(error)"])
    }
  }

  private func deleteShelvedImage(of id: UUID) async throws {
    guard let image = try await store.read({ try $0.shelvedImage(ofInstance: id) }) else { return }
    let answer = try await peers.image(peers.tokens).call(.delete, "/v2/images/\(image)")
    guard answer.isSuccess || answer.status == 404 else {
      throw PeerFailure(service: "Image", status: answer.status, request: "the deletion of an image")
    }
  }
}
