import HTTPTypes

/// A version of the Compute API (`2.1` to whatever the service has), ordered by number and not by text.
package struct Microversion: Hashable, Comparable, Sendable {
  package let major: Int
  package let minor: Int

  package init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// What a request without a version is served as.
  package static let first = Microversion(2, 1)

  package static func < (left: Microversion, right: Microversion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }

  /// Reads `2.37`: no sign, no leading zero (`nova/api/openstack/api_version_request.py`). Else `nil`.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let major = Self.number(parts[0]), let minor = Self.number(parts[1]), major > 0 else {
      return nil
    }
    self.init(major, minor)
  }

  private static func number(_ text: some StringProtocol) -> Int? {
    guard (1...6).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }),
      text.utf8.count == 1 || text.utf8.first != UInt8(ascii: "0")
    else { return nil }
    return Int(text)
  }
}

extension Microversion: CustomStringConvertible {
  package var description: String { "\(major).\(minor)" }
}

extension Microversion {
  /// Chooses the version to serve a request in.
  ///
  /// - Parameters:
  ///   - openStack: The field `OpenStack-API-Version`, in which several services may be named: `compute 2.1, volume
  ///     3.0`.
  ///   - nova: The older field `X-OpenStack-Nova-API-Version`, looked at if the other names no Compute version.
  ///   - supported: What the service has.
  /// - Throws: `APIError` 400 for what is no version, 406 for one the service does not have.
  package static func negotiated(
    openStack: String?, nova: String?, supported: ClosedRange<Microversion>
  ) throws(APIError) -> Microversion {
    guard let wanted = openStack.flatMap(computeVersion(in:)) ?? nova else { return supported.lowerBound }
    if wanted == "latest" { return supported.upperBound }
    guard let version = Microversion(wanted) else {
      throw .badRequest(
        "API Version String \(wanted) is of invalid format. Must be of format MajorNum.MinorNum.")
    }
    guard supported.contains(version) else {
      throw APIError(
        .notAcceptable,
        "Version \(wanted) is not supported by the API. Minimum is \(supported.lowerBound) and maximum is "
          + "\(supported.upperBound).")
    }
    return version
  }

  private static func computeVersion(in field: String) -> String? {
    for part in field.split(separator: ",") {
      let words = part.split(separator: " ")
      if words.count == 2, words[0].lowercased() == "compute" { return String(words[1]) }
    }
    return nil
  }
}
