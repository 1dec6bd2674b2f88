import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

/// One of the actions of `POST /servers/{id}/action`.
struct ServerAction: Sendable {
  enum Role: Sendable {
    case member
    case admin
    /// The handler asks, since it depends on what is asked for.
    case handler
  }

  /// The one member of the body.
  let name: String
  /// The microversions that have it, by their second number.
  var versions: ClosedRange<Int> = 1...Int.max
  /// The name of upstream's policy, without `os_compute_api:`.
  let rule: String
  var role = Role.member
  /// What the member's value must be.
  var schema: @Sendable (Microversion) -> Schema = { _ in Schema() }
  /// Called with the caller's role checked.
  let perform: @Sendable (ActionRequest) async throws -> Response
}

/// What an action is asked with.
struct ActionRequest: Sendable {
  let routes: ServerRoutes
  let request: Request
  let context: OpenStackRequestContext
  /// The value of the body's one member.
  let value: JSONValue
  /// As it was when the request was looked at; whoever changes it reads it again.
  let instance: Instance

  var version: Microversion { context.microversion }
  func has(_ minor: Int) -> Bool { version >= Microversion(2, minor) }

  var caller: AuthToken { get throws { try context.caller } }

  var lookups: PeerLookups { PeerLookups(request: request, peers: routes.peers) }

  @discardableResult
  func begin(
    _ kind: OperationKind, _ arguments: JSONValue = [:],
    adjust: (@Sendable (inout Instance, Transaction) throws -> Void)? = nil
  ) async throws -> Instance {
    try await routes.operations.begin(kind, on: instance.id, arguments: arguments, context, adjust: adjust).instance
  }
}

extension ServerRoutes {
  /// `POST /servers/{id}/action`: the body's one member says what is to be done.
  ///
  /// - Throws: `APIError` 400 for a body that is not that, 404 for an action that the microversion does not have or a
  ///   server that the caller does not, 403 if the caller may not, and what the action has against it.
  func act(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let body = try await context.json(of: request)
    guard let members = body.object?.members, let member = members.first, members.count == 1 else {
      throw APIError.badRequest("Malformed message body: too many body keys")
    }
    guard let action = ServerAction.all[member.name] else {
      throw APIError.badRequest("There is no such action: \(member.name)")
    }
    guard action.versions.contains(context.microversion.minor) else { throw APIError.unknownPath }
    try Schema.object(
      [.init(member.name, action.schema(context.microversion))], required: [member.name]
    ).check(body)
    let instance = try await instance(context)
    switch action.role {
    case .member: try context.caller.mustBeMember(for: action.rule)
    case .admin: try context.caller.mustBeAdmin(for: action.rule)
    case .handler: break
    }
    return try await action.perform(
      ActionRequest(routes: self, request: request, context: context, value: member.value, instance: instance))
  }
}

extension ServerAction {
  /// Every action by its name.
  static let all: [String: ServerAction] = {
    let actions = plain + locking + images + changes + moves + consoles + securityGroups + administration
    return Dictionary(uniqueKeysWithValues: actions.map { ($0.name, $0) })
  }()

  /// An action that only begins an operation.
  private static func operation(_ name: String, _ kind: OperationKind, _ rule: String, role: Role = .member)
    -> ServerAction
  {
    ServerAction(name: name, rule: rule, role: role) { action in
      try await action.begin(kind)
      return .empty(.accepted)
    }
  }

  private static let plain = [
    operation("os-start", .start, "servers:start"), operation("os-stop", .stop, "servers:stop"),
    operation("pause", .pause, "os-pause-server:pause"), operation("unpause", .unpause, "os-pause-server:unpause"),
    operation("suspend", .suspend, "os-suspend-server:suspend"),
    operation("resume", .resume, "os-suspend-server:resume"),
    operation("unrescue", .unrescue, "os-unrescue"),
    operation("revertResize", .revertResize, "servers:revert_resize"),
    operation("shelveOffload", .shelveOffload, "os-shelve:shelve_offload", role: .admin),
    // An answer of old: it does begin only.
    ServerAction(name: "confirmResize", rule: "servers:confirm_resize") { action in
      try await action.begin(.confirmResize)
      return .empty(.noContent)
    },
    ServerAction(
      name: "reboot", rule: "servers:reboot",
      schema: { _ in
        let words: [JSONValue] = ["HARD", "Hard", "hard", "SOFT", "Soft", "soft"]
        return .object([.init("type", Schema(kinds: [.string], choices: words))], required: ["type"])
      },
      perform: { action in
        try await action.begin(action.value["type"]?.string?.lowercased() == "hard" ? .rebootHard : .rebootSoft)
        return .empty(.accepted)
      }),
  ]
}
