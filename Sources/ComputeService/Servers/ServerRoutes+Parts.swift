import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

// What can be read below a server.
extension ServerRoutes {
  func listInterfaces(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let instance = try await found(context)
    let attachments = NetworkInfo.ports(of: instance).map { port in
      var attachment = JSONObject()
      attachment["net_id"] = .string(port.networkID)
      attachment["port_id"] = .string(port.portID)
      attachment["mac_addr"] = .string(port.macAddress)
      attachment["port_state"] = .string(port.status)
      attachment["fixed_ips"] = .array(
        port.addresses.map { ["ip_address": .string($0.address), "subnet_id": .string($0.subnetID)] })
      if context.microversion >= Microversion(2, 70) { attachment["tag"] = .null }
      return JSONValue.object(attachment)
    }
    return .json(["interfaceAttachments": .array(attachments)])
  }

  func listAddresses(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let instance = try await found(context)
    return .json { writer in
      writer.object { $0.member("addresses") { NetworkInfo.writeAddresses(of: instance, isDetailed: false, to: &$0) } }
    }
  }

  func listMetadata(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let instance = try await found(context)
    return .json { writer in writer.object { $0.member("metadata") { $0.raw(instance.request.metadata.utf8) } } }
  }

  func listTags(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    guard context.microversion >= Microversion(2, 26) else { throw APIError.unknownPath }
    let instance = try await found(context)
    return .json { writer in writer.object { $0.member("tags") { $0.raw(instance.request.tags.utf8) } } }
  }

  func listVolumes(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    _ = try await found(context)
    return .json(["volumeAttachments": []])
  }

  func listSecurityGroups(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let instance = try await found(context)
    let names = try JSONValue(parsing: instance.request.securityGroups.utf8).array ?? []
    let groups = names.map { name -> JSONValue in
      ["id": name, "name": name, "description": "", "tenant_id": .string(instance.projectID), "rules": []]
    }
    return .json(["security_groups": .array(groups)])
  }

  func listActions(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let instance = try await found(context)
    let actions = try await store.read { try $0.actions(ofInstance: instance.id) }
    let list = actions.map { action -> JSONValue in
      [
        "action": .string(action.action), "instance_uuid": .string(instance.id.description),
        "request_id": .string(action.requestID), "user_id": .string(action.userID),
        "project_id": .string(action.projectID), "start_time": .string(action.startedAt.iso8601WithoutZone),
        "message": .null,
      ]
    }
    return .json(["instanceActions": .array(list)])
  }
}
