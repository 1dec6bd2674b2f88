import HostRPC
import JSON
import Model
import Testing

@Suite("Bodies of the methods")
struct MethodTests {
  @Test("what a stock agent reports is understood, and our report has upstream's shape")
  func reportState() throws {
    let captured: JSONValue = [
      "agent_state": [
        "agent_state": [
          "binary": "neutron-linuxbridge-agent", "host": "compute1", "topic": "N/A",
          "configurations": ["bridge_mappings": [:], "devices": 1], "agent_type": "Linux bridge agent",
          "resource_versions": ["Port": "1.7"], "start_flag": true, "uuid": "1554b393-b15d-4e90-b18d-4dfa481d2dfb",
        ]
      ], "time": "2026-11-23T01:14:28.305735",
    ]
    let arguments = try ReportState.Arguments(json: captured)
    #expect(arguments.agentState.agentType == "Linux bridge agent")
    #expect(arguments.agentState.startFlag)
    #expect(arguments.agentState.configurations["devices"] == 1)
    #expect(arguments.json["time"] == "2026-11-23T01:14:28.305735")
    #expect(try ReportState.Arguments(json: arguments.json) == arguments)
    var later = arguments
    later.agentState.startFlag = false
    #expect(later.json["agent_state"]?["agent_state"]?["start_flag"] == nil)
    #expect(try ReportState.Result(json: "alive") == .alive)
    #expect(throws: MalformedBody.self) { try ReportState.Result(json: "dead") }
  }

  @Test("device details have every member that upstream's server sends")
  func deviceDetails() throws {
    let captured: JSONValue = [
      "device": "tapdcd2dea6-23", "network_id": "db3e1ed8-b972-42bd-9301-71ab3d77a68f",
      "port_id": "dcd2dea6-2324-4dd1-9ccc-235ecb3b104d", "mac_address": "fa:16:3e:94:a7:1f", "admin_state_up": true,
      "network_type": "vxlan", "segmentation_id": 723, "physical_network": nil, "mtu": 1450,
      "fixed_ips": [["subnet_id": "333c196b-70cc-4600-8471-e0e540a3ca3e", "ip_address": "10.88.0.2"]],
      "device_owner": "network:dhcp", "allowed_address_pairs": [], "port_security_enabled": false,
      "qos_policy_id": nil, "qos_network_policy_id": nil, "profile": [:], "propagate_uplink_status": false,
    ]
    let answers: JSONValue = [
      captured, ["device": "tapdeadbeef-00"], ["device": "tap1", "no_active_binding": true],
    ]
    let result = try GetDevicesDetailsList.Result(json: answers)
    #expect(result.json == answers)
    #expect(result.devices.map(\.device) == ["tapdcd2dea6-23", "tapdeadbeef-00", "tap1"])
    guard case .details(let details) = result.devices[0] else { throw TestFailure() }
    #expect(details.segmentationID == 723)
    #expect(details.physicalNetwork == nil)
  }

  @Test("the time a tap was seen travels beside upstream's arguments, and may be left out")
  func observedAt() throws {
    let stock: JSONValue = ["devices": ["tap1"], "agent_id": "lb52417475ba72", "host": "compute1"]
    var arguments = try GetDevicesDetailsList.Arguments(json: stock)
    #expect(arguments.observedAt == [:])
    #expect(arguments.json == stock)
    arguments.observedAt = ["tap1": Timestamp(microseconds: 1_795_396_525_458_928)]
    #expect(arguments.json["observed_at"]?["tap1"] == "2026-11-23T01:15:25.458928Z")
    #expect(try GetDevicesDetailsList.Arguments(json: arguments.json) == arguments)
  }

  @Test("an update of an instance tells what is cleared from what stays")
  func taskState() throws {
    let id = UUID()
    for state in [InstanceUpdate.TaskState.unchanged, .cleared, .set("spawning")] {
      let update = InstanceUpdate(
        instanceID: id, vmState: "error", taskState: state, powerState: 0,
        fault: .init(message: "Virtual Interface creation failed"))
      #expect(try InstanceUpdate(json: update.json) == update)
    }
    #expect(InstanceUpdate(instanceID: id).json == ["instance_id": .string("\(id)")])
    #expect(InstanceUpdate(instanceID: id, taskState: .cleared).json["task_state"] == .null)
  }

  @Test("a request to build survives its JSON form")
  func buildRequest() throws {
    let request = BuildRequest(
      instanceID: UUID(), name: "c1 \"quoted\"\n", projectID: "cce36e559b4245109c189ed9a761a551", userID: "u",
      flavor: .init(id: "1", name: "m1.tiny", vcpus: 1, memoryMB: 128, rootGB: 0, extraSpecs: ["quota:x": "1"]),
      image: .init(id: UUID(), diskFormat: "raw", kernelID: UUID(), properties: ["os_command_line": "quiet"]),
      networks: [.init(networkID: UUID(), fixedIP: "10.0.0.5"), .init(portID: UUID())], metadata: ["k": "v"],
      userData: "IyE=", configDrive: true, createdAt: Timestamp(microseconds: 1))
    let arguments = BuildAndRunInstance.Arguments(instance: request)
    let text = arguments.json.description
    #expect(try BuildAndRunInstance.Arguments(json: JSONValue(parsing: text)) == arguments)
    let instance = HostInstance(instanceID: UUID(), name: "c1", vmState: "building", taskState: nil, build: request)
    let answer = GetInstances.Result(instances: [instance])
    #expect(try GetInstances.Result(json: answer.json) == answer)
  }

  @Test("events of ports are told apart by name, and an unknown name is refused by its place")
  func events() throws {
    let event = InstanceEvent(name: .networkVIFPlugged, instanceID: UUID(), tag: "\(UUID())", status: .failed)
    let arguments = ExternalInstanceEvent.Arguments(events: [event])
    #expect(try ExternalInstanceEvent.Arguments(json: arguments.json) == arguments)
    let error = #expect(throws: MalformedBody.self) {
      try ExternalInstanceEvent.Arguments(
        json: ["events": [["name": "no", "instance_uuid": .string("\(UUID())"), "status": "completed"]]])
    }
    #expect(error?.member == "events[0].name")
  }

  @Test("every remaining body survives its JSON form")
  func roundTrips() throws {
    let id = UUID()
    try survives(NoArguments())
    try survives(DeviceReport(device: "tap1", agentID: "lb1", host: "h"))
    try survives(
      UpdateDeviceList.Arguments(devicesUp: ["tap1"], devicesDown: ["tap2"], agentID: "lb1", host: "h"))
    try survives(
      UpdateDeviceList.Result(devicesUp: ["tap1"], devicesDown: [DeviceDown(device: "tap2", exists: false)]))
    try survives(SecurityGroupInfoForDevices.Arguments(devices: ["tap1"]))
    try survives(SecurityGroupInfoForDevices.Result(devices: ["a": 1]))
    try survives(SecurityGroupsHint(securityGroups: ["a", "b"]))
    try survives(
      PortUpdate.Arguments(
        port: ["id": .string("\(id)")], networkType: "vxlan", segmentationID: 3, physicalNetwork: nil))
    try survives(PortDelete.Arguments(portID: id))
    try survives(NetworkDelete.Arguments(networkID: id))
    try survives(NetworkUpdate.Arguments(network: ["id": .string("\(id)")]))
    try survives(BindingHint(portID: id, host: "h"))
    try survives(BindingHint(portID: id, host: "h", networkID: id))
    try survives(TerminateInstance.Arguments(instanceID: id))
    try survives(Acknowledge.Arguments(messageIDs: [1, 2]))
    let step = RecordInstanceEvents.Step(
      event: "guest_resumed", startedAt: Timestamp(microseconds: 5), finishedAt: nil, detail: "x")
    try survives(RecordInstanceEvents.Arguments(instanceID: id, events: [step]))
  }

  private func survives<Body: JSONConvertible & Equatable>(_ body: Body) throws {
    #expect(try Body(json: JSONValue(parsing: body.json.bytes)) == body)
  }
}

struct TestFailure: Error {}
