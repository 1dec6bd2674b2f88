import HostRPC
import JSON
import Model

extension BuildRequest {
  /// What a host needs to build the instance; `nil` for an instance without an image, which cannot be built here.
  ///
  /// - Throws: `JSONError` if a column that holds JSON does not.
  init?(_ instance: Instance) throws {
    guard let image = instance.image else { return nil }
    let flavor = instance.flavor
    self.init(
      instanceID: instance.id, name: instance.name, projectID: instance.projectID, userID: instance.userID,
      flavor: Flavor(
        id: flavor.id, name: flavor.name, vcpus: flavor.vcpus, memoryMB: flavor.memoryMB, rootGB: flavor.rootGB,
        ephemeralGB: instance.request.ephemeralGB ?? flavor.ephemeralGB,
        swapMB: instance.request.swapMB ?? flavor.swapMB,
        extraSpecs: try JSONValue(parsing: flavor.extraSpecs.utf8).texts),
      image: Image(
        id: image.id, diskFormat: image.diskFormat ?? "raw", kernelID: image.kernelID, ramdiskID: image.ramdiskID,
        properties: try JSONValue(parsing: image.properties.utf8).texts),
      networks: try JSONValue(parsing: instance.request.networks.utf8).array?.map { network in
        Network(
          networkID: network["network_id"]?.string.flatMap { UUID($0) },
          portID: network["port_id"]?.string.flatMap { UUID($0) }, fixedIP: network["fixed_ip"]?.string)
      } ?? [],
      metadata: try JSONValue(parsing: instance.request.metadata.utf8).texts, userData: instance.request.userData,
      configDrive: instance.request.configDrive,
      securityGroupIDs: try JSONValue(parsing: instance.request.securityGroupIDs.utf8).array?.compactMap {
        $0.string.flatMap { UUID($0) }
      } ?? [], createdAt: instance.createdAt)
  }
}

extension JSONValue {
  /// The members of an object whose values are text.
  var texts: [String: String] {
    var texts: [String: String] = [:]
    for member in object?.members ?? [] { texts[member.name] = member.value.string }
    return texts
  }
}
