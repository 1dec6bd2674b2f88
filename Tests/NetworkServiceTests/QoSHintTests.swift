import HostRPC
import JSON
import Model
import NIOHTTP1
import NetworkService
import Testing

@Suite("What agents are told of QoS")
struct QoSHintTests {
  @Test(
    "the hosts of the ports that have a policy hear of its rules, and of no other change of it",
    .timeLimit(.minutes(1)))
  func rules() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let policy = try await cloud.qosPolicy().text("id")
      let unused = try await cloud.qosPolicy().text("id")
      let network = try await cloud.network(["qos_policy_id": .string(policy)]).id
      let inherits = try await cloud.computePort(on: network)
      let own = try await cloud.computePort(on: try await cloud.network(cidr: "10.102.0.0/24").id)
      _ = try await cloud.change("ports/\(own.id)", "port", ["qos_policy_id": .string(policy)])
      let messages = try await cloud.client(host: "compute1").messages()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await NetworkHousekeeping(cloud.service).run() }
        _ = try await cloud.qosRule(unused, ["max_kbps": 5])
        _ = try await cloud.change("qos/policies/\(policy)", "policy", ["name": "renamed"])
        _ = try await cloud.qosRule(policy, ["max_kbps": 5])
        var ports: Set<String> = []
        for try await message in messages {
          guard let update = try message.arguments(of: PortUpdate.self) else { continue }
          ports.insert(update.portID?.description ?? "")
          if ports.count == 2 { break }
        }
        #expect(ports == [inherits.id, own.id])
        group.cancelAll()
      }
    }
  }

  @Test("a port or a network that gets another policy is told of as for every change")
  func assignment() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let policy = try await cloud.qosPolicy().text("id")
      let network = try await cloud.network().id
      let port = try await cloud.computePort(on: network)
      let messages = try await cloud.client(host: "compute1").messages()
      _ = try await cloud.change("ports/\(port.id)", "port", ["qos_policy_id": .string(policy)])
      _ = try await cloud.change("networks/\(network)", "network", ["qos_policy_id": .string(policy)])
      _ = try await cloud.send(.DELETE, "/v2.0/ports/\(port.id)")
      var heard: [String] = []
      for try await message in messages {
        heard.append(message.method)
        if message.method == PortDelete.name { break }
      }
      #expect(heard == ["port_update", "network_update", "port_delete"])
    }
  }
}
