import HostRPC
import JSON
import Model
import NIOHTTP1
import NetworkService
import Testing

@Suite("A port's bindings to hosts")
struct PortBindingTests {
  /// A cloud with three live hosts and a compute port that is bound to the first.
  private static func serve(
    _ body: @escaping @Sendable (TestCloud, (id: String, tap: String)) async throws -> Void
  ) async throws {
    try await TestCloud.serve { cloud in
      for host in ["compute1", "compute2", "compute3"] { try await cloud.reportState(host: host, isStart: true) }
      try await body(cloud, try await cloud.computePort(on: try await cloud.network().id))
    }
  }

  @Test("a binding is made, shown, changed, activated and deleted")
  func life() async throws {
    try await Self.serve { cloud, port in
      let path = "/v2.0/ports/\(port.id)/bindings"
      let made = try await cloud.bind(port.id, to: "compute2", profile: ["a": 1])
      #expect(made.status == 201)
      let binding: JSONValue = [
        "host": "compute2", "vif_type": "bridge", "vnic_type": "normal", "status": "INACTIVE", "profile": ["a": 1],
        "vif_details": try #require(try await cloud.port(port.id)["binding:vif_details"]),
      ]
      #expect(made.body == ["binding": binding])
      #expect(
        made.body?["binding"]?.object?.names == [
          "host", "vif_type", "vnic_type", "status", "profile", "vif_details",
        ])
      #expect(try await cloud.get("\(path)/compute2").body == ["binding": binding])
      #expect(try await cloud.get("\(path)/compute2?fields=host").body == ["binding": ["host": "compute2"]])
      #expect(try await cloud.bindings(port.id) == ["compute1 ACTIVE bridge", "compute2 INACTIVE bridge"])
      #expect(try await cloud.get("\(path)?status=INACTIVE&fields=host").body == ["bindings": [["host": "compute2"]]])
      let changed = try await cloud.send(.PUT, "\(path)/compute2", body: ["binding": ["profile": ["b": 2]]])
      #expect(changed.status == 200 && changed.body?["binding"]?["profile"] == ["b": 2])
      // The port itself is as it was.
      #expect(try await cloud.port(port.id)["binding:host_id"] == "compute1")
      let activated = try await cloud.activate(port.id, on: "compute2")
      #expect(activated.status == 200)
      #expect(activated.body?["status"] == "ACTIVE" && activated.body?["host"] == "compute2")
      #expect(try await cloud.bindings(port.id) == ["compute1 INACTIVE unbound", "compute2 ACTIVE bridge"])
      let shown = try await cloud.port(port.id)
      #expect(shown["binding:host_id"] == "compute2" && shown["binding:profile"] == ["b": 2])
      #expect(try await cloud.send(.DELETE, "\(path)/compute1").status == 204)
      #expect(try await cloud.bindings(port.id) == ["compute2 ACTIVE bridge"])
    }
  }

  @Test("what cannot be is refused with upstream's exceptions")
  func refusals() async throws {
    try await Self.serve { cloud, port in
      let path = "/v2.0/ports/\(port.id)/bindings"
      let other = try await cloud.create("port", ["network_id": .string(try await cloud.network().id)]).text("id")
      let cases: [(HTTPMethod, String, JSONValue?, Int, String)] = [
        (.POST, path, ["binding": ["host": "compute1"]], 409, "PortBindingAlreadyExists"),
        (.POST, path, ["binding": ["host": "nowhere"]], 409, "PortBindingError"),
        (.POST, path, ["binding": ["host": "compute2", "vnic_type": "direct"]], 409, "PortBindingError"),
        (.POST, path, ["binding": ["vnic_type": "normal"]], 400, "HTTPBadRequest"),
        (.POST, path, ["binding": ["host": ""]], 400, "HTTPBadRequest"),
        (.POST, path, ["binding": ["host": "compute2", "status": "ACTIVE"]], 400, "HTTPBadRequest"),
        (.POST, path, ["binding": ["host": "compute2", "colour": "red"]], 400, "HTTPBadRequest"),
        (.POST, path, ["host": "compute2"], 400, "HTTPBadRequest"),
        (.PUT, "\(path)/compute1", ["binding": ["vif_type": "bridge"]], 400, "HTTPBadRequest"),
        (.GET, "\(path)/compute2", nil, 404, "PortBindingNotFound"),
        (.PUT, "\(path)/compute2", ["binding": [:]], 404, "PortBindingNotFound"),
        (.PUT, "\(path)/compute2/activate", nil, 404, "PortBindingNotFound"),
        (.DELETE, "\(path)/compute2", nil, 404, "PortBindingNotFound"),
        (.PUT, "\(path)/compute1/activate", nil, 409, "PortBindingAlreadyActive"),
        (.GET, "/v2.0/ports/\(other)/bindings", nil, 400, "BadRequest"),
        (.POST, "/v2.0/ports/\(other)/bindings", ["binding": ["host": "compute1"]], 400, "BadRequest"),
        (.GET, "/v2.0/ports/\(instanceID)/bindings", nil, 404, "PortNotFound"),
        (.POST, "/v2.0/ports/\(instanceID)/bindings", ["binding": ["host": "compute1"]], 404, "PortNotFound"),
        (.GET, "\(path)?colour=red", nil, 400, "HTTPBadRequest"),
      ]
      for (method, path, body, status, type) in cases {
        let answer = try await cloud.send(method, path, body: body)
        #expect(answer.status == status, "\(method) \(path): \(String(describing: answer.body))")
        #expect(answer.errorType == type, "\(method) \(path)")
      }
      #expect(try await cloud.bindings(port.id) == ["compute1 ACTIVE bridge"])
    }
  }

  @Test("bindings are administrators' and services' business")
  func policy() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let network = try await cloud.create("network", [:], token: memberToken).text("id")
      let port = try await cloud.create(
        "port", ["network_id": .string(network), "device_owner": "compute:nova"], token: memberToken
      ).text("id")
      let hidden = try await cloud.computePort(on: try await cloud.network().id).id
      for (method, suffix) in [(HTTPMethod.GET, ""), (.POST, ""), (.GET, "/x"), (.DELETE, "/x"), (.PUT, "/x/activate")]
      {
        let body: JSONValue? = method == .POST ? ["binding": ["host": "compute1"]] : nil
        let path = "/v2.0/ports/\(port)/bindings\(suffix)"
        let answer = try await cloud.send(method, path, token: memberToken, body: body)
        #expect(answer.status == 403 && answer.errorType == "PolicyNotAuthorized", "\(method) \(path)")
        let unseen = try await cloud.send(
          method, "/v2.0/ports/\(hidden)/bindings\(suffix)", token: memberToken, body: body)
        #expect(unseen.status == 404 && unseen.errorType == "PortNotFound", "\(method) \(path)")
      }
    }
  }

  @Test("many activations at once leave one binding active, round after round")
  func racingActivations() async throws {
    try await Self.serve { cloud, port in
      for host in ["compute2", "compute3"] { #expect(try await cloud.bind(port.id, to: host).status == 201) }
      for _ in 0..<20 {
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
          for host in ["compute1", "compute2", "compute3", "compute2", "compute3", "compute1"] {
            group.addTask { try await cloud.activate(port.id, on: host).status }
          }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.allSatisfy { $0 == 200 || $0 == 409 })
        let bindings = try await cloud.bindings(port.id)
        #expect(bindings.count == 3 && bindings.filter { $0.contains(" ACTIVE ") }.count == 1)
        let active = try #require(bindings.first { $0.contains(" ACTIVE ") })
        #expect(active == "\(try await cloud.port(port.id).text("binding:host_id")) ACTIVE bridge")
      }
    }
  }

  @Test("a port whose active binding is deleted is unbound, and can be bound again")
  func deletedActive() async throws {
    try await Self.serve { cloud, port in
      try await cloud.up(port.tap)
      #expect(try await cloud.status(port.id) == "ACTIVE")
      #expect(try await cloud.send(.DELETE, "/v2.0/ports/\(port.id)/bindings/compute1").status == 204)
      let shown = try await cloud.port(port.id)
      #expect(shown["binding:vif_type"] == "unbound" && shown["binding:host_id"] == "" && shown["status"] == "DOWN")
      #expect(try await cloud.bind(port.id, to: "compute2").body?["binding"]?["status"] == "INACTIVE")
      #expect(try await cloud.activate(port.id, on: "compute2").status == 200)
      #expect(try await cloud.bindings(port.id) == ["compute2 ACTIVE bridge"])
    }
  }

  @Test("naming a host on the port itself takes over the binding that waits there, and unbinding forgets all")
  func rebinding() async throws {
    try await Self.serve { cloud, port in
      for host in ["compute2", "compute3"] { #expect(try await cloud.bind(port.id, to: host).status == 201) }
      let path = "/v2.0/ports/\(port.id)"
      let moved = try await cloud.send(.PUT, path, body: ["port": ["binding:host_id": "compute2"]])
      #expect(moved.body?["port"]?["binding:vif_type"] == "bridge")
      #expect(try await cloud.bindings(port.id) == ["compute2 ACTIVE bridge", "compute3 INACTIVE bridge"])
      _ = try await cloud.send(.PUT, path, body: ["port": ["binding:host_id": .null]])
      #expect(try await cloud.bindings(port.id) == [" ACTIVE unbound"])
    }
  }

  @Test("an active binding that is changed to another host moves the port there")
  func changedHost() async throws {
    try await Self.serve { cloud, port in
      try await cloud.up(port.tap)
      let path = "/v2.0/ports/\(port.id)/bindings/compute1"
      let profile = try await cloud.send(.PUT, path, body: ["binding": ["profile": ["a": 1]]])
      #expect(profile.body?["binding"]?["profile"] == ["a": 1])
      #expect(try await cloud.status(port.id) == "ACTIVE")
      #expect(try await cloud.bind(port.id, to: "compute3").status == 201)
      let taken = try await cloud.send(.PUT, path, body: ["binding": ["host": "compute3"]])
      #expect(taken.status == 409 && taken.errorType == "PortBindingAlreadyExists")
      let failed = try await cloud.send(.PUT, path, body: ["binding": ["host": "nowhere"]])
      #expect(failed.status == 409 && failed.errorType == "PortBindingError")
      #expect(try await cloud.status(port.id) == "ACTIVE")
      let moved = try await cloud.send(.PUT, path, body: ["binding": ["host": "compute2"]])
      #expect(moved.body?["binding"]?["host"] == "compute2")
      #expect(try await cloud.status(port.id) == "DOWN")
      #expect(try await cloud.bindings(port.id) == ["compute2 ACTIVE bridge", "compute3 INACTIVE bridge"])
    }
  }
}
