import Foundation
import JSON
import Support
import Testing

extension API {
  /// A network with a subnet; returns the network's id. It is of type `flat` if a physical network is named, else
  /// `local`.
  func makeNetwork(physicalNetwork: String? = nil) async throws -> String {
    var body = JSONObject()
    body["name"] = "private"
    body["provider:network_type"] = physicalNetwork == nil ? "local" : "flat"
    body["provider:physical_network"] = physicalNetwork.map(JSONValue.string)
    let network = try await checked("POST", .networking, "/v2.0/networks", ["network": .object(body)])
    let id = try #require(network["network"]?["id"]?.string)
    try await checked(
      "POST", .networking, "/v2.0/subnets",
      ["subnet": ["network_id": .string(id), "ip_version": 4, "cidr": "10.20.30.0/24"]])
    return id
  }

  /// A port on a network; returns its id.
  func makePort(on networkID: String) async throws -> String {
    let port = try await checked(
      "POST", .networking, "/v2.0/ports", ["port": ["network_id": .string(networkID)]])
    return try #require(port["port"]?["id"]?.string)
  }

  /// An image with these bytes; returns its id.
  func makeImage(
    _ name: String, _ bytes: [UInt8], diskFormat: String = "raw", containerFormat: String = "bare",
    properties: [String: String] = [:]
  ) async throws -> String {
    var body = JSONObject()
    body["name"] = .string(name)
    body["disk_format"] = .string(diskFormat)
    body["container_format"] = .string(containerFormat)
    for (key, value) in properties.sorted(by: { $0.key < $1.key }) { body[key] = .string(value) }
    let image = try await checked("POST", .image, "/v2/images", .object(body))
    let id = try #require(image["id"]?.string)
    let upload = try await send(
      "PUT", .image, "/v2/images/\(id)/file", bytes: bytes, headers: ["Content-Type": "application/octet-stream"])
    try #require(upload.status == 204, "upload: \(upload.status) \(upload.json)")
    return id
  }

  /// An image that nothing boots from, for guests of the fake driver.
  func makeEmptyImage() async throws -> String {
    try await makeImage("empty", Array(repeating: 0, count: 1024))
  }

  /// The guest of `tools/make-guest-image`: kernel, initial file system and disk; returns the disk's id.
  func makeGuestImage() async throws -> String {
    let kernel = try await makeImage(
      "kernel", Self.guestFile("vmlinuz"), diskFormat: "aki", containerFormat: "aki")
    let ramdisk = try await makeImage(
      "ramdisk", Self.guestFile("initrd.img"), diskFormat: "ari", containerFormat: "ari")
    return try await makeImage(
      "guest", Self.guestFile("disk.img"), properties: ["kernel_id": kernel, "ramdisk_id": ramdisk])
  }

  /// Asks for a server; returns its id at once.
  func bootServer(
    _ name: String = "first", image: String, networks: JSONValue, flavor: String = "0"
  ) async throws -> String {
    let server = try await checked(
      "POST", .compute, "/v2.1/servers",
      [
        "server": [
          "name": .string(name), "imageRef": .string(image), "flavorRef": .string(flavor), "networks": networks,
        ]
      ])
    return try #require(server["server"]?["id"]?.string)
  }

  /// Where `tools/make-guest-image` has put the guest.
  static var guestFolder: String {
    ProcessInfo.processInfo.environment["PLUGBOARD_GUEST_IMAGE"] ?? Repository.path + "/.build-guest"
  }

  private static func guestFile(_ name: String) throws -> [UInt8] {
    let folder = guestFolder
    let data = try? Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
    return Array(try #require(data, "\(folder)/\(name) is missing: run tools/make-guest-image \(folder)"))
  }
}

/// Where the sources are.
enum Repository {
  static let path = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
}
