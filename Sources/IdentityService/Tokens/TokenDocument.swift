import JSON
import Model
import Store

/// The `token` object of an answer. A token carries ids and names of roles; the rest is read for it.
struct TokenDocument: Sendable {
  private let signed: SignedToken
  private let domains: [String: String]
  private let roles: [Role]
  private let credentialName: String?
  private let catalog: [CatalogEntry]?

  /// - Parameter catalog: What the server itself serves; `nil` if the answer is to be without a catalog.
  init(_ signed: SignedToken, catalog: Catalog?, in store: Store) async throws {
    let token = signed.token
    self.signed = signed
    let ids = Set([token.userDomainID, token.projectDomainID, token.domainID].compactMap { $0 })
    // An unscoped token has no catalog (keystone/common/render_token.py).
    let catalog = token.scope == nil ? nil : catalog
    (domains, roles, credentialName, self.catalog) = try await store.read { snapshot in
      (
        try snapshot.domainNames(ids), token.roles.isEmpty ? [] : try snapshot.roles(named: token.roles),
        try token.credential.flatMap { try snapshot.applicationCredential($0.id)?.name },
        try catalog.map { try $0.entries(with: snapshot, for: token) }
      )
    }
  }

  var body: JSONWriter {
    var writer = JSONWriter(reservingCapacity: 4096)
    writer.object { $0.member("token") { $0.object { write(to: &$0) } } }
    return writer
  }

  private func write(to writer: inout JSONWriter) {
    let token = signed.token
    writer.member("methods", JSONValue(signed.methods))
    writer.member(
      "user",
      [
        "domain": domain(token.userDomainID), "id": .string(token.userID), "name": .string(token.userName),
        "password_expires_at": .null,
      ])
    writer.member("audit_ids", JSONValue([token.auditID] + (signed.parentAuditID.map { [$0] } ?? [])))
    writer.member("expires_at", token.expiresAt.description)
    writer.member("issued_at", token.issuedAt.description)
    writeScope(to: &writer)
    if token.scope != nil {
      writer.member("roles", .array(roles.map { ["id": .string($0.id), "name": .string($0.name)] }))
    }
    if let credential = token.credential {
      writer.member(
        "application_credential",
        [
          "id": .string(credential.id), "name": JSONValue(credentialName),
          "restricted": .bool(credential.isRestricted),
        ])
    }
    if let catalog { writer.member("catalog") { Catalog.write(catalog, to: &$0) } }
  }

  private func writeScope(to writer: inout JSONWriter) {
    let token = signed.token
    if let projectID = token.projectID {
      writer.member(
        "project",
        [
          "domain": domain(token.projectDomainID ?? Domain.defaultID), "id": .string(projectID),
          "name": JSONValue(token.projectName),
        ])
      writer.member("is_domain", false)
    } else if let domainID = token.domainID {
      writer.member("domain", domain(domainID))
    } else if token.isSystemScoped {
      writer.member("system", ["all": true])
    }
  }

  private func domain(_ id: String) -> JSONValue {
    ["id": .string(id), "name": .string(domains[id] ?? id)]
  }
}
