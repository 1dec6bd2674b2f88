import HostRPC
import JSON
import Logging
import Model
import OpenStackHTTP
import Store

/// Sees to it that no instance stays in a passing state for ever because its host does.
struct InstanceWatchdog: Sendable {
  let store: Store
  let peers: ComputePeers
  let options: ComputeOptions
  let logger: Logger

  func run() async throws {
    do {
      while !Task.isCancelled {
        try await Task.sleep(for: options.watchdogInterval)
        await look()
      }
    } catch is CancellationError {
      return
    }
  }

  /// Looks once. What fails is tried again at the next look.
  func look() async {
    do {
      let (instances, operations, nodes) = try await store.read {
        (try $0.instancesInPassing(), try $0.operations(), try $0.computeNodes())
      }
      let silent = silentHosts(nodes)
      for operation in operations {
        await attempt("look after an operation", ["instance.id": "\(operation.instanceID)"]) {
          try await operationWatchdog.look(at: operation, silentSince: silent[operation.owner])
        }
      }
      for instance in instances {
        guard let verdict = InstanceWatch(instance, silentSince: silent, options: options) else { continue }
        await attempt("look after an instance", ["instance.id": "\(instance.id)"]) {
          try await act(verdict, on: instance)
        }
      }
    } catch {
      logger.warning("The watchdog could not look after the instances", metadata: ["error.reason": "\(error)"])
    }
    await attempt("forget old events") {
      let oldest = options.now() - options.inboxEventLifetime
      try await store.write { try $0.forgetMessages(ExternalInstanceEvent.name, before: oldest) }
    }
    await attempt("forget old usage") {
      let oldest = options.now() - options.usageLifetime
      try await store.write { try $0.forgetTerminatedInstances(before: oldest) }
    }
  }

  private var operationWatchdog: OperationWatchdog { OperationWatchdog(store: store, options: options, logger: logger) }

  private func attempt(
    _ what: String, _ metadata: Logger.Metadata = [:], _ body: () async throws -> Void
  ) async {
    do {
      try await body()
    } catch {
      logger.warning(
        "The watchdog failed and will try again",
        metadata: metadata.merging(["watchdog.task": "\(what)", "error.reason": "\(error)"]) { $1 })
    }
  }

  /// Each host that has not reported for too long, with its last report; a host that never reported is not among them.
  private func silentHosts(_ nodes: [ComputeNode]) -> [String: Timestamp] {
    let now = options.now()
    var silent: [String: Timestamp] = [:]
    for node in nodes where !node.isUp(at: now, downTime: options.scheduling.serviceDownTime) {
      silent[node.host] = node.heartbeatAt
    }
    return silent
  }

  private func act(_ verdict: InstanceWatch, on instance: Instance) async throws {
    switch verdict {
    case .reschedule(let reason):
      logger.warning(
        "A build is given to another host", metadata: ["instance.id": "\(instance.id)", "reason": "\(reason)"])
      let rescheduling = Rescheduling(policy: options.scheduling)
      try await store.write { transaction in
        guard let found = try transaction.instance(instance.id), found.host == instance.host else { return }
        try rescheduling.hostIsGone(reason, of: found, in: transaction)
      }
    case .failBuild(let reason):
      logger.warning(
        "A build was given up", metadata: ["instance.id": "\(instance.id)", "instance.fault": "\(reason)"])
      try await store.write { transaction in
        guard let instance = try transaction.instance(instance.id), instance.state.isBuilding else { return }
        let fault = InstanceFault(code: 500, message: reason, details: "", createdAt: transaction.now)
        try transaction.withdrawMessages(ofInstance: instance.id, exceptMethod: TerminateInstance.name)
        try transaction.apply(InstanceChange(vm: .error, task: .changed(nil), fault: fault), to: instance)
      }
    case .forget(let reason):
      logger.warning(
        "An instance is forgotten without its host", metadata: ["instance.id": "\(instance.id)", "reason": "\(reason)"])
      // The request to terminate stays in the inbox: the host removes the guest if it ever comes back.
      guard instance.host != nil else {
        return try await HostlessDeletion(store: store, peers: peers, logger: logger).perform(instance)
      }
      try await InstancePorts(peers: peers).release(instance)
      try await store.write { transaction in
        try transaction.withdrawMessages(
          ofInstance: instance.id, exceptMethod: TerminateInstance.name, and: RemoveInstance.name)
        try transaction.deleteInstance(instance.id)
      }
    }
  }
}

/// What is to be done about an instance that has been in a passing state for too long.
enum InstanceWatch: Hashable, Sendable {
  case reschedule(reason: String)
  case failBuild(reason: String)
  case forget(reason: String)

  /// `nil` if there is nothing to do.
  init?(_ instance: Instance, silentSince: [String: Timestamp], options: ComputeOptions) {
    guard let host = instance.host else {
      guard instance.state.task == .deleting else { return nil }
      self = .forget(reason: "it has no host")
      return
    }
    let silence = silentSince[host].map { "compute host \(host) has not reported since \($0)" }
    if instance.state.task == .deleting {
      guard let silence else { return nil }
      self = .forget(reason: silence)
    } else if instance.state.isBuilding {
      if let silence {
        self = .reschedule(reason: silence)
      } else if options.now() - instance.createdAt > options.instanceBuildTimeout {
        self = .failBuild(reason: "the build has taken longer than \(options.instanceBuildTimeout)")
      } else {
        return nil
      }
    } else {
      return nil
    }
  }
}

/// The ports of an instance whose host cannot look after them any more.
struct InstancePorts: Sendable {
  let peers: ComputePeers

  /// Deletes the ports that were made for the instance, and takes those that the user brought off it.
  func release(_ instance: Instance) async throws {
    let client = try await peers.networking(peers.tokens)
    let answer = try await client.call(.get, "/v2.0/ports?device_id=\(instance.id)&fields=id")
    guard answer.isSuccess, let ports = answer.body?["ports"]?.array else {
      throw PeerFailure(service: "Networking", status: answer.status, request: "a list of ports")
    }
    let requested = try JSONValue(parsing: instance.request.networks.utf8).array ?? []
    let brought = Set(requested.compactMap { $0["port_id"]?.string })
    for id in ports.compactMap({ $0["id"]?.string }) {
      if brought.contains(id) {
        _ = try await client.call(
          .put, "/v2.0/ports/\(id)", body: ["port": ["device_id": "", "device_owner": "", "binding:host_id": .null]])
      } else {
        _ = try await client.call(.delete, "/v2.0/ports/\(id)")
      }
    }
  }
}
