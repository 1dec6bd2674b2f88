/// What an instance gets of a host.
package struct Flavor: Hashable, Sendable {
  /// Free text; often a UUID, often `1`.
  package var id: String
  package var name: String
  package var vcpus: Int
  package var memoryMB: Int
  package var rootGB: Int
  package var ephemeralGB: Int
  package var swapMB: Int
  package var isPublic: Bool
  package var description: String?
  /// JSON text: an object of strings such as `{"quota:vif_inbound_average":"1024"}`, in the order of the keys.
  package var extraSpecs: String

  package init(
    id: String, name: String, vcpus: Int, memoryMB: Int, rootGB: Int, ephemeralGB: Int = 0, swapMB: Int = 0,
    isPublic: Bool = true, description: String? = nil, extraSpecs: String = "{}"
  ) {
    self.id = id
    self.name = name
    self.vcpus = vcpus
    self.memoryMB = memoryMB
    self.rootGB = rootGB
    self.ephemeralGB = ephemeralGB
    self.swapMB = swapMB
    self.isPublic = isPublic
    self.description = description
    self.extraSpecs = extraSpecs
  }
}

extension Flavor {
  /// What an instance of the flavor takes of a host's disk.
  package var diskGB: Int { rootGB + ephemeralGB + (swapMB + 1023) / 1024 }
}
