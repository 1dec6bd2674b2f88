import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension ServerAction {
  /// Actions that make another instance of an instance.
  static let changes = [
    ServerAction(
      name: "resize", rule: "servers:resize",
      schema: { _ in
        .object(
          [.init("flavorRef", .flavorReference), .init("OS-DCF:diskConfig", .diskConfig)], required: ["flavorRef"])
      },
      perform: { try await resize($0) }),
    ServerAction(
      name: "rebuild", rule: "servers:rebuild", schema: { rebuildSchema($0) }, perform: { try await rebuild($0) }),
  ]

  private static func resize(_ action: ActionRequest) async throws -> Response {
    let id = action.value["flavorRef"]?.pythonString ?? ""
    let config = action.value["OS-DCF:diskConfig"]?.string.flatMap { DiskConfig(rawValue: $0) }
    let quotas = Quotas(defaults: action.routes.options.quotas)
    try await action.begin(.resize, ["flavor_id": .string(id)]) { instance, transaction in
      guard let flavor = try transaction.flavor(id) else {
        throw APIError.badRequest("Flavor \(id) could not be found.")
      }
      if flavor.rootGB == 0, instance.flavor.rootGB != 0 {
        throw APIError.badRequest(
          "Server disk was unable to be resized because: Resize to zero disk flavor is not allowed.")
      }
      try quotas.checkResize(of: instance, to: flavor, in: transaction)
      if let config { instance.diskConfig = config }
    }
    return .empty(.accepted)
  }

  private static func rebuildSchema(_ version: Microversion) -> Schema {
    func has(_ minor: Int) -> Bool { version >= Microversion(2, minor) }
    var properties: [Schema.Property] = [
      .init("name", .name), .init("imageRef", .uuid), .init("adminPass", .text), .init("metadata", .metadata),
      .init("preserve_ephemeral", .boolean), .init("OS-DCF:diskConfig", .diskConfig), .init("accessIPv4", .ipv4),
      .init("accessIPv6", .ipv6),
    ]
    if !has(57) { properties.append(.init("personality", .personality)) }
    if has(19) { properties.append(.init("description", .description)) }
    if has(54) { properties.append(.init("key_name", .nameOrNull)) }
    if has(57) {
      var userData = Schema.userData
      userData.kinds.append(.null)
      properties.append(.init("user_data", userData))
    }
    if has(63) { properties.append(.init("trusted_image_certificates", .trustedCertificates)) }
    if has(90) { properties.append(.init("hostname", .hostname)) }
    return .object(properties, required: ["imageRef"])
  }

  private static func rebuild(_ action: ActionRequest) async throws -> Response {
    let value = action.value
    try ServerRequest.refuseWhatThereIsNot(value)
    if value["preserve_ephemeral"]?.looseBool == true {
      throw APIError.badRequest("The current driver does not support preserving ephemeral partitions.")
    }
    guard let imageID = value["imageRef"]?.string.flatMap({ UUID($0) }) else {
      throw APIError.badRequest("Cannot find image for rebuild")
    }
    let lookups = action.lookups
    let image = try await lookups.image(
      imageID, for: action.instance.flavor, absence: "Cannot find image for rebuild")
    let key = try await action.routes.key(value["key_name"]?.string, of: action.instance.userID)
    let quotas = Quotas(defaults: action.routes.options.quotas)
    let rebuilt = try await action.begin(.rebuild, ["image_id": .string(imageID.description)]) {
      instance, transaction in
      instance.image = image
      instance.apply(rebuild: value, key: key)
      let count = try JSONValue(parsing: instance.request.metadata.utf8).object?.members.count ?? 0
      try quotas.checkMetadata(count: count, project: instance.projectID, in: transaction)
    }
    let password = value["adminPass"]?.string ?? ServerRequest.makePassword()
    let shown = await action.routes.withAddresses(rebuilt)
    var response = try await action.routes.answer(shown, as: .rebuilt, action.context) { server in
      server.member("adminPass", password)
      if action.has(57) { server.member("user_data", shown.request.userData) }
    }
    response.status = .accepted
    response.headers[.location] = "\(action.context.baseURL)/v2.1/servers/\(shown.id)"
    return response
  }
}

extension Instance {
  /// Takes over what a rebuild names; what it does not name stays.
  fileprivate mutating func apply(rebuild value: JSONValue, key: InstanceKey?) {
    if let name = value["name"]?.string { self.name = name }
    if let description = value["description"] { self.description = description.string }
    if let hostname = value["hostname"]?.string { self.hostname = hostname }
    if let metadata = value["metadata"] { request.metadata = metadata.description }
    if let address = value["accessIPv4"]?.string { accessIPv4 = address }
    if let address = value["accessIPv6"]?.string { accessIPv6 = address }
    if let config = value["OS-DCF:diskConfig"]?.string.flatMap({ DiskConfig(rawValue: $0) }) { diskConfig = config }
    if let data = value["user_data"] { request.userData = data.string }
    if value["key_name"] != nil { request.key = key }
  }
}
