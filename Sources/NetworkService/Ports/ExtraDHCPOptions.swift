import JSON
import Model
import OpenStackHTTP

extension AttributeReader {
  private static let nameLimit = 64
  private static let valueLimit = 255
  /// Upstream has no limit but that of the body.
  private static let countLimit = 100

  /// Reads `extra_dhcp_opts` (`neutron_lib/api/definitions/extra_dhcp_opt.py`); `null` is as good as absent.
  func dhcpOptions() throws -> [ExtraDHCPOption]? {
    guard let value = body["extra_dhcp_opts"], !value.isNull else { return nil }
    guard let list = value.array else { throw APIError.invalidInput("\(quoted(value)) is not a list") }
    guard list.count <= Self.countLimit else {
      throw APIError.invalidInput("a port has at most \(Self.countLimit) extra_dhcp_opts")
    }
    let options = try list.map { element in
      guard let object = element.object, let option = Self.option(object) else {
        throw APIError.invalidInput("No valid key specs matched for: \(pythonText(element))")
      }
      return option
    }
    if let duplicate = options.duplicate { throw APIError.duplicateDHCPOption(duplicate) }
    return options
  }

  private static func option(_ object: JSONObject) -> ExtraDHCPOption? {
    guard object.names.allSatisfy({ ["opt_name", "opt_value", "ip_version"].contains($0) }),
      let name = object["opt_name"]?.string, isLine(name, limit: nameLimit), let value = object["opt_value"]
    else { return nil }
    var ipVersion = 4
    if let version = object["ip_version"] {
      guard let number = version.integer.map({ Int($0) }) ?? version.string.flatMap({ Int($0) }),
        number == 4 || number == 6
      else { return nil }
      ipVersion = number
    }
    if value.isNull { return ExtraDHCPOption(name: name, value: nil, ipVersion: ipVersion) }
    guard let text = value.string, text.unicodeScalars.count <= valueLimit else { return nil }
    guard ExtraDHCPOption.mayBeBlank(name) || isLine(text, limit: valueLimit) else { return nil }
    return ExtraDHCPOption(name: name, value: text, ipVersion: ipVersion)
  }

  /// Whether the text is one line that is not blank.
  private static func isLine(_ text: String, limit: Int) -> Bool {
    text.unicodeScalars.count <= limit && text.contains { !$0.isWhitespace } && !text.contains(where: \.isNewline)
  }
}

extension [ExtraDHCPOption] {
  /// Reads what ``json`` has written.
  init(json: String) throws {
    guard json != "[]" else {
      self = []
      return
    }
    self = (try JSONValue(parsing: json).array ?? []).map { option in
      ExtraDHCPOption(
        name: option["opt_name"]?.string ?? "", value: option["opt_value"]?.string,
        ipVersion: option["ip_version"]?.integer.map { Int($0) } ?? 4)
    }
  }

  /// The options as they are stored and shown.
  var json: String {
    guard !isEmpty else { return "[]" }
    return JSONValue.array(
      map { option in
        [
          "opt_name": .string(option.name), "opt_value": JSONValue(option.value),
          "ip_version": JSONValue(option.ipVersion),
        ]
      }
    ).description
  }
}

extension APIError {
  /// What upstream's unique constraint makes of it.
  fileprivate static func duplicateDHCPOption(_ option: ExtraDHCPOption) -> APIError {
    .conflict(
      "Failed to create a duplicate ExtraDhcpOpt: for attribute(s) ['opt_name', 'ip_version'] with value(s) "
        + "\(option.name), \(option.ipVersion)",
      type: "NeutronDbObjectDuplicateEntry")
  }
}
