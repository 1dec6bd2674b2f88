import Model
import OpenStackHTTP
import Store

/// What a project, or a user of it, has of each resource; of what is counted by other measures, none.
struct ResourceUsage: Sendable {
  private let instances: HostUsage
  private let serverGroups: Int

  /// - Parameter user: only what is this user's; `nil` for the project's.
  init(ofProject id: String, user: String? = nil, in snapshot: Snapshot) throws {
    instances = try snapshot.usage(ofProject: id, user: user)
    serverGroups = try snapshot.serverGroupCount(ofProject: id, user: user)
  }

  subscript(resource: ComputeResource) -> Int {
    switch resource {
    case .instances: instances.instances
    case .cores: instances.vcpus
    case .ram: instances.memoryMB
    case .serverGroups: serverGroups
    default: 0
    }
  }
}

extension ComputeResource {
  /// The resources that a microversion does not show any more.
  ///
  /// - Parameter networkingFrom: the minor version that took out what belongs to the Networking service.
  static func hidden(_ version: Microversion, networkingFrom minor: Int) -> Set<ComputeResource> {
    var hidden: Set<ComputeResource> = []
    if version >= Microversion(2, minor) { hidden.formUnion(networking) }
    if version >= Microversion(2, 57) { hidden.formUnion(injected) }
    return hidden
  }
}
