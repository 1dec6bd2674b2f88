import JSON
import NIOHTTP1
import Testing

@Suite("What is refused")
struct RefusalTests {
  struct Refusal: Sendable, CustomTestStringConvertible {
    var method: HTTPMethod = .POST
    var path = "/v2.0/ports"
    var body: JSONValue
    var status: Int
    var type: String
    var message: String?

    var testDescription: String { "\(method) \(path) \(body)" }
  }

  private static let unknownID = "83518c18-7e74-4c29-ac04-1d537787ae27"

  static let malformed: [Refusal] = [
    Refusal(body: "{\"port\": ", status: 400, type: "HTTPBadRequest", message: "Body contains invalid data"),
    Refusal(body: "[1, 2]", status: 400, type: "HTTPBadRequest", message: "Body contains invalid data"),
    Refusal(body: "null", status: 400, type: "HTTPBadRequest", message: "Body contains invalid data"),
    Refusal(body: ["port": 7], status: 400, type: "HTTPBadRequest", message: "Unable to find 'port' in request body"),
    Refusal(body: ["port": []], status: 400, type: "HTTPBadRequest", message: "Unable to find 'port' in request body"),
    Refusal(body: ["ports": []], status: 400, type: "HTTPBadRequest", message: "Resources required"),
    Refusal(
      body: ["ports": ["x"]], status: 400, type: "HTTPBadRequest", message: "Unable to find 'port' in request body"),
    Refusal(
      body: "{\"port\": {}, \"port\": {}}", status: 400, type: "HTTPBadRequest", message: "Body contains invalid data"),
    Refusal(body: .string(String(repeating: "[", count: 100_000)), status: 400, type: "HTTPBadRequest"),
    Refusal(body: .string("\u{0}\u{1}"), status: 400, type: "HTTPBadRequest", message: "Body contains invalid data"),
    Refusal(
      body: ["port": ["network_id": "x"]], status: 400, type: "HTTPBadRequest",
      message: "Invalid input for network_id. Reason: 'x' is not a valid UUID."),
    Refusal(
      body: ["port": ["network_id": 7]], status: 400, type: "HTTPBadRequest",
      message: "Invalid input for network_id. Reason: '7' is not a valid UUID."),
    Refusal(
      body: ["port": ["network_id": .string(unknownID), "nosuch": 1, "also": 2]], status: 400, type: "HTTPBadRequest",
      message: "Unrecognized attribute(s) 'also, nosuch'"),
    Refusal(
      body: ["port": ["network_id": .string(unknownID), "status": "ACTIVE"]], status: 400, type: "HTTPBadRequest",
      message: "Attribute 'status' not allowed in POST"),
    Refusal(
      body: ["port": ["network_id": .string(unknownID), "admin_state_up": "maybe"]], status: 400,
      type: "InvalidInput", message: "Invalid input for operation: 'maybe' cannot be converted to boolean."),
    Refusal(
      body: ["port": ["network_id": .string(unknownID), "name": ["a"]]], status: 400, type: "HTTPBadRequest",
      message: "Invalid input for name. Reason: '['a']' is not a valid string."),
    Refusal(
      body: ["port": ["network_id": .string(unknownID), "name": .string(String(repeating: "x", count: 256))]],
      status: 400, type: "HTTPBadRequest"),
    Refusal(
      body: ["port": ["network_id": .string(unknownID), "fixed_ips": "x"]], status: 400, type: "HTTPBadRequest"),
    Refusal(
      body: [
        "port": [
          "network_id": .string(unknownID), "fixed_ips": [["ip_address": "1.2.3.4"], ["ip_address": "1.2.3.4"]],
        ]
      ],
      status: 400, type: "HTTPBadRequest"),
    Refusal(
      body: ["port": ["network_id": .string(unknownID), "fixed_ips": [["nosuch": 1]]]], status: 400,
      type: "HTTPBadRequest"),
    Refusal(
      body: ["port": ["network_id": .string(unknownID), "binding:vnic_type": "odd"]], status: 400,
      type: "HTTPBadRequest"),
    Refusal(
      body: ["port": ["network_id": .string(unknownID), "security_groups": [.string(unknownID)]]], status: 404,
      type: "NetworkNotFound"),
    Refusal(
      path: "/v2.0/networks", body: ["network": ["mtu": 67]], status: 400, type: "HTTPBadRequest",
      message: "Invalid input for mtu. Reason: '67' is too small - must be at least '68'."),
    Refusal(
      path: "/v2.0/networks", body: ["network": ["mtu": 9000]], status: 400, type: "InvalidInput",
      message: "Invalid input for operation: Requested MTU is too big, maximum is 1450."),
    Refusal(
      path: "/v2.0/networks", body: ["network": ["provider:network_type": "flat"]], status: 400, type: "InvalidInput"),
    Refusal(
      path: "/v2.0/networks",
      body: ["network": ["provider:network_type": "vxlan", "provider:segmentation_id": 16_777_216]], status: 400,
      type: "InvalidInput"),
    Refusal(
      path: "/v2.0/networks", body: ["network": ["provider:segmentation_id": 5]], status: 400, type: "InvalidInput",
      message: "Invalid input for operation: network_type required."),
    Refusal(
      path: "/v2.0/subnets",
      body: ["subnet": ["network_id": .string(unknownID), "ip_version": 4, "cidr": "10.0.0.0/24"]],
      status: 404, type: "NetworkNotFound"),
    Refusal(
      path: "/v2.0/subnets",
      body: ["subnet": ["network_id": .string(unknownID), "ip_version": 6, "cidr": "2001:db8::/64"]],
      status: 404, type: "NetworkNotFound"),
    Refusal(
      path: "/v2.0/subnets", body: ["subnet": ["network_id": .string(unknownID), "cidr": "10.0.0.0/24"]], status: 400,
      type: "HTTPBadRequest", message: "Failed to parse request. Required attribute 'ip_version' not specified"),
    Refusal(
      method: .PUT, path: "/v2.0/ports/\(unknownID)", body: ["port": ["name": "x"]], status: 404, type: "PortNotFound"),
    Refusal(
      method: .PUT, path: "/v2.0/networks/\(unknownID)", body: ["network": ["name": "x"]], status: 404,
      type: "NetworkNotFound"),
    Refusal(
      method: .PUT, path: "/v2.0/subnets/\(unknownID)", body: ["subnet": ["cidr": "10.0.0.0/8"]], status: 400,
      type: "HTTPBadRequest", message: "Cannot update read-only attribute cidr"),
    Refusal(method: .DELETE, path: "/v2.0/agents/\(unknownID)", body: .null, status: 404, type: "AgentNotFound"),
    Refusal(method: .DELETE, path: "/v2.0/networks", body: .null, status: 405, type: "HTTPMethodNotAllowed"),
    Refusal(method: .GET, path: "/v2.0/ports?sort_key=nosuch", body: .null, status: 400, type: "HTTPBadRequest"),
    Refusal(method: .GET, path: "/v2.0/ports?limit=-1", body: .null, status: 400, type: "BadRequest"),
    Refusal(
      method: .GET, path: "/v2.0/ports?limit=1&marker=\(unknownID)", body: .null, status: 404, type: "PortNotFound"),
    Refusal(method: .GET, path: "/v2.0/ports?admin_state_up=x", body: .null, status: 400, type: "InvalidInput"),
    Refusal(method: .GET, path: "/v2.0/routers/\(unknownID)", body: .null, status: 404, type: "RouterNotFound"),
    Refusal(
      method: .GET, path: "/v2.0/security-groups/\(unknownID)", body: .null, status: 404, type: "SecurityGroupNotFound"),
    Refusal(
      method: .GET, path: "/v2.0/ports/%27;%20DROP%20TABLE%20ports", body: .null, status: 404, type: "PortNotFound"),
  ]

  @Test("bodies, values and paths that mean nothing are refused in Neutron's words, and the service goes on")
  func malformedRequests() async throws {
    try await TestCloud.serve { cloud in
      for refusal in Self.malformed {
        let answer = try await cloud.send(
          refusal.method, refusal.path, body: refusal.body.isNull ? Optional.none : refusal.body)
        #expect(answer.status == refusal.status, "\(refusal.testDescription): \(String(describing: answer.body))")
        #expect(answer.errorType == refusal.type, "\(refusal.testDescription)")
        if let message = refusal.message { #expect(answer.errorMessage == message, "\(refusal.testDescription)") }
        #expect(answer.body?["NeutronError"]?["detail"] == "", "\(refusal.testDescription)")
      }
      #expect(try await cloud.get("/v2.0/ports").status == 200)
    }
  }

  @Test("a body of 10 MB is refused, and the service goes on")
  func largeBody() async throws {
    try await TestCloud.serve { cloud in
      let answer = try await cloud.send(.POST, "/v2.0/ports", body: .string(String(repeating: " ", count: 10 << 20)))
      #expect(answer.status == 413)
      #expect(answer.errorType == "HTTPRequestEntityTooLarge")
      #expect(try await cloud.get("/v2.0/ports").status == 200)
    }
  }

  @Test("no path but the list of versions is served without a valid token")
  func tokens() async throws {
    try await TestCloud.serve { cloud in
      for token in [nil, "wrong", ""] as [String?] {
        for path in ["/v2.0", "/v2.0/ports", "/v2.0/extensions", "/v2.0/nosuch"] {
          let answer = try await cloud.get(path, token: token)
          #expect(answer.status == 401, "\(path)")
          #expect(answer.headers.first(name: "WWW-Authenticate") == "Keystone uri=\"http://127.0.0.1:5000\"")
          #expect(answer.body?["error"]?["code"] == 401)
        }
      }
      #expect(try await cloud.get("/", token: nil).status == 200)
    }
  }

  @Test("a member does not see another project's resources, nor can change what is shared with it")
  func projects() async throws {
    try await TestCloud.serve { cloud in
      let own = try await cloud.network()
      let shared = try await cloud.network(["shared": true], cidr: "10.102.0.0/24")
      let port = try await cloud.create("port", ["network_id": .string(own.id)]).text("id")
      for path in ["networks/\(own.id)", "subnets/\(own.subnetID)", "ports/\(port)"] {
        for method in [HTTPMethod.GET, .DELETE] {
          #expect(try await cloud.send(method, "/v2.0/\(path)", token: memberToken).status == 404, "\(path)")
        }
      }
      let networks = try await cloud.get("/v2.0/networks?fields=id", token: memberToken).body?["networks"]
      #expect(networks == [["id": .string(shared.id)]])
      #expect(try await cloud.get("/v2.0/subnets", token: memberToken).body?["subnets"]?.array?.count == 1)
      #expect(try await cloud.get("/v2.0/ports", token: memberToken).body?["ports"] == [])
      #expect(try await cloud.get("/v2.0/agents", token: memberToken).body?["agents"] == [])
      let refused = try await cloud.send(.DELETE, "/v2.0/networks/\(shared.id)", token: memberToken)
      #expect(refused.status == 403 && refused.errorType == "PolicyNotAuthorized")
      let made = try await cloud.create("port", ["network_id": .string(shared.id)], token: memberToken)
      #expect(made["project_id"] == .string(memberProject))
      for attribute in ["mac_address", "device_owner"] {
        let value: JSONValue = attribute == "mac_address" ? "fa:16:3e:00:00:01" : "network:dhcp"
        let answer = try await cloud.send(
          .POST, "/v2.0/ports", token: memberToken,
          body: ["port": .object(["network_id": .string(shared.id), attribute: value])])
        #expect(answer.status == 403, "\(attribute)")
      }
    }
  }
}
