/// Reads `physical_interface_mappings` and `bridge_mappings`: pairs of a physical network and an interface of the host.
///
/// The rules and the words of the errors are those of `neutron_lib.utils.helpers.parse_mappings`: empty elements are
/// skipped, neither a key nor a value may come twice.
package func parseMappings(_ pairs: [String]) throws(MappingError) -> [String: String] {
  var mappings: [String: String] = [:]
  for pair in pairs {
    let pair = trimmed(pair)
    if pair.isEmpty { continue }
    let halves = pair.split(separator: ":", omittingEmptySubsequences: false).map(trimmed)
    guard halves.count == 2 else { throw .malformedPair(pair) }
    let (key, value) = (halves[0], halves[1])
    if key.isEmpty { throw .missingKey(pair) }
    if value.isEmpty { throw .missingValue(pair) }
    if mappings[key] != nil { throw .duplicateKey(key, pair) }
    if mappings.values.contains(value) { throw .duplicateValue(value, pair) }
    mappings[key] = value
  }
  return mappings
}

/// A pair that is none. The description is upstream's sentence.
package enum MappingError: Error, Hashable, CustomStringConvertible {
  case malformedPair(String)
  case missingKey(String)
  case missingValue(String)
  case duplicateKey(String, String)
  case duplicateValue(String, String)

  package var description: String {
    switch self {
    case .malformedPair(let pair): "Invalid mapping: '\(pair)'"
    case .missingKey(let pair): "Missing key in mapping: '\(pair)'"
    case .missingValue(let pair): "Missing value in mapping: '\(pair)'"
    case .duplicateKey(let key, let pair): "Key \(key) in mapping: '\(pair)' not unique"
    case .duplicateValue(let value, let pair): "Value \(value) in mapping: '\(pair)' not unique"
    }
  }
}

private func trimmed(_ text: some StringProtocol) -> String {
  var rest = text[...]
  while rest.first?.isWhitespace == true { rest.removeFirst() }
  while rest.last?.isWhitespace == true { rest.removeLast() }
  return String(rest)
}
