package import JSON

/// One version of an API in a discovery document.
package struct VersionDocument: Sendable {
  package var id: String
  package var status: String
  /// The URL of the version, with a final `/`.
  package var href: String
  package var microversions: ClosedRange<Microversion>?
  package var updated: String?

  package init(
    id: String, status: String = "CURRENT", href: String, microversions: ClosedRange<Microversion>? = nil,
    updated: String? = nil
  ) {
    self.id = id
    self.status = status
    self.href = href
    self.microversions = microversions
    self.updated = updated
  }

  /// Writes the document as Neutron and Nova have it.
  package func write(to writer: inout JSONWriter) {
    writer.object {
      $0.member("id", id)
      $0.member("status", status)
      if let microversions {
        $0.member("version", microversions.upperBound.description)
        $0.member("min_version", microversions.lowerBound.description)
      }
      if let updated { $0.member("updated", updated) }
      $0.member("links") {
        $0.array([href]) { list, href in
          list.object {
            $0.member("rel", "self")
            $0.member("href", href)
          }
        }
      }
    }
  }
}
