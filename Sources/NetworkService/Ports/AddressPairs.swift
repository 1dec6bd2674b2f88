import JSON
import Model
import OpenStackHTTP

extension AttributeReader {
  /// Reads `allowed_address_pairs`, whose checks and their order are those of
  /// `neutron_lib/api/validators/allowedaddresspairs.py`. `null` is an empty list.
  ///
  /// - Parameter limit: The option `max_allowed_address_pair`.
  func addressPairs(limit: Int) throws -> [AllowedAddressPair]? {
    guard let value = body["allowed_address_pairs"] else { return nil }
    if value.isNull { return [] }
    guard let list = value.array else { throw APIError.badRequest("Allowed address pairs must be a list.") }
    guard list.count <= limit else { throw APIError.addressPairsExhausted(limit) }
    var pairs: [AllowedAddressPair] = []
    for element in list {
      pairs.append(try addressPair(element))
      if let duplicate = pairs.duplicate { throw APIError.duplicateAddressPair(duplicate) }
    }
    return pairs
  }

  private func addressPair(_ element: JSONValue) throws -> AllowedAddressPair {
    guard let object = element.object else {
      throw APIError.invalidAttribute("allowed_address_pairs", "\(quoted(element)) is not a dictionary")
    }
    if let value = object["mac_address"] {
      guard let address = value.string.flatMap({ MACAddress($0) }), address.isUsable else {
        throw APIError.badRequest("\(quoted(value)) is not a valid MAC address")
      }
    }
    guard let value = object["ip_address"] else {
      throw APIError.badRequest("AllowedAddressPair must contain ip_address", type: "AllowedAddressPairsMissingIP")
    }
    let unknown = object.names.filter { $0 != "mac_address" && $0 != "ip_address" }
    guard unknown.isEmpty else {
      throw APIError.badRequest("Unrecognized attribute(s) '\(unknown.joined(separator: ", "))'")
    }
    // An address or a prefix stays as the client has written it, host bits included.
    let isPrefix = value.string?.contains("/") == true
    guard let text = value.string, isPrefix ? IPNetwork(text) != nil : IPAddress(text) != nil else {
      throw APIError.badRequest("\(quoted(value)) is not a valid IP \(isPrefix ? "subnet" : "address")")
    }
    return AllowedAddressPair(macAddress: object["mac_address"]?.string, ipAddress: text)
  }
}

extension [AllowedAddressPair] {
  /// The pairs of a port with this address, as they are stored and shown.
  ///
  /// - Throws: `APIError` 400 if two are the same now.
  func json(ofPortWith address: MACAddress) throws -> String {
    guard !isEmpty else { return "[]" }
    let completed = map { $0.completed(with: address) }
    if let duplicate = completed.duplicate { throw APIError.duplicateAddressPair(duplicate) }
    return JSONValue.array(
      completed.map { pair in
        ["mac_address": JSONValue(pair.macAddress), "ip_address": .string(pair.ipAddress)]
      }
    ).description
  }
}

extension APIError {
  fileprivate static func addressPairsExhausted(_ limit: Int) -> APIError {
    .badRequest(
      "The number of allowed address pair exceeds the maximum \(limit).", type: "AllowedAddressPairExhausted")
  }

  fileprivate static func duplicateAddressPair(_ pair: AllowedAddressPair) -> APIError {
    .badRequest(
      "Request contains duplicate address pair: mac_address \(pair.macAddress ?? "None") ip_address "
        + "\(pair.ipAddress).",
      type: "DuplicateAddressPairInRequest")
  }

}
