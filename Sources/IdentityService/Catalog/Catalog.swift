import Crypto
import JSON
import Model
package import OpenStackHTTP
import Store

/// Where the services are: what Keystone calls the catalog. What this server serves is in it by itself, with ids that
/// are the same after every start; an operator adds the rest.
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

    fileprivate var id: String { Catalog.id("service", service.rawValue) }
  }

  /// The region of the server's own services.
  package var region: String
  package var entries: [Entry]

  package init(region: String = "RegionOne", entries: [Entry]) {
    self.region = region
    self.entries = entries
  }

  /// The server's own services, as rows would say it.
  var ownServices: [CatalogService] {
    entries.map { CatalogService(id: $0.id, type: $0.service.catalogType, name: $0.service.catalogName) }
  }

  /// The endpoints of the server's own services: the same URL for everybody.
  var ownEndpoints: [CatalogEndpoint] {
    entries.flatMap { entry in
      CatalogEndpoint.Interface.allCases.map { interface in
        CatalogEndpoint(
          id: Self.id("endpoint", entry.service.rawValue, interface.rawValue), serviceID: entry.id,
          interface: interface, regionID: region, url: entry.url)
      }
    }
  }

  var ownRegion: Region { Region(id: region, description: "The region of this server's own services") }

  func isOwn(service id: String) -> Bool { entries.contains { $0.id == id } }

  /// An id that is the same after every start, although no row holds it.
  private static func id(_ parts: String...) -> String {
    let digest = SHA256.hash(data: Array(parts.joined(separator: "/").utf8))
    return String(
      decoding: digest.prefix(16).flatMap { [UInt8(hexadecimalDigit: $0 >> 4), UInt8(hexadecimalDigit: $0)] },
      as: UTF8.self)
  }
}

/// A service with the endpoints that one token's user can use.
struct CatalogEntry: Sendable {
  var service: CatalogService
  var endpoints: [CatalogEndpoint]
}

extension Catalog {
  /// The whole catalog for one token: what is enabled, with the URLs filled in.
  func entries(with snapshot: Snapshot, for token: AuthToken) throws -> [CatalogEntry] {
    let services = ownServices + (try snapshot.services())
    let endpoints = ownEndpoints + (try snapshot.endpoints())
    let byService = Dictionary(grouping: endpoints.lazy.filter(\.isEnabled), by: \.serviceID)
    return services.filter(\.isEnabled).map { service in
      let endpoints = (byService[service.id] ?? []).compactMap { endpoint -> CatalogEndpoint? in
        guard let url = endpoint.url(project: token.projectID, user: token.userID) else { return nil }
        var endpoint = endpoint
        endpoint.url = url
        return endpoint
      }
      return CatalogEntry(service: service, endpoints: endpoints)
    }
  }

  /// Writes the catalog as a token and `/v3/auth/catalog` have it.
  static func write(_ entries: [CatalogEntry], to writer: inout JSONWriter) {
    writer.array(entries) { list, entry in
      list.object { service in
        service.member("id", entry.service.id)
        service.member("type", entry.service.type)
        service.member("name", entry.service.name)
        service.member("endpoints") { $0.array(entry.endpoints) { write($1, to: &$0) } }
      }
    }
  }

  private static func write(_ endpoint: CatalogEndpoint, to writer: inout JSONWriter) {
    writer.object {
      $0.member("id", endpoint.id)
      $0.member("interface", endpoint.interface.rawValue)
      $0.member("region", endpoint.regionID)
      $0.member("region_id", endpoint.regionID)
      $0.member("url", endpoint.url)
    }
  }
}
