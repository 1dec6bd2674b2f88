import HTTPTypes
import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension ServerAction {
  /// Actions that read or make images.
  static let images = [
    ServerAction(
      name: "createImage", rule: "servers:create_image",
      schema: { _ in .object([.init("name", .name), .init("metadata", .metadata)], required: ["name"]) },
      perform: { action in
        let metadata = action.value["metadata"]?.object ?? JSONObject()
        let id = try await action.snapshot(kind: "snapshot", metadata: metadata)
        return try await action.answer(image: id)
      }),
    ServerAction(
      name: "createBackup", rule: "os-create-backup",
      schema: { _ in
        .object(
          [
            .init("name", .name), .init("backup_type", .text), .init("rotation", .nonNegativeInteger),
            .init("metadata", .metadata),
          ], required: ["name", "backup_type", "rotation"])
      },
      perform: { try await backUp($0) }),
    ServerAction(name: "shelve", rule: "os-shelve:shelve") { action in
      try await action.withImage(.shelve, named: "\(action.instance.name)-shelved", kind: "snapshot")
      return .empty(.accepted)
    },
    ServerAction(
      name: "rescue", rule: "os-rescue",
      schema: { _ in
        Schema(
          kinds: [.object, .null], properties: [.init("adminPass", .text), .init("rescue_image_ref", .uuid)],
          others: nil)
      },
      perform: { action in
        var arguments = JSONObject()
        if let id = action.value["rescue_image_ref"]?.string.flatMap({ UUID($0) }) {
          _ = try await action.lookups.image(id, for: action.instance.flavor)
          arguments["image_id"] = .string(id.description)
        }
        try await action.begin(.rescue, .object(arguments))
        let password = action.value["adminPass"]?.string ?? ServerRequest.makePassword()
        return .json(["adminPass": .string(password)])
      }),
  ]

  /// Keeps the newest `rotation` backups of that type besides the one that is made: what is there is not given up for
  /// what may fail.
  private static func backUp(_ action: ActionRequest) async throws -> Response {
    let type = action.value["backup_type"]?.string ?? ""
    let rotation = action.value["rotation"]?.looseInteger ?? 0
    var metadata = action.value["metadata"]?.object ?? JSONObject()
    metadata["backup_type"] = .string(type)
    let id = try await action.snapshot(kind: "backup", metadata: metadata)
    let query =
      "instance_uuid=\(action.instance.id)&image_type=backup&backup_type=\(QueryString.encoded(type))&status=active"
      + "&sort=created_at:desc"
    let answer = try await action.lookups.ask(action.routes.peers.image, "/v2/images?\(query)", "Image")
    let image = SnapshotImage(lookups: action.lookups, instance: action.instance)
    for old in (answer.body?["images"]?.array ?? []).dropFirst(rotation) {
      if let oldID = old["id"]?.string.flatMap({ UUID($0) }), oldID != id { try await image.withdraw(oldID) }
    }
    return try await action.answer(image: id)
  }
}

extension ActionRequest {
  /// - Returns: the id of the image that the snapshot will be.
  fileprivate func snapshot(kind: String, metadata: JSONObject) async throws -> UUID {
    if !has(39) {
      let quotas = Quotas(defaults: routes.options.quotas)
      let limits = try await routes.store.read { try quotas.limits(ofProject: instance.projectID, in: $0) }
      guard limits.allows(metadata.members.count, of: .metadataItems) else {
        throw APIError.forbidden("Image metadata limit exceeded")
      }
    }
    return try await withImage(.snapshot, named: value["name"]?.string ?? "", kind: kind, metadata: metadata)
  }

  /// Makes the image, begins the operation that fills it, and takes it back if the operation may not begin.
  @discardableResult
  fileprivate func withImage(
    _ operation: OperationKind, named name: String, kind: String, metadata: JSONObject = JSONObject()
  ) async throws -> UUID {
    try instance.check(operation.rule, operation.refusalName, for: caller)
    let image = SnapshotImage(lookups: lookups, instance: instance)
    let id = try await image.create(named: name, kind: kind, metadata: metadata)
    do {
      try await begin(operation, ["image_id": .string(id.description)])
    } catch {
      try await image.withdraw(id)
      throw error
    }
    return id
  }

  /// From 2.45 on the image's id is in the body, before in the field `Location`.
  fileprivate func answer(image id: UUID) async throws -> Response {
    if has(45) { return .json(["image_id": .string(id.description)], status: .accepted) }
    let client = try await routes.peers.image(lookups.token)
    var response = Response.empty(.accepted)
    response.headers[.location] = "\(client.endpoint)/images/\(id)"
    return response
  }
}
