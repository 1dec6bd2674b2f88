package import JSON
package import Model

/// What a guest has used, as the Compute API shows it from microversion 2.48 on, whatever the driver.
package struct GuestDiagnostics: Hashable, Sendable {
  package struct Processor: Hashable, Sendable {
    package var id: Int
    /// Nanoseconds of processor time.
    package var time: Int?

    package init(id: Int, time: Int?) { (self.id, self.time) = (id, time) }
  }

  package struct Interface: Hashable, Sendable {
    package var macAddress: String
    /// As the guest sees it: `rx` is what it received. `nil` is what is not known.
    package var rxOctets: Int?
    package var rxPackets: Int?
    package var rxErrors: Int?
    package var rxDrop: Int?
    package var txOctets: Int?
    package var txPackets: Int?
    package var txErrors: Int?
    package var txDrop: Int?

    package init(macAddress: String) { self.macAddress = macAddress }
  }

  package struct Disk: Hashable, Sendable {
    package var readBytes: Int?
    package var readRequests: Int?
    package var writeBytes: Int?
    package var writeRequests: Int?

    package init() {}
  }

  package var powerState: PowerState
  /// `libvirt` or `fake`.
  package var driver: String
  /// `kvm` or `qemu`; `fake`.
  package var hypervisor: String
  package var hasConfigDrive = false
  /// In MiB: what the guest may have, and what its balloon leaves it.
  package var memoryMaximum = 0
  package var memoryUsed = 0
  package var processors: [Processor] = []
  package var interfaces: [Interface] = []
  package var disks: [Disk] = []

  package init(powerState: PowerState, driver: String, hypervisor: String) {
    (self.powerState, self.driver, self.hypervisor) = (powerState, driver, hypervisor)
  }

  /// The members of the API's answer. `uptime` is `null`: it is counted from the launch, which the server knows.
  package var json: JSONValue {
    [
      "state": .string(powerState.diagnosticsName), "driver": .string(driver), "hypervisor": .string(hypervisor),
      "hypervisor_os": "linux", "uptime": .null, "config_drive": .bool(hasConfigDrive),
      "num_cpus": JSONValue(processors.count), "num_nics": JSONValue(interfaces.count),
      "num_disks": JSONValue(disks.count),
      "memory_details": ["maximum": JSONValue(memoryMaximum), "used": JSONValue(memoryUsed)],
      "cpu_details": .array(processors.map(\.json)), "nic_details": .array(interfaces.map(\.json)),
      "disk_details": .array(disks.map(\.json)),
    ]
  }
}

extension PowerState {
  /// The words of nova/objects/fields.py, `InstancePowerState`.
  fileprivate var diagnosticsName: String {
    switch self {
    case .none: "pending"
    case .running: "running"
    case .paused: "paused"
    case .shutDown: "shutdown"
    case .crashed: "crashed"
    case .suspended: "suspended"
    }
  }
}

extension GuestDiagnostics.Processor {
  fileprivate var json: JSONValue { ["id": JSONValue(id), "time": JSONValue(time), "utilisation": .null] }
}

extension GuestDiagnostics.Interface {
  /// Upstream's drivers know no rates either.
  fileprivate var json: JSONValue {
    [
      "mac_address": .string(macAddress),
      "rx_octets": JSONValue(rxOctets), "rx_errors": JSONValue(rxErrors), "rx_drop": JSONValue(rxDrop),
      "rx_packets": JSONValue(rxPackets), "rx_rate": .null,
      "tx_octets": JSONValue(txOctets), "tx_errors": JSONValue(txErrors), "tx_drop": JSONValue(txDrop),
      "tx_packets": JSONValue(txPackets), "tx_rate": .null,
    ]
  }
}

extension GuestDiagnostics.Disk {
  fileprivate var json: JSONValue {
    [
      "read_bytes": JSONValue(readBytes), "read_requests": JSONValue(readRequests),
      "write_bytes": JSONValue(writeBytes), "write_requests": JSONValue(writeRequests), "errors_count": .null,
    ]
  }
}
