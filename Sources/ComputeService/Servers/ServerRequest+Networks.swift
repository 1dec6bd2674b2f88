import JSON
import Model
import OpenStackHTTP

extension ServerRequest {
  static func networks(_ value: JSONValue?) throws -> Networks {
    guard let value else { return .automatic }
    if let word = value.string { return word == "none" ? .listed([]) : .automatic }
    let elements = value.array ?? []
    // Before 2.37 an empty list is as good as none.
    if elements.isEmpty { return .automatic }
    let ports = elements.compactMap { $0["port"]?.string }
    if let port = ports.first(where: { port in ports.count { $0 == port } > 1 }) {
      throw APIError.badRequest("Port ID '\(port)' was specified twice: you cannot attach a port multiple times.")
    }
    return .listed(
      try elements.map { element in
        let choice = NetworkChoice(
          networkID: element["uuid"]?.string.flatMap { UUID($0) }, portID: element["port"]?.string.flatMap { UUID($0) },
          fixedIP: element["fixed_ip"]?.string, tag: element["tag"]?.string)
        if choice.portID != nil, let address = choice.fixedIP {
          throw APIError.badRequest(
            "Specified Fixed IP '\(address)' cannot be used with port '\(choice.portID?.description ?? "")': the two "
              + "cannot be specified together.")
        }
        if choice.portID == nil, choice.networkID == nil, let text = element["uuid"]?.string {
          throw APIError.badRequest("Bad networks format: network uuid is not in proper format (\(text))")
        }
        guard choice.portID != nil || choice.networkID != nil else {
          throw APIError.badRequest("Bad network format: missing 'uuid'")
        }
        return choice
      })
  }

  /// As `nova.utils.sanitize_hostname`: what a host may be called, made of what the server is called.
  static func hostname(from name: String) -> String? {
    var text = ""
    for character in name.lowercased().unicodeScalars {
      switch character {
      case " ", "_": text += "-"
      case "a"..."z", "0"..."9", "-", ".": text.unicodeScalars.append(character)
      default: break
      }
    }
    let trimmed = text.drop { $0 == "-" || $0 == "." }.prefix(63)
    return trimmed.isEmpty ? nil : String(trimmed)
  }
}
