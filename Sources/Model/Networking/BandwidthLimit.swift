/// A rate that is not exceeded for longer than a burst, in the API's units.
package struct BandwidthLimit: Hashable, Sendable {
  /// Thousands of bits a second; 0 limits nothing.
  package var maxKbps: Int
  /// Thousands of bits that may come at once; 0 leaves the choice to ``burstKilobits``.
  package var maxBurstKbps: Int

  package init(maxKbps: Int, maxBurstKbps: Int = 0) {
    self.maxKbps = maxKbps
    self.maxBurstKbps = maxBurstKbps
  }

  /// What the agent lets through at once: 80 % of a second's worth if nothing was said, with which TCP still reaches the
  /// rate (`DEFAULT_BURST_RATE` of `neutron_lib/services/qos/constants.py`).
  package var burstKilobits: Int { maxBurstKbps > 0 ? maxBurstKbps : maxKbps * 4 / 5 }

  /// The rate for the kernel, which counts in bytes.
  package var bytesPerSecond: Int { maxKbps * 125 }

  /// The burst for the kernel, in bytes. Never less than a packet of `mtu` bytes takes, for then no packet of that size
  /// would ever pass.
  package func burstBytes(mtu: Int) -> Int { max(burstKilobits * 125, Self.frameBytes(mtu: mtu)) }

  /// What a packet takes with its Ethernet header and one VLAN tag (IEEE 802.3, 802.1Q).
  package static func frameBytes(mtu: Int) -> Int { mtu + 18 }
}

/// What holds for a port: of each direction one limit or none.
package struct PortBandwidth: Hashable, Sendable {
  /// Of what comes to the guest.
  package var ingress: BandwidthLimit?
  /// Of what the guest sends.
  package var egress: BandwidthLimit?

  package init(ingress: BandwidthLimit? = nil, egress: BandwidthLimit? = nil) {
    self.ingress = ingress
    self.egress = egress
  }

  /// What a policy's rules come to. A rate of 0 is no limit, as Open vSwitch's agent has it.
  package init(_ rules: some Sequence<QoSBandwidthLimitRule>) {
    for rule in rules where rule.limit.maxKbps > 0 {
      switch rule.direction {
      case .ingress: ingress = rule.limit
      case .egress: egress = rule.limit
      }
    }
  }
}
