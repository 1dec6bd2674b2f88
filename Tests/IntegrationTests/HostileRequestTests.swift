import JSON
import Support
import Testing

extension IntegrationTests {
  @Suite("Requests that are wrong")
  struct HostileRequestTests {
    /// A request with the admin's token, and the refusal that upstream gives.
    struct Refusal: Sendable {
      let method: String
      let service: API.Service
      let path: String
      let body: String?
      let status: Int
      let answer: JSONValue
    }

    private static let unknown = "83518c18-7e74-4c29-ac04-1d537787ae27"

    private static func neutron(
      _ method: String, _ path: String, _ body: String?, _ status: Int, _ type: String, _ message: String
    ) -> Refusal {
      Refusal(
        method: method, service: .networking, path: "/v2.0/\(path)", body: body, status: status,
        answer: ["NeutronError": ["type": .string(type), "message": .string(message), "detail": ""]])
    }

    private static func nova(
      _ method: String, _ path: String, _ body: String?, _ status: Int, _ face: String, _ message: String
    ) -> Refusal {
      let error: JSONValue = ["code": JSONValue(status), "message": .string(message)]
      return Refusal(
        method: method, service: .compute, path: "/v2.1/\(path)", body: body, status: status,
        answer: .object(JSONObject(members: [.init(name: face, value: error)])))
    }

    private static let refusals = [
      neutron("POST", "ports", #"{"port": "#, 400, "HTTPBadRequest", "Body contains invalid data"),
      neutron("POST", "ports", "", 400, "HTTPBadRequest", "Unable to find 'port' in request body"),
      neutron("POST", "ports", #"{"prt": {}}"#, 400, "HTTPBadRequest", "Unable to find 'port' in request body"),
      neutron(
        "POST", "ports", #"{"port": {"name": "x"}}"#, 400, "HTTPBadRequest",
        "Failed to parse request. Required attribute 'network_id' not specified"),
      neutron(
        "POST", "networks", #"{"network": {"nonsense": 1}}"#, 400, "HTTPBadRequest",
        "Unrecognized attribute(s) 'nonsense'"),
      neutron("GET", "ports/\(unknown)", nil, 404, "PortNotFound", "Port \(unknown) could not be found."),
      neutron("GET", "ports/not-a-uuid", nil, 404, "PortNotFound", "Port not-a-uuid could not be found."),
      neutron("GET", "nosuch", nil, 404, "HTTPNotFound", "The resource could not be found."),
      nova(
        "POST", "os-server-external-events", #"{"events": []}"#, 400, "badRequest",
        "Invalid input for field/attribute events. Value: []. [] is too short"),
      nova("POST", "os-server-external-events", "{", 400, "badRequest", "Malformed request body"),
      nova("GET", "servers/\(unknown)", nil, 404, "itemNotFound", "Instance \(unknown) could not be found."),
    ]

    @Test("are refused with upstream's code and body, and the server goes on")
    func refusals() async throws {
      try await Installation.with { installation in
        try await installation.startServer()
        let api = try await API(installation)
        for refusal in Self.refusals {
          let answer = try await api.send(
            refusal.method, refusal.service, refusal.path, bytes: refusal.body.map { Array($0.utf8) })
          let request = "\(refusal.method) \(refusal.path) \(refusal.body ?? "")"
          #expect(answer.status == refusal.status, "\(request): \(answer.json)")
          #expect(answer.json == refusal.answer, "\(request)")
          #expect(answer.headers["x-openstack-request-id"]?.hasPrefix("req-") == true, "\(request)")
        }
        try await goesOn(installation, api)
      }
    }

    @Test("a wrong type is refused by the member's name")
    func wrongTypes() async throws {
      try await Installation.with { installation in
        try await installation.startServer()
        let api = try await API(installation)
        for value: JSONValue in [.array([]), ["a": 1], .integer(1)] {
          let answer = try await api.request("POST", .networking, "/v2.0/networks", ["network": ["name": value]])
          #expect(answer.status == 400, "\(answer.json)")
          #expect(answer.json["NeutronError"]?["message"]?.string?.contains("name") == true, "\(answer.json)")
        }
        try await goesOn(installation, api)
      }
    }

    @Test("a missing or wrong token is refused by every service, and the hosts' interface needs the hosts' secret")
    func tokens() async throws {
      try await Installation.with { installation in
        try await installation.startServer()
        let api = try await API(installation)
        let paths: [(API.Service, String)] = [
          (.networking, "/v2.0/ports"), (.compute, "/v2.1/servers"), (.image, "/v2/images"), (.identity, "/v3/users"),
        ]
        for (service, path) in paths {
          for headers in [[:], ["X-Auth-Token": "wrong"], ["X-Auth-Token": api.token + "x"]] {
            let answer = try await API.request(
              installation.namespace, "GET", service, path, body: nil, headers: headers)
            #expect(answer.status == 401, "\(service) \(headers.keys)")
            #expect(answer.json["error"]?["code"] == 401, "\(service): \(answer.json)")
            #expect(answer.headers["www-authenticate"]?.hasPrefix("Keystone uri=") == true, "\(service)")
          }
        }
        for service in [API.Service.networking, .compute] {
          let path = "/host-rpc/v1/call?host=compute1&binary=nova-compute"
          let body = #"{"method": "get_instances", "args": {}}"#
          let answer = try await api.send(
            "POST", service, path, bytes: Array(body.utf8), headers: ["Authorization": "Bearer wrong"])
          #expect(answer.status == 401, "\(service): \(answer.json)")
        }
        try await goesOn(installation, api)
      }
    }

    @Test("a body of 10 MB is refused without being kept, and the server goes on")
    func largeBody() async throws {
      try await Installation.with { installation in
        try await installation.startServer()
        let api = try await API(installation)
        let large = Array(#"{"network": {"name": ""#.utf8) + Array(repeating: UInt8(ascii: "x"), count: 10_000_000)
        for (service, path) in [(API.Service.networking, "/v2.0/networks"), (.compute, "/v2.1/servers")] {
          let answer = try await api.send("POST", service, path, bytes: large + Array(#""}}"#.utf8))
          #expect(answer.status == 413, "\(service): \(answer.json)")
        }
        try await goesOn(installation, api)
      }
    }

    private func goesOn(_ installation: Installation, _ api: API) async throws {
      #expect(try !installation.server.hasEnded)
      _ = try await api.makeNetwork()
      try await api.checked("GET", .compute, "/v2.1/servers/detail")
    }
  }
}
