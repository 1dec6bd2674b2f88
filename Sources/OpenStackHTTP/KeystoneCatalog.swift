package import JSON

/// The catalog that came with a token of a Keystone elsewhere: where the services of that installation are.
package struct KeystoneCatalog: Hashable, Sendable {
  private struct Endpoint: Hashable {
    let type: String
    let interface: String
    let region: String?
    let url: String
  }

  private let endpoints: [Endpoint]

  /// - Parameter json: The `catalog` of a token; entries that are not understood are as good as absent.
  package init(_ json: JSONValue?) {
    endpoints = (json?.array ?? []).flatMap { service in
      (service["endpoints"]?.array ?? []).compactMap { endpoint in
        guard let type = service["type"]?.string, let interface = endpoint["interface"]?.string,
          let url = endpoint["url"]?.string
        else { return nil }
        return Endpoint(
          type: type, interface: interface, region: endpoint["region_id"]?.string ?? endpoint["region"]?.string,
          url: url)
      }
    }
  }

  /// Where a service is, without a final `/` and without the version that the catalog may name.
  ///
  /// - Parameters:
  ///   - type: The service's `type`, such as `compute`.
  ///   - interfaces: `public`, `internal` or `admin`; the first that is there counts.
  ///   - region: `nil` for whichever comes first.
  package func url(of type: String, interfaces: [String], region: String?) -> String? {
    for interface in interfaces {
      let found = endpoints.first {
        $0.type == type && $0.interface == interface && (region == nil || $0.region == region)
      }
      if let found { return Self.unversioned(found.url) }
    }
    return nil
  }

  /// `http://host/compute/v2.1/PROJECT` is `http://host/compute`: from the part that is a version on it is cut.
  package static func unversioned(_ url: String) -> String {
    let parts = url.split(separator: "/", omittingEmptySubsequences: false)
    // Scheme, nothing, and the host come first.
    let version = parts.dropFirst(3).firstIndex { part in
      part.first == "v" && part.dropFirst().first?.isNumber == true
        && part.dropFirst().allSatisfy { $0.isNumber || $0 == "." }
    }
    let kept = parts[..<(version ?? parts.endIndex)].joined(separator: "/")
    return kept.hasSuffix("/") ? String(kept.dropLast()) : kept
  }
}
