import Hummingbird
import JSON
import Model
import OpenStackHTTP

/// The types of rules that upstream knows (`VALID_RULE_TYPES` of `neutron_lib/services/qos/constants.py`), of which one
/// is served.
enum QoSRuleTypes {
  static let all = [
    QoSBandwidthLimitRule.type, "dscp_marking", "minimum_bandwidth", "minimum_packet_rate", "packet_rate_limit",
  ]
  static let supported = [QoSBandwidthLimitRule.type]
  /// Who makes the rules hold; upstream's name of its driver.
  static let driver = "linuxbridge"
}

extension NetworkService {
  func addQoSRuleTypeRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("qos/rule-types") { request, context in
      let caller = NetworkCaller(try context.caller)
      let parameters = try request.listParameters(NetworkConfiguration())
      let types = try parameters.ruleTypes()
      let shown = caller.may("get_rule_type", PolicyTarget()) ? types : []
      return Response.json { writer in
        writer.object { body in
          body.member("rule_types") { $0.array(shown) { list, type in list.object { $0.member("type", type) } } }
        }
      }
    }
    api.get("qos/rule-types/:id") { _, context in
      // Upstream lets only administrators see how a type is made to hold.
      guard NetworkCaller(try context.caller).isAdmin else {
        throw APIError.forbidden("Not authorized.", type: "NotAuthorized")
      }
      let type = context.resourceName
      guard QoSRuleTypes.all.contains(type) else { throw APIError.unknownPath }
      return Response.one("rule_type") { QoSRuleTypes.write(type, to: &$0) }
    }
  }
}

extension ListParameters {
  /// - Throws: `APIError` 400 for a filter that is none.
  fileprivate func ruleTypes() throws -> [String] {
    let unknown = filters.map(\.name).filter { $0 != "all_rules" && $0 != "all_supported" }
    guard unknown.isEmpty else {
      throw APIError.badRequest("\(pythonText(unknown)) is invalid attribute for filtering")
    }
    guard let text = values(of: "all_rules")?.first else { return QoSRuleTypes.supported }
    guard let isWanted = ListRules.bool(text) else {
      throw APIError.invalidInput("'\(text)' cannot be converted to boolean")
    }
    return isWanted ? QoSRuleTypes.all : QoSRuleTypes.supported
  }
}

extension QoSRuleTypes {
  fileprivate static func write(_ type: String, to writer: inout JSONWriter) {
    writer.object { object in
      object.member("type", type)
      object.member("drivers") { list in
        list.array(supported.filter { $0 == type }) { drivers, _ in
          drivers.object { driver in
            driver.member("name", Self.driver)
            driver.member("supported_parameters") { $0.value(parameters) }
          }
        }
      }
    }
  }

  private static let parameters: JSONValue = {
    let range: JSONValue = ["start": 0, "end": JSONValue(QoSBandwidthLimitRule.largestNumber)]
    return [
      ["parameter_name": "max_kbps", "parameter_type": "range", "parameter_values": range],
      ["parameter_name": "max_burst_kbps", "parameter_type": "range", "parameter_values": range],
      [
        "parameter_name": "direction", "parameter_type": "choices",
        "parameter_values": JSONValue(TrafficDirection.allCases.map(\.rawValue)),
      ],
    ]
  }()
}
