import Model
import OpenStackHTTP

/// What the value of an extra spec must look like, as microversion 2.86 began to ask
/// (`nova/api/validation/extra_specs`).
enum ExtraSpecRule: Sendable {
  case text
  case integer(least: Int? = nil, most: Int? = nil)
  case boolean
  case choice([String])
  /// Upstream's regular expression for the whole value.
  case pattern(String)

  /// - Throws: `APIError` 400 with upstream's words.
  func check(_ value: String) throws(APIError) {
    func refuse(_ what: String) -> APIError { .badRequest("Validation failed; '\(value)' is \(what).") }
    switch self {
    case .text: break
    case .integer(let least, let most):
      guard let number = Int(value) else { throw refuse("not a valid integer value") }
      if let most, number > most { throw refuse("greater than the max value of '\(most)'") }
      if let least, number < least { throw refuse("less than the min value of '\(least)'") }
    case .boolean:
      guard Self.booleans.contains(value.lowercased()) else { throw refuse("not a valid boolean-like value") }
    case .choice(let values):
      guard values.contains(value) else { throw refuse("not one of: \(values.joined(separator: ", "))") }
    case .pattern(let pattern):
      guard TextPattern("^(\(pattern))$")?.matches(value) ?? false else {
        throw refuse("not of the format '\(pattern)'")
      }
    }
  }

  private static let booleans: Set<String> = [
    "1", "t", "true", "on", "y", "yes", "0", "f", "false", "off", "n", "no",
  ]

  /// Checks a spec by its name. One whose namespace upstream does not know may be anything.
  ///
  /// - Throws: `APIError` 400 for a value that is wrong, or a name that its namespace does not have.
  static func check(_ name: String, _ value: String) throws(APIError) {
    if let rule = named[name] ?? family(of: name) { return try rule.check(value) }
    guard let colon = name.firstIndex(of: ":") else { return }
    let namespace = String(name[..<colon])
    guard namespaces.contains(namespace) || ["resources", "trait"].contains(where: namespace.hasPrefix) else { return }
    throw .badRequest("Validation failed; extra spec '\(name)' does not appear to be a valid extra spec.")
  }

  /// The rule for names with a part of their own, such as `hw:numa_cpus.0`.
  private static func family(of name: String) -> ExtraSpecRule? {
    families.first { TextPattern("^(\($0.name))$")?.matches(name) ?? false }?.rule
  }
}
