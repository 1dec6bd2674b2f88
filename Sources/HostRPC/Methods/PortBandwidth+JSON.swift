import JSON
import Model

// A port's limits on the wire: a list of rules with the members of the API's.

extension PortBandwidth {
  /// Reads the list; absent is no limit.
  ///
  /// - Throws: ``MalformedBody``.
  init(_ members: Members, _ name: String) throws {
    self.init()
    // What is no bandwidth limit is a rule of a newer server, which this agent has nothing for.
    let rules = try members.objects(name, defaultsToEmpty: true) { $0 }
    for rule in rules where try rule.string("type") == QoSBandwidthLimitRule.type {
      let limit = BandwidthLimit(
        maxKbps: try rule.integer("max_kbps"), maxBurstKbps: try rule.optionalInteger("max_burst_kbps") ?? 0)
      switch try rule.choice("direction", TrafficDirection.self) {
      case .ingress: ingress = limit
      case .egress: egress = limit
      }
    }
  }

  /// `nil` if there is no limit, so that the member stays out of the body.
  var rulesJSON: JSONValue? {
    let rules = [(TrafficDirection.ingress, ingress), (.egress, egress)].compactMap { direction, limit in
      limit.map { limit -> JSONValue in
        [
          "type": .string(QoSBandwidthLimitRule.type), "direction": .string(direction.rawValue),
          "max_kbps": JSONValue(limit.maxKbps), "max_burst_kbps": JSONValue(limit.maxBurstKbps),
        ]
      }
    }
    return rules.isEmpty ? nil : .array(rules)
  }
}
