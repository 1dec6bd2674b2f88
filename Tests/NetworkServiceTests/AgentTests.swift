import HostRPC
import JSON
import Model
import NIOHTTP1
import NetworkService
import Testing

@Suite("Agents in the API")
struct AgentTests {
  @Test("agents are found by what they report and by whether they are alive")
  func filters() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(host: "compute1", isStart: true)
      try await cloud.report(dhcpAgentOn: "compute1", zone: "az1")
      cloud.clock.advance(by: .seconds(76))
      try await cloud.reportState(host: "compute2", isStart: true)
      let (bridge1, bridge2) = ("Linux bridge agent compute1", "Linux bridge agent compute2")
      let dhcp = "DHCP agent compute1"
      let cases: [(query: String, agents: Set<String>)] = [
        ("", [bridge1, bridge2, dhcp]), ("alive=True", [bridge2]), ("alive=false", [bridge1, dhcp]),
        ("alive=true&alive=false", [bridge1, bridge2, dhcp]), ("host=compute1", [bridge1, dhcp]),
        ("agent_type=DHCP%20agent", [dhcp]), ("binary=neutron-linuxbridge-agent", [bridge1, bridge2]),
        ("topic=dhcp_agent", [dhcp]), ("availability_zone=az1", [dhcp]), ("admin_state_up=False", []),
        ("host=compute1&host=compute2&alive=True", [bridge2]), ("description=", []),
      ]
      for test in cases {
        let agents = try await cloud.get("/v2.0/agents?\(test.query)").body?["agents"]?.array ?? []
        let names = try agents.map { "\(try $0.text("agent_type")) \(try $0.text("host"))" }
        #expect(Set(names) == test.agents, "\(test.query)")
      }
      #expect(try await cloud.get("/v2.0/agents?alive=False&limit=1").body?["agents"]?.array?.count == 1)
      #expect(try await cloud.get("/v2.0/agents?alive=perhaps").errorType == "InvalidInput")
      #expect(try await cloud.get("/v2.0/agents?nosuch=1").status == 400)
      #expect(try await cloud.get("/v2.0/agents?limit=1&marker=\(UUID())").errorType == "AgentNotFound")
    }
  }

  @Test("an administrator changes an agent's state and description, and nothing else; a report leaves both")
  func update() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let id = try #require(try await cloud.ids("agents").first)
      let path = "/v2.0/agents/\(id)"
      let before = try await cloud.get(path).body?["agent"]
      #expect(before?["admin_state_up"] == true && before?["description"] == .null && before?["alive"] == true)
      let changed = try await cloud.send(
        .PUT, path, body: ["agent": ["admin_state_up": "False", "description": "in repair"]])
      #expect(changed.status == 200 && changed.body?["agent"]?["description"] == "in repair")
      try await cloud.reportState()
      let after = try await cloud.get(path).body?["agent"]
      #expect(after?["admin_state_up"] == false && after?["description"] == "in repair")
      let removed = try await cloud.send(.PUT, path, body: ["agent": ["description": .null]])
      #expect(removed.body?["agent"]?["description"] == .null && removed.body?["agent"]?["admin_state_up"] == false)
      for (name, value) in [("host", "x"), ("alive", true), ("configurations", [:])] as [(String, JSONValue)] {
        let answer = try await cloud.send(.PUT, path, body: ["agent": .object([name: value])])
        #expect(answer.errorMessage == "Cannot update read-only attribute \(name)")
      }
      #expect(try await cloud.send(.PUT, path, body: ["agent": ["admin_state_up": "perhaps"]]).status == 400)
      let made = try await cloud.send(.POST, "/v2.0/agents", body: ["agent": ["host": "x"]])
      #expect(made.status == 400 && made.errorType == "BadRequest")
      #expect(try await cloud.send(.DELETE, path).status == 204)
      #expect(try await cloud.get(path).errorType == "AgentNotFound")
      // An agent that is still there is back with its next report.
      try await cloud.reportState()
      #expect(try await cloud.ids("agents").count == 1)
    }
  }

  @Test("who is no administrator sees no agents")
  func members() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let path = "/v2.0/agents/\(try #require(try await cloud.ids("agents").first))"
      #expect(try await cloud.get("/v2.0/agents", token: memberToken).body?["agents"] == [])
      let change: JSONValue? = ["agent": ["admin_state_up": false]]
      for method in [HTTPMethod.GET, .PUT, .DELETE] {
        let answer = try await cloud.send(method, path, token: memberToken, body: method == .PUT ? change : nil)
        #expect(answer.status == 404, "\(method)")
      }
      #expect(
        try await cloud.send(.POST, "/v2.0/agents", token: memberToken, body: ["agent": [:]]).status == 403)
    }
  }

  @Test("no port is bound to an agent that is switched off, and what failed is bound when it is switched on")
  func binding() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let network = try await cloud.network().id
      let agent = "/v2.0/agents/\(try #require(try await cloud.ids("agents").first))"
      let bound = try await cloud.computePort(on: network).id
      _ = try await cloud.send(.PUT, agent, body: ["agent": ["admin_state_up": false]])
      #expect(try await cloud.port(bound)["binding:vif_type"] == "bridge")
      let failed = try await cloud.computePort(on: network).id
      #expect(try await cloud.port(failed)["binding:vif_type"] == "binding_failed")
      _ = try await cloud.send(.PUT, agent, body: ["agent": ["admin_state_up": true]])
      #expect(try await cloud.port(failed)["binding:vif_type"] == "bridge")
    }
  }
}

extension TestCloud {
  /// What a DHCP agent reports, which is what makes an availability zone of networks.
  func report(dhcpAgentOn host: String, zone: String) async throws {
    let state = AgentState(
      binary: "neutron-dhcp-agent", host: host, topic: "dhcp_agent", agentType: "DHCP agent", availabilityZone: zone,
      configurations: [:], startFlag: true)
    _ = try await call(ReportState.self, .init(agentState: state, time: clock.now), host: host)
  }
}
