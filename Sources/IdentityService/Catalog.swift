import Crypto
import JSON
import Model
package import OpenStackHTTP

/// Where the services are: what Keystone calls the catalog.
package struct Catalog: Sendable {
  package struct Entry: Sendable {
    package var service: OpenStackService
    /// The address of a service of this process; its port is read when it is asked for.
    package var address: ServiceAddress

    package init(_ service: OpenStackService, at address: ServiceAddress) {
      self.service = service
      self.address = address
    }

    /// The URL under which clients look for the service.
    package var url: String {
      switch service {
      case .identity: address.url + "/v3"
      case .compute: address.url + "/v2.1"
      case .image, .networking: address.url
      }
    }
  }

  package static let interfaces = ["public", "internal", "admin"]

  package var region: String
  package var entries: [Entry]

  package init(region: String = "RegionOne", entries: [Entry]) {
    self.region = region
    self.entries = entries
  }

  func entry(_ service: OpenStackService) -> Entry? { entries.first { $0.service == service } }

  /// Writes the catalog as a token and `/v3/auth/catalog` have it.
  func write(to writer: inout JSONWriter) {
    writer.array(entries) { list, entry in
      list.object { service in
        service.member("id", Self.id("service", entry.service.rawValue))
        service.member("type", entry.service.catalogType)
        service.member("name", entry.service.catalogName)
        service.member("endpoints") {
          $0.array(Self.interfaces) { list, interface in write(entry, interface, to: &list) }
        }
      }
    }
  }

  private func write(_ entry: Entry, _ interface: String, to writer: inout JSONWriter) {
    writer.object {
      $0.member("id", Self.id("endpoint", entry.service.rawValue, interface))
      $0.member("interface", interface)
      $0.member("region", region)
      $0.member("region_id", region)
      $0.member("url", entry.url)
    }
  }

  /// An id that is the same after every start, although no row holds it.
  static func id(_ parts: String...) -> String {
    let digest = SHA256.hash(data: Array(parts.joined(separator: "/").utf8))
    return String(
      decoding: digest.prefix(16).flatMap { [UInt8(hexadecimalDigit: $0 >> 4), UInt8(hexadecimalDigit: $0)] },
      as: UTF8.self)
  }
}
