internal import JSON
package import Model
internal import OpenStackHTTP

// The `binding-extended` calls of a live migration.
extension NeutronClient {
  package func createBinding(of port: UUID, on host: String) async throws {
    try await tolerating(409) {
      let body: JSONValue = ["binding": ["host": .string(host), "vnic_type": "normal", "profile": [:]]]
      _ = try await call(.post, "/ports/\(port)/bindings", body: body)
    }
  }

  package func activateBinding(of port: UUID, on host: String) async throws {
    try await tolerating(409) { _ = try await call(.put, "/ports/\(port)/bindings/\(host)/activate") }
  }

  package func deleteBinding(of port: UUID, on host: String) async throws {
    try await tolerating(404) { _ = try await call(.delete, "/ports/\(port)/bindings/\(host)") }
  }

  package func releasePort(_ id: UUID) async throws {
    let body: JSONValue = ["port": ["binding:host_id": .null]]
    try await tolerating(404) { _ = try await call(.put, "/ports/\(id)", body: body) }
  }

  /// An answer of this status says that it is as it should be already.
  func tolerating(_ status: Int, _ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch let error as NetworkingError where error.status == status {
      return
    }
  }
}
