import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension ServerAction {
  /// Actions after which an instance may be on another host.
  static let moves = [
    ServerAction(
      name: "unshelve", rule: "os-shelve:unshelve", schema: { unshelveSchema($0) },
      perform: { try await unshelve($0) }),
    ServerAction(
      name: "migrate", rule: "os-migrate-server:migrate", role: .handler,
      schema: { version in
        guard version >= Microversion(2, 56) else { return Schema() }
        return Schema(kinds: [.object, .null], properties: [.init("host", .optionalHost)], others: nil)
      },
      perform: { action in
        let host = action.has(56) ? action.value["host"]?.string : nil
        try action.mustManage("os-migrate-server:migrate", to: host)
        try await action.checkHost(host)
        try await action.begin(.migrate, .host(host))
        return .empty(.accepted)
      }),
    ServerAction(
      name: "os-migrateLive", rule: "os-migrate-server:migrate_live", role: .handler,
      schema: { liveMigrationSchema($0) }, perform: { try await liveMigrate($0) }),
    ServerAction(
      name: "evacuate", rule: "os-evacuate", role: .admin, schema: { evacuationSchema($0) },
      perform: { try await evacuate($0) }),
  ]

  private static func unshelveSchema(_ version: Microversion) -> Schema {
    guard version >= Microversion(2, 77) else { return Schema() }
    var zone = Schema.name
    var required = ["availability_zone"]
    var properties: [Schema.Property] = []
    if version >= Microversion(2, 91) {
      zone = Schema(kinds: [.string, .null])
      required = []
      properties = [.init("host", .text)]
    }
    return Schema(
      kinds: [.object, .null], properties: [.init("availability_zone", zone)] + properties, required: required,
      others: nil)
  }

  private static func unshelve(_ action: ActionRequest) async throws -> Response {
    let zone = action.has(77) ? action.value["availability_zone"] : nil
    let host = action.has(91) ? action.value["host"]?.string : nil
    let state = action.instance.state.vm
    if zone != nil || host != nil, state != .shelvedOffloaded {
      throw APIError.conflict(
        "Specifying an availability zone or a host when unshelving server \"\(action.instance.id)\" with status "
          + "\"\(state.rawValue)\" is not supported. The server status must be SHELVED_OFFLOADED.")
    }
    if host != nil { try action.caller.mustBeAdmin(for: "os-shelve:unshelve_to_host") }
    try await action.checkHost(host)
    var arguments = JSONValue.host(host).object ?? JSONObject()
    if zone?.string != nil { arguments["availability_zone"] = zone }
    try await action.begin(.unshelve, .object(arguments)) { instance, _ in
      // `null` takes the instance out of the zone that it was asked for in.
      if let zone { instance.request.availabilityZone = zone.string }
    }
    return .empty(.accepted)
  }

  private static func liveMigrationSchema(_ version: Microversion) -> Schema {
    var block = Schema.boolean
    var properties: [Schema.Property] = []
    var required = ["block_migration", "host"]
    if version >= Microversion(2, 25) {
      block.choices = (block.choices ?? []) + ["auto"]
      if (30...67).contains(version.minor) { properties.append(.init("force", .boolean)) }
    } else {
      properties.append(.init("disk_over_commit", .boolean))
      required = ["block_migration", "disk_over_commit", "host"]
    }
    return .object(
      [.init("block_migration", block)] + properties + [.init("host", .optionalHost)], required: required)
  }

  private static func liveMigrate(_ action: ActionRequest) async throws -> Response {
    let host = action.value["host"]?.string
    try action.mustManage("os-migrate-server:migrate_live", to: host)
    try action.checkForce(host)
    try await action.checkHost(host)
    var arguments = JSONValue.host(host).object ?? JSONObject()
    let block = action.value["block_migration"]
    // Disks are on the hosts themselves and must always be copied; who says that they must not is told so.
    if let isBlock = block?.string == "auto" ? true : block?.looseBool {
      guard isBlock else {
        let name = action.instance.host ?? ""
        throw APIError.badRequest(
          "\(name) is not on shared storage: Live migration can not be used without shared storage.")
      }
      arguments["block_migration"] = .bool(isBlock)
    }
    try await action.begin(.liveMigrate, .object(arguments))
    return .empty(.accepted)
  }

  private static func evacuationSchema(_ version: Microversion) -> Schema {
    var properties: [Schema.Property] = [.init("host", .fqdn)]
    if version < Microversion(2, 14) { properties.append(.init("onSharedStorage", .boolean)) }
    properties.append(.init("adminPass", .text))
    if (29...67).contains(version.minor) { properties.append(.init("force", .boolean)) }
    return .object(properties, required: version < Microversion(2, 14) ? ["onSharedStorage"] : [])
  }

  private static func evacuate(_ action: ActionRequest) async throws -> Response {
    let host = action.value["host"]?.string
    let isShared = action.has(14) ? false : action.value["onSharedStorage"]?.looseBool ?? false
    try action.checkForce(host)
    if isShared, action.value["adminPass"] != nil {
      throw APIError.badRequest("admin password can't be changed on existing disk")
    }
    if let host, try await action.routes.store.read({ try $0.computeNode(host: host) }) == nil {
      throw APIError.notFound("Compute host \(host) not found.")
    }
    try await action.begin(.evacuate, .host(host))
    if action.has(14) { return .empty(.ok) }
    let password = action.value["adminPass"]?.string ?? ServerRequest.makePassword()
    return .json(["adminPass": isShared ? .null : .string(password)])
  }
}

extension ActionRequest {
  /// Managers of a project may move its instances, and only administrators say where to.
  fileprivate func mustManage(_ rule: String, to host: String?) throws {
    let caller = try caller
    if host != nil { try caller.mustBeAdmin(for: "\(rule):host") }
    guard caller.isAdmin || caller.roles.contains("manager") else { throw APIError.policy(rule) }
  }

  fileprivate func checkForce(_ host: String?) throws {
    if value["force"]?.looseBool == true, host == nil {
      throw APIError.badRequest("Can't force to a non-provided destination")
    }
  }

  /// - Throws: `APIError` 400 if there is no such host.
  fileprivate func checkHost(_ host: String?) async throws {
    guard let host, try await routes.store.read({ try $0.computeNode(host: host) }) == nil else { return }
    throw APIError.badRequest("Compute host \(host) could not be found.")
  }
}

extension JSONValue {
  fileprivate static func host(_ host: String?) -> JSONValue { host.map { ["host": .string($0)] } ?? [:] }
}

extension Schema {
  fileprivate static let optionalHost: Schema = {
    var schema = Schema.fqdn
    schema.kinds = [.string, .null]
    return schema
  }()
}
