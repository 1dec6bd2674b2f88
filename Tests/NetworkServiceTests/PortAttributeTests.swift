import JSON
import Model
import NIOHTTP1
import NetworkService
import Testing

@Suite("The attributes of ports")
struct PortAttributeTests {
  /// A body's part, and what it is answered.
  struct Refusal: Sendable, CustomTestStringConvertible {
    var body: [String: JSONValue]
    var status: Int
    var type: String
    var message: String
    var testDescription: String { "\(JSONValue.object(body))" }
  }

  static let refusals: [Refusal] = [
    bad(
      ["mac_address": "00:00:00:00:00:00"],
      "Invalid input for mac_address. Reason: '00:00:00:00:00:00' is not a valid MAC address."),
    bad(
      ["mac_address": "ff:ff:ff:ff:ff:ff"],
      "Invalid input for mac_address. Reason: 'ff:ff:ff:ff:ff:ff' is not a valid MAC address."),
    bad(["mac_address": 5], "Invalid input for mac_address. Reason: '5' is not a valid MAC address."),
    bad(["device_id": .null], "Invalid input for device_id. Reason: 'None' is not a valid string."),
    bad(["security_groups": "a"], "Invalid input for security_groups. Reason: 'a' is not a list."),
    bad(["security_groups": ["a"]], "Invalid input for security_groups. Reason: 'a' is not a valid UUID."),
    bad(
      ["security_groups": [.string(instanceID), .string(instanceID)]],
      "Invalid input for security_groups. Reason: Duplicate items in the list: '\(instanceID)'."),
    bad(["fixed_ips": .null], "Invalid input for fixed_ips. Reason: Invalid data format for fixed IP: 'None'."),
    bad(["fixed_ips": [1]], "Invalid input for fixed_ips. Reason: Invalid data format for fixed IP: '1'."),
    bad(["fixed_ips": [["subnet_id": "x"]]], "Invalid input for fixed_ips. Reason: 'x' is not a valid UUID."),
    bad(
      ["fixed_ips": [["ip_address": "10.101.0.9"], ["ip_address": "10.101.0.9"]]],
      "Invalid input for fixed_ips. Reason: Duplicate IP address '10.101.0.9'."),
    input(
      ["fixed_ips": .array((0..<101).map { ["ip_address": .string("10.101.0.\($0 + 10)")] })],
      "Exceeded maximum amount of fixed ips per port"),
    bad(["allowed_address_pairs": "x"], "Allowed address pairs must be a list."),
    bad(["allowed_address_pairs": ["x"]], "Invalid input for allowed_address_pairs. Reason: 'x' is not a dictionary."),
    bad(
      ["allowed_address_pairs": [["mac_address": "x", "ip_address": "10.0.0.1"]]], "'x' is not a valid MAC address"),
    bad(["allowed_address_pairs": [["ip_address": "x"]]], "'x' is not a valid IP address"),
    bad(["allowed_address_pairs": [["ip_address": "10.0.0.0/33"]]], "'10.0.0.0/33' is not a valid IP subnet"),
    bad(["allowed_address_pairs": [["ip_address": 5]]], "'5' is not a valid IP address"),
    bad(["allowed_address_pairs": [["ip_address": "10.0.0.1", "port": 5]]], "Unrecognized attribute(s) 'port'"),
    Refusal(
      body: ["allowed_address_pairs": [[:]]], status: 400, type: "AllowedAddressPairsMissingIP",
      message: "AllowedAddressPair must contain ip_address"),
    Refusal(
      body: ["allowed_address_pairs": [["ip_address": "10.0.0.1"], ["ip_address": "10.0.0.1"]]], status: 400,
      type: "DuplicateAddressPairInRequest",
      message: "Request contains duplicate address pair: mac_address None ip_address 10.0.0.1."),
    Refusal(
      body: ["allowed_address_pairs": .array((0..<11).map { ["ip_address": .string("10.0.0.\($0)")] })], status: 400,
      type: "AllowedAddressPairExhausted", message: "The number of allowed address pair exceeds the maximum 10."),
    input(["extra_dhcp_opts": "x"], "'x' is not a list"),
    input(["extra_dhcp_opts": [["opt_name": "a"]]], "No valid key specs matched for: {'opt_name': 'a'}"),
    input(
      ["extra_dhcp_opts": [["opt_name": " ", "opt_value": "a"]]],
      "No valid key specs matched for: {'opt_name': ' ', 'opt_value': 'a'}"),
    input(
      ["extra_dhcp_opts": [["opt_name": "a", "opt_value": "b", "ip_version": 5]]],
      "No valid key specs matched for: {'opt_name': 'a', 'opt_value': 'b', 'ip_version': 5}"),
    input(["binding:profile": ["k": .string(String(repeating: "x", count: 4096))]], "binding:profile value too large"),
    bad(["binding:profile": []], "Invalid input for binding:profile. Reason: '[]' is not a dictionary."),
    Refusal(
      body: ["security_groups": [.string(instanceID)]], status: 404, type: "SecurityGroupNotFound",
      message: "Security group \(instanceID) does not exist"),
    Refusal(
      body: ["port_security_enabled": false, "security_groups": [.string(instanceID)]], status: 400,
      type: "PortSecurityAndIPRequiredForSecurityGroups",
      message: "Port security must be enabled and port must have an IP address in order to use security groups."),
    Refusal(
      body: ["port_security_enabled": false, "allowed_address_pairs": [["ip_address": "10.0.0.1"]]], status: 409,
      type: "AddressPairAndPortSecurityRequired",
      message: "Port Security must be enabled in order to have allowed address pairs on a port."),
    bad(
      ["name": .string(String(repeating: "n", count: 256))],
      "Invalid input for name. Reason: '\(String(repeating: "n", count: 256))' exceeds maximum length of 255."),
  ]

  private static func bad(_ body: [String: JSONValue], _ message: String) -> Refusal {
    Refusal(body: body, status: 400, type: "HTTPBadRequest", message: message)
  }

  private static func input(_ body: [String: JSONValue], _ reason: String) -> Refusal {
    Refusal(
      body: body, status: 400, type: "InvalidInput", message: "Invalid input for operation: \(reason).")
  }

  @Test("what is wrong is refused in upstream's words, when a port is made and when it is changed")
  func refusals() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.network().id
      let port = try await cloud.create("port", ["network_id": .string(network)]).text("id")
      for refusal in Self.refusals {
        var body = refusal.body
        let change = try await cloud.send(.PUT, "/v2.0/ports/\(port)", body: ["port": .object(body)])
        #expect(change.status == refusal.status, "\(refusal.body): \(String(describing: change.body))")
        #expect(change.errorType == refusal.type, "\(refusal.body)")
        #expect(change.errorMessage == refusal.message, "\(refusal.body)")
        body["network_id"] = .string(network)
        let answer = try await cloud.send(.POST, "/v2.0/ports", body: ["port": .object(body)])
        #expect(answer.status == refusal.status, "\(refusal.body): \(String(describing: answer.body))")
        #expect(answer.errorType == refusal.type, "\(refusal.body)")
        #expect(answer.errorMessage == refusal.message, "\(refusal.body)")
      }
      #expect(try await cloud.get("/v2.0/ports").body?["ports"]?.array?.count == 1)
      #expect(try await cloud.port(port)["revision_number"] == 1)
    }
  }

  @Test("address pairs are shown as they were written, with the port's MAC address where none was named")
  func addressPairs() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.network().id
      let port = try await cloud.create(
        "port",
        [
          "network_id": .string(network), "mac_address": "fa:16:3e:00:00:07",
          "allowed_address_pairs": [
            ["ip_address": "10.0.0.5/24"], ["mac_address": "FA-16-3E-00-00-08", "ip_address": "2001:DB8::1"],
            ["ip_address": "0.0.0.0/0"],
          ],
        ])
      let pairs: JSONValue = [
        ["mac_address": "fa:16:3e:00:00:07", "ip_address": "10.0.0.5/24"],
        ["mac_address": "FA-16-3E-00-00-08", "ip_address": "2001:DB8::1"],
        ["mac_address": "fa:16:3e:00:00:07", "ip_address": "0.0.0.0/0"],
      ]
      #expect(port["allowed_address_pairs"] == pairs)
      let path = "/v2.0/ports/\(try port.text("id"))"
      #expect(try await cloud.get(path).body?["port"]?["allowed_address_pairs"] == pairs)
      let same = try await cloud.send(
        .PUT, path,
        body: [
          "port": [
            "allowed_address_pairs": [
              ["ip_address": "10.0.0.1"], ["ip_address": "10.0.0.1", "mac_address": "fa:16:3e:00:00:07"],
            ]
          ]
        ])
      #expect(same.errorType == "DuplicateAddressPairInRequest")
      let off = try await cloud.send(.PUT, path, body: ["port": ["port_security_enabled": false]])
      #expect(off.status == 409 && off.errorType == "AddressPairAndPortSecurityRequired")
      let none = try await cloud.send(.PUT, path, body: ["port": ["allowed_address_pairs": .null]])
      #expect(none.body?["port"]?["allowed_address_pairs"] == [])
      #expect(none.body?["port"]?["revision_number"] == 2)
    }
  }

  @Test("DHCP options are merged with those that a port has, and a null takes one away")
  func dhcpOptions() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.network().id
      let port = try await cloud.create(
        "port",
        [
          "network_id": .string(network),
          "extra_dhcp_opts": [
            ["opt_name": "bootfile-name", "opt_value": "a\"b"],
            ["opt_name": "mtu", "opt_value": "1400", "ip_version": "6"],
            ["opt_name": "tftp-server", "opt_value": .null], ["opt_name": "router", "opt_value": ""],
          ],
        ])
      #expect(
        port["extra_dhcp_opts"] == [
          ["opt_name": "bootfile-name", "opt_value": "a\"b", "ip_version": 4],
          ["opt_name": "mtu", "opt_value": "1400", "ip_version": 6],
          ["opt_name": "router", "opt_value": "", "ip_version": 4],
        ])
      let path = "/v2.0/ports/\(try port.text("id"))"
      let changed = try await cloud.send(
        .PUT, path,
        body: [
          "port": [
            "extra_dhcp_opts": [
              ["opt_name": "mtu", "opt_value": .null, "ip_version": 6], ["opt_name": "router", "opt_value": .null],
              ["opt_name": "server-ip-address", "opt_value": "10.0.0.1"],
            ]
          ]
        ])
      let left: JSONValue = [
        ["opt_name": "bootfile-name", "opt_value": "a\"b", "ip_version": 4],
        ["opt_name": "server-ip-address", "opt_value": "10.0.0.1", "ip_version": 4],
      ]
      #expect(changed.body?["port"]?["extra_dhcp_opts"] == left)
      #expect(changed.body?["port"]?["revision_number"] == 2)
      let kept = try await cloud.send(.PUT, path, body: ["port": ["extra_dhcp_opts": .null, "name": "n"]])
      #expect(kept.body?["port"]?["extra_dhcp_opts"] == left)
      let twice = try await cloud.send(
        .PUT, path,
        body: [
          "port": ["extra_dhcp_opts": [["opt_name": "x", "opt_value": "1"], ["opt_name": "x", "opt_value": "2"]]]
        ])
      #expect(twice.status == 409 && twice.errorType == "NeutronDbObjectDuplicateEntry")
    }
  }

  @Test("a MAC address is changed while the port is not bound, and null makes up another one")
  func macAddress() async throws {
    var configuration = NetworkConfiguration()
    configuration.ports.baseMAC = MACAddress(bits: 0x0200_5E77_0000)
    try await TestCloud.serve(configuration: configuration) { cloud in
      try await cloud.reportState(isStart: true)
      let network = try await cloud.network().id
      let first = try await cloud.create("port", ["network_id": .string(network), "mac_address": .null])
      #expect(try first.text("mac_address").hasPrefix("02:00:5e:77:"))
      let path = "/v2.0/ports/\(try first.text("id"))"
      let changed = try await cloud.send(.PUT, path, body: ["port": ["mac_address": "02:00:5E:00:00:01"]])
      #expect(changed.body?["port"]?["mac_address"] == "02:00:5e:00:00:01")
      let other = try await cloud.send(.PUT, path, body: ["port": ["mac_address": .null]])
      let made = try #require(try other.body?["port"]?.text("mac_address"))
      #expect(made.hasPrefix("02:00:5e:77:"))
      let second = try await cloud.create("port", ["network_id": .string(network), "device_owner": "network:dhcp"])
      let secondPath = "/v2.0/ports/\(try second.text("id"))"
      let taken = try await cloud.send(
        .PUT, secondPath, body: ["port": ["mac_address": .string(made), "device_owner": ""]])
      #expect(taken.status == 409 && taken.errorType == "MacAddressInUse")
      let service = try await cloud.send(.PUT, secondPath, body: ["port": ["mac_address": .null]])
      #expect(service.status == 409 && service.errorType == "UnsupportedPortDeviceOwner")
      _ = try await cloud.send(.PUT, path, body: ["port": ["binding:host_id": "compute1"]])
      let bound = try await cloud.send(.PUT, path, body: ["port": ["mac_address": "02:00:5e:00:00:02"]])
      #expect(bound.status == 409 && bound.errorType == "PortBound")
      let kind = try await cloud.send(.PUT, path, body: ["port": ["binding:vnic_type": "direct"]])
      #expect(kind.status == 409 && kind.errorType == "PortInUse")
    }
  }

  @Test("of many ports in one request either all are made or none")
  func bulk() async throws {
    var configuration = NetworkConfiguration()
    configuration.quotas = QuotaConfiguration(all: -1)
    try await TestCloud.serve(configuration: configuration) { cloud in
      let network = try await cloud.network().id
      let good: JSONValue = ["network_id": .string(network), "mac_address": "fa:16:3e:00:00:01"]
      let answer = try await cloud.send(.POST, "/v2.0/ports", body: ["ports": [good, good]])
      #expect(answer.status == 409 && answer.errorType == "MacAddressInUse")
      let many = JSONValue.array(Array(repeating: ["network_id": .string(network)], count: 1001))
      #expect(try await cloud.send(.POST, "/v2.0/ports", body: ["ports": many]).status == 400)
      #expect(try await cloud.get("/v2.0/ports").body?["ports"] == [])
    }
  }

  @Test("an answer to If-Match compares with the revision that a change of anything counts up")
  func revisions() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.network().id
      let id = try await cloud.create("port", ["network_id": .string(network)]).text("id")
      let group = try await cloud.portGroup("g")
      let changes: [JSONValue] = [
        ["fixed_ips": [["ip_address": "10.101.0.77"]]], ["fixed_ips": []], ["security_groups": []],
        ["security_groups": [.string(group)]], ["allowed_address_pairs": [["ip_address": "10.0.0.1"]]],
        ["extra_dhcp_opts": [["opt_name": "mtu", "opt_value": "1"]]],
      ]
      for (index, change) in changes.enumerated() {
        let stale = try await cloud.send(
          .PUT, "/v2.0/ports/\(id)", headers: [("If-Match", "revision_number=\(index)")], body: ["port": change])
        #expect(stale.status == 412 && stale.errorType == "RevisionNumberConstraintFailed", "\(change)")
        for revision in [index + 1, index + 2] {
          let answer = try await cloud.send(
            .PUT, "/v2.0/ports/\(id)", headers: [("If-Match", "revision_number=\(revision)")], body: ["port": change])
          // The second time nothing changes, and nothing counts.
          #expect(answer.body?["port"]?["revision_number"] == JSONValue(index + 2), "\(change)")
        }
      }
    }
  }
}
