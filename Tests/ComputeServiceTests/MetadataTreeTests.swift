import HostRPC
import JSON
import Model
import Testing

@testable import ComputeService

@Suite("What an instance can learn of itself")
struct MetadataTreeTests {
  static let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me"

  static func metadata(hasKey: Bool = true, userData: String? = "IyEvYmluL3NoCg==") -> InstanceMetadata {
    var request = InstanceRequest()
    request.metadata = #"{"role":"web"}"#
    request.securityGroups = #"["default","web"]"#
    request.userData = userData
    if hasKey { request.key = InstanceKey(name: "mine", type: "ssh", publicKey: key) }
    var instance = Instance(
      id: UUID("0a1b2c3d-0000-4000-8000-000000000001")!, name: "My VM", description: nil, hostname: "my-vm",
      projectID: "p1", userID: "u1",
      flavor: Flavor(id: "1", name: "m1.tiny", vcpus: 1, memoryMB: 64, rootGB: 0),
      image: InstanceImage(
        id: UUID("aaaaaaaa-0000-4000-8000-000000000002")!, diskFormat: "raw",
        kernelID: UUID("bbbbbbbb-0000-4000-8000-000000000003")!, ramdiskID: nil, properties: "{}"),
      request: request, reservationID: "r-12345678", launchIndex: 2, createdAt: Timestamp(microseconds: 0))
    instance.number = 27
    instance.networkInfo = #"[{"addresses":[{"address":"fd00::1"},{"address":"10.0.0.7"}]}]"#
    return InstanceMetadata(
      instance: instance, availabilityZone: "nova", domain: "novalocal", network: nil, address: "10.0.0.9",
      password: nil, randomSeed: "seed", today: "2026-01-01")
  }

  /// Paths with what stands there; `nil` is 404.
  static let paths: [(String, String?)] = [
    (
      "/", "1.0\n2007-01-19\n2007-03-01\n2007-08-29\n2007-10-10\n2007-12-15\n2008-02-01\n2008-09-01\n2009-04-04\nlatest"
    ),
    (
      "/ec2/",
      "1.0\n2007-01-19\n2007-03-01\n2007-08-29\n2007-10-10\n2007-12-15\n2008-02-01\n2008-09-01\n2009-04-04\nlatest"
    ),
    ("/latest", "meta-data/\nuser-data"),
    ("/latest/meta-data/placement", "availability-zone"),
    ("/2009-04-04/meta-data/placement/availability-zone", "nova"),
    ("/2009-04-04/meta-data/hostname", "my-vm.novalocal"),
    ("//latest//meta-data/./hostname/", "my-vm.novalocal"),
    ("/ec2/latest/meta-data/instance-id", "i-0000001b"),
    ("/latest/meta-data/ami-id", "ami-aaaaaaaa"),
    ("/latest/meta-data/kernel-id", "aki-bbbbbbbb"),
    ("/latest/meta-data/ramdisk-id", nil),
    ("/latest/meta-data/ami-launch-index", "2"),
    ("/latest/meta-data/local-ipv4", "10.0.0.7"),
    ("/latest/meta-data/public-ipv4", ""),
    ("/latest/meta-data/security-groups", "default\nweb"),
    ("/latest/meta-data/public-keys", "0=mine"),
    ("/latest/meta-data/public-keys/0", "openssh-key"),
    ("/latest/meta-data/public-keys/0/openssh-key", key),
    ("/latest/meta-data/block-device-mapping", "ami\nroot"),
    ("/latest/user-data", "#!/bin/sh\n"),
    ("/1.0/meta-data/placement", nil), ("/1.0/meta-data/instance-type", nil),
    ("/2007-08-29/meta-data/instance-type", "m1.tiny"),
    ("/latest/meta-data/nothing", nil), ("/latest/meta-data/hostname/x", nil), ("/2010-01-01", nil),
    (
      "/openstack",
      "2012-08-10\n2013-04-04\n2013-10-17\n2015-10-15\n2016-06-30\n2016-10-06\n2017-02-22\n2018-08-27\n2020-10-14"
        + "\n2025-04-04\nlatest"
    ),
    ("/openstack/2012-08-10", "meta_data.json\nuser_data"),
    ("/openstack/2013-04-04/", "meta_data.json\nuser_data\npassword"),
    (
      "/openstack/latest",
      "meta_data.json\nuser_data\npassword\nvendor_data.json\nnetwork_data.json\nvendor_data2.json"
    ),
    ("/openstack/latest/user_data", "#!/bin/sh\n"), ("/openstack/latest/password", ""),
    ("/openstack/2012-08-10/password", nil), ("/openstack/2012-08-10/vendor_data.json", nil),
    ("/openstack/latest/vendor_data.json", "{}"), ("/openstack/latest/vendor_data2.json", #"{"static":{}}"#),
    ("/openstack/latest/network_data.json", "{}"), ("/openstack/latest/other", nil), ("/openstack/1.0", nil),
    ("/openstack/latest/../../latest/meta-data/reservation-id", "r-12345678"),
  ]

  @Test("the paths of both trees lead where upstream's do", arguments: paths)
  func path(_ path: String, _ expected: String?) {
    let answer = MetadataPath(path).flatMap { Self.metadata().answer(to: $0) }
    #expect(answer.map { String(decoding: $0.bytes, as: UTF8.self) } == expected, "\(path)")
  }

  @Test("meta_data.json grows with the versions")
  func metaData() {
    let first = Self.metadata().metaData(.folsom)
    #expect(
      first.object?.names == [
        "uuid", "meta", "public_keys", "keys", "hostname", "name", "launch_index", "availability_zone",
      ])
    #expect(first["public_keys"]?["mine"]?.string == Self.key)
    #expect(first["meta"]?["role"] == "web")
    let last = Self.metadata(hasKey: false).metaData(.epoxy)
    #expect(
      last.object?.names == [
        "uuid", "meta", "hostname", "name", "launch_index", "availability_zone", "random_seed", "project_id", "devices",
        "dedicated_cpus",
      ])
    #expect(last["hostname"] == "my-vm.novalocal")
    #expect(last["name"] == "My VM")
  }

  @Test("what there is none of is not listed")
  func absent() {
    let metadata = Self.metadata(hasKey: false, userData: nil)
    func text(_ path: String) -> String? {
      MetadataPath(path).flatMap { metadata.answer(to: $0) }.map { String(decoding: $0.bytes, as: UTF8.self) }
    }
    #expect(text("/latest") == "meta-data/")
    #expect(text("/latest/meta-data/public-keys") == nil)
    #expect(text("/openstack/latest/user_data") == nil)
    #expect(text("/openstack/2012-08-10") == "meta_data.json")
  }

  @Test("a config drive has both trees")
  func configDrive() throws {
    let files = Self.metadata().configDriveFiles
    let paths = files.map(\.path)
    #expect(paths.filter { $0.hasPrefix("ec2/") }.count == 4)
    #expect(paths.filter { $0.hasSuffix("/meta_data.json") }.count == 11)
    #expect(paths.filter { $0.hasPrefix("openstack/2012-08-10/") }.count == 2)
    #expect(paths.filter { $0.hasPrefix("openstack/latest/") }.count == 5)
    #expect(!paths.contains { $0.hasSuffix("password") })
    let ec2 = try #require(files.first { $0.path == "ec2/latest/meta-data.json" })
    let tree = try JSONValue(parsing: ec2.contents)
    #expect(tree["instance-id"] == "i-0000001b")
    #expect(tree["public-keys"]?["0"]?["openssh-key"]?.string == Self.key)
  }
}
