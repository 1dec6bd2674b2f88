import JSON
import Model

extension InstanceMetadata {
  /// `meta_data.json` of the OpenStack tree.
  func metaData(_ version: OpenStackVersion) -> JSONValue {
    var data = JSONObject()
    data["uuid"] = .string("\(instance.id)")
    if let meta = try? JSONValue(parsing: instance.request.metadata.utf8), meta.object?.isEmpty == false {
      data["meta"] = meta
    }
    if let key = instance.request.key {
      data["public_keys"] = .object(JSONObject(members: [.init(name: key.name, value: .string(key.publicKey))]))
      data["keys"] = [["name": .string(key.name), "type": .string(key.type), "data": .string(key.publicKey)]]
    }
    data["hostname"] = .string(hostname)
    data["name"] = .string(instance.name)
    data["launch_index"] = JSONValue(instance.launchIndex)
    data["availability_zone"] = JSONValue(availabilityZone)
    if version >= .grizzly { data["random_seed"] = .string(randomSeed) }
    if version >= .liberty { data["project_id"] = .string(instance.projectID) }
    // Devices are told of if they have tags, which no device has here.
    if version >= .newtonOne { data["devices"] = [] }
    if version >= .victoria { data["dedicated_cpus"] = [] }
    return .object(data)
  }

  /// The EC2 tree of a version: `meta-data`, and `user-data` if there is any.
  func ec2(_ version: EC2Version) -> MetadataNode {
    var members: [MetadataNode.Member] = [.init("meta-data", .folder(ec2MetaData(version)))]
    if let userData { members.append(.init("user-data", .bytes(userData))) }
    return .folder(members)
  }

  private func ec2MetaData(_ version: EC2Version) -> [MetadataNode.Member] {
    var members: [MetadataNode.Member] = [
      .init("ami-id", .string(Self.ec2ID("ami", instance.image?.id))),
      .init("ami-launch-index", JSONValue(instance.launchIndex)),
      // Upstream's own value, since there is no manifest (`nova/api/metadata/base.py`).
      .init("ami-manifest-path", "FIXME"),
      .init("instance-id", .string("i-" + Self.hex(instance.number))),
      .init("hostname", .string(hostname)),
      .init("local-ipv4", JSONValue(fixedIPv4 ?? address)),
      .init("reservation-id", .string(instance.reservationID)),
      .init("security-groups", .array(securityGroups)),
    ]
    if let key = instance.request.key {
      let pair = MetadataNode.folder([.init("openssh-key", .string(key.publicKey))], title: "0=\(key.name)")
      members.append(.init("public-keys", .folder([.init("0", pair)])))
    }
    members += laterMembers(version)
    return members
  }

  private func laterMembers(_ version: EC2Version) -> [MetadataNode.Member] {
    var members: [MetadataNode.Member] = []
    if version >= .january2007 {
      members.append(.init("local-hostname", .string(hostname)))
      members.append(.init("public-hostname", .string(hostname)))
      // There are no floating addresses.
      members.append(.init("public-ipv4", ""))
    }
    if version >= .august2007 { members.append(.init("instance-type", .string(instance.flavor.name))) }
    if version >= .december2007 {
      let disks: [MetadataNode.Member] = [.init("ami", "vda"), .init("root", "/dev/vda")]
      members.append(.init("block-device-mapping", .folder(disks)))
      if let kernel = instance.image?.kernelID {
        members.append(.init("kernel-id", .string(Self.ec2ID("aki", kernel))))
      }
      if let ramdisk = instance.image?.ramdiskID {
        members.append(.init("ramdisk-id", .string(Self.ec2ID("ari", ramdisk))))
      }
    }
    if version >= .february2008 {
      members.append(.init("placement", .folder([.init("availability-zone", JSONValue(availabilityZone))])))
    }
    if version >= .september2008 { members.append(.init("instance-action", "none")) }
    return members
  }

  /// EC2's names have eight digits. Upstream numbers its images for them; here they are the beginning of the image's id.
  private static func ec2ID(_ kind: String, _ image: UUID?) -> String {
    "\(kind)-" + (image.map { String($0.hex.prefix(8)) } ?? "00000000")
  }

  private static func hex(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }
}
