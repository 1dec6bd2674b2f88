package import JSON
package import Model

/// Reads the members of a JSON object by name and type, and says which member is wrong.
///
/// Members nobody asks for are left alone. `null` counts as absent for the `optional...` readers, as OpenStack's own
/// services treat it.
package struct Members: Sendable {
  private let object: JSONObject
  private let path: String

  /// - Parameter path: Where the object stands, for messages: empty for the arguments themselves.
  /// - Throws: ``MalformedBody`` if `json` is no object.
  package init(_ json: JSONValue, path: String = "") throws(MalformedBody) {
    guard let object = json.object else { throw MalformedBody(member: path, expected: "an object", found: json) }
    self.object = object
    self.path = path
  }

  /// The member's value, `nil` if it is absent or `null`.
  package subscript(name: String) -> JSONValue? {
    guard let value = object[name], !value.isNull else { return nil }
    return value
  }

  /// Whether the member was sent, be it as `null`.
  package func has(_ name: String) -> Bool { object[name] != nil }

  /// The member's value as it is, which must be there.
  package func value(_ name: String) throws(MalformedBody) -> JSONValue {
    guard let value = object[name] else { throw MalformedBody(missing: pathTo(name)) }
    return value
  }

  package func string(_ name: String) throws(MalformedBody) -> String {
    try required(name, "a string") { $0.string }
  }

  package func optionalString(_ name: String) throws(MalformedBody) -> String? {
    try optional(name, "a string") { $0.string }
  }

  package func integer(_ name: String) throws(MalformedBody) -> Int {
    try required(name, "an integer") { $0.integer.flatMap { Int(exactly: $0) } }
  }

  package func optionalInteger(_ name: String) throws(MalformedBody) -> Int? {
    try optional(name, "an integer") { $0.integer.flatMap { Int(exactly: $0) } }
  }

  package func bool(_ name: String) throws(MalformedBody) -> Bool {
    try required(name, "true or false") { $0.bool }
  }

  package func optionalBool(_ name: String) throws(MalformedBody) -> Bool? {
    try optional(name, "true or false") { $0.bool }
  }

  package func uuid(_ name: String) throws(MalformedBody) -> UUID {
    try required(name, "a UUID") { $0.string.flatMap { UUID($0) } }
  }

  package func optionalUUID(_ name: String) throws(MalformedBody) -> UUID? {
    try optional(name, "a UUID") { $0.string.flatMap { UUID($0) } }
  }

  package func macAddress(_ name: String) throws(MalformedBody) -> MACAddress {
    try required(name, "a MAC address") { $0.string.flatMap { MACAddress($0) } }
  }

  package func timestamp(_ name: String) throws(MalformedBody) -> Timestamp {
    try required(name, "a time in UTC") { $0.string.flatMap { Timestamp($0) } }
  }

  package func optionalTimestamp(_ name: String) throws(MalformedBody) -> Timestamp? {
    try optional(name, "a time in UTC") { $0.string.flatMap { Timestamp($0) } }
  }

  /// An object of any members.
  package func object(_ name: String) throws(MalformedBody) -> JSONValue {
    try required(name, "an object") { $0.object.map(JSONValue.object) }
  }

  /// A list of strings; absent is empty if `defaultsToEmpty`.
  package func strings(_ name: String, defaultsToEmpty: Bool = false) throws(MalformedBody) -> [String] {
    try list(name, defaultsToEmpty: defaultsToEmpty, "a string") { $0.string }
  }

  /// A list of integers.
  package func integers(_ name: String) throws(MalformedBody) -> [Int64] {
    try list(name, defaultsToEmpty: false, "an integer") { $0.integer }
  }

  /// An object whose values are strings, such as an instance's metadata; absent is empty.
  package func texts(_ name: String) throws(MalformedBody) -> [String: String] {
    try map(name, "a string") { $0.string }
  }

  /// An object whose values are times; absent is empty.
  package func timestamps(_ name: String) throws(MalformedBody) -> [String: Timestamp] {
    try map(name, "a time in UTC") { $0.string.flatMap { Timestamp($0) } }
  }

  /// A list of objects, each read by `decode`.
  package func objects<Element>(
    _ name: String, defaultsToEmpty: Bool = false, _ decode: (Members) throws -> Element
  ) throws -> [Element] {
    let elements = try list(name, defaultsToEmpty: defaultsToEmpty, "a value") { $0 }
    return try elements.enumerated().map { index, element in
      try decode(Members(element, path: "\(pathTo(name))[\(index)]"))
    }
  }

  /// An object, read through its own ``Members``.
  package func members(_ name: String) throws(MalformedBody) -> Members {
    try Members(value(name), path: pathTo(name))
  }

  /// An object, read through its own ``Members``; `nil` if it is absent or `null`.
  package func optionalMembers(_ name: String) throws(MalformedBody) -> Members? {
    guard let value = self[name] else { return nil }
    return try Members(value, path: pathTo(name))
  }

  /// One of an enumeration's raw values.
  package func choice<Value: RawRepresentable & CaseIterable>(
    _ name: String, _: Value.Type = Value.self
  ) throws(MalformedBody) -> Value where Value.RawValue == String {
    let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
    return try required(name, "one of \(names)") { $0.string.flatMap { Value(rawValue: $0) } }
  }

  private func pathTo(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  private func required<Value>(
    _ name: String, _ expected: String, _ read: (JSONValue) -> Value?
  ) throws(MalformedBody) -> Value {
    let found = try value(name)
    guard let value = read(found) else { throw MalformedBody(member: pathTo(name), expected: expected, found: found) }
    return value
  }

  private func optional<Value>(
    _ name: String, _ expected: String, _ read: (JSONValue) -> Value?
  ) throws(MalformedBody) -> Value? {
    self[name] == nil ? nil : try required(name, expected, read)
  }

  private func list<Element>(
    _ name: String, defaultsToEmpty: Bool, _ expected: String, _ read: (JSONValue) -> Element?
  ) throws(MalformedBody) -> [Element] {
    if defaultsToEmpty, self[name] == nil { return [] }
    let elements = try required(name, "a list") { $0.array }
    var values: [Element] = []
    values.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      guard let value = read(element) else {
        throw MalformedBody(member: "\(pathTo(name))[\(index)]", expected: expected, found: element)
      }
      values.append(value)
    }
    return values
  }

  private func map<Value>(
    _ name: String, _ expected: String, _ read: (JSONValue) -> Value?
  ) throws(MalformedBody) -> [String: Value] {
    guard let object = try optional(name, "an object", { $0.object }) else { return [:] }
    var values: [String: Value] = [:]
    for member in object.members {
      guard let value = read(member.value) else {
        throw MalformedBody(member: "\(pathTo(name)).\(member.name)", expected: expected, found: member.value)
      }
      values[member.name] = value
    }
    return values
  }
}
