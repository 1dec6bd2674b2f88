import HostRPC
import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension ServerAction {
  static let administration = [
    ServerAction(
      name: "os-resetState", rule: "os-admin-actions:reset_state", role: .admin,
      schema: { _ in
        .object([.init("state", Schema(kinds: [.string], choices: ["active", "error"]))], required: ["state"])
      },
      perform: { action in
        let state = action.value["state"]?.string.flatMap { VMState(rawValue: $0) } ?? .error
        try await action.changeAtOnce("resetState") { instance, transaction in
          // What was being done is given up; what its hosts still report is of an operation that is over.
          if let operation = try transaction.operation(ofInstance: instance.id) {
            try transaction.withdrawMessages(ofInstance: instance.id, exceptMethod: RemoveInstance.name)
            try transaction.settle(operation, instance, .failed, result: [:])
            try transaction.endOperation(operation.id)
            try transaction.endAction(ofInstance: instance.id, message: "The state was reset.")
            instance = try transaction.instance(instance.id) ?? instance
          }
          instance.state.vm = state
          instance.state.task = nil
        }
        return .empty(.accepted)
      }),
    // Guests get their addresses from DHCP and from config drives, and nothing has to be injected.
    ServerAction(
      name: "injectNetworkInfo", rule: "os-admin-actions:inject_network_info", role: .admin
    ) { action in
      try action.instance.checkLock(for: action.caller)
      return .empty(.accepted)
    },
    gone("resetNetwork"), gone("os-getRDPConsole", until: 5),
    ServerAction(name: "forceDelete", rule: "os-deferred-delete:force") { action in
      try await action.routes.beginDeletion(action.context, rule: "os-deferred-delete:force")
      return .empty(.accepted)
    },
    ServerAction(name: "restore", rule: "os-deferred-delete:restore") { action in
      try action.instance.check(ActionRule(vmStates: [.softDeleted]), "restore", for: action.caller)
      return .empty(.accepted)
    },
    // There is no agent inside the guests.
    ServerAction(
      name: "changePassword", rule: "os-admin-password",
      schema: { _ in .object([.init("adminPass", .text)], required: ["adminPass"]) },
      perform: { action in
        try action.instance.check(
          ActionRule(vmStates: [.active], needsHost: false), "changePassword", for: action.caller)
        throw APIError.conflict("QEMU guest agent is not enabled")
      }),
    ServerAction(
      name: "trigger_crash_dump", versions: 17...Int.max, rule: "servers:trigger_crash_dump",
      schema: { _ in Schema(kinds: [.null]) },
      perform: { action in
        let states: Set<VMState> = [.active, .paused, .rescued, .resized, .error]
        try action.instance.check(ActionRule(vmStates: states), "trigger_crash_dump", for: action.caller)
        throw APIError.badRequest("Triggering crash dump is not supported")
      }),
    // There are no floating IPs to be found.
    ServerAction(name: "addFloatingIp", versions: 1...43, rule: "os-floating-ips:add") { _ in
      throw APIError.notFound("floating IP not found")
    },
    ServerAction(name: "removeFloatingIp", versions: 1...43, rule: "os-floating-ips:remove") { _ in
      throw APIError.notFound("floating IP not found")
    },
  ]

  private static func gone(_ name: String, until last: Int = Int.max) -> ServerAction {
    ServerAction(name: name, versions: 1...last, rule: "", role: .handler) { _ in
      throw APIError(.gone, "This resource is no longer available. No forwarding address is given.")
    }
  }
}
