import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension ServerAction {
  static let consoles = [
    ServerAction(
      name: "os-getConsoleOutput", rule: "os-console-output",
      schema: { _ in
        let digits = Schema.Pattern(text: "^-?[0-9]+$") { Int($0) != nil && $0.utf8.first != UInt8(ascii: "+") }
        return .object([.init("length", Schema(kinds: [.integer, .string, .null], minimum: -1, pattern: digits))])
      },
      perform: { action in
        // A length of -1 is no limit, and so is none.
        let length = action.value["length"]?.looseInteger.flatMap { $0 < 0 ? nil : $0 }
        let arguments: JSONValue = length.map { ["length": JSONValue($0)] } ?? [:]
        let answer = try await action.routes.calls.call(
          "get_console_output", on: action.instance, arguments: arguments)
        return .json(["output": answer["output"] ?? .string(answer.string ?? "")])
      }),
    ServerAction(
      name: "os-getVNCConsole", versions: 1...5, rule: "os-remote-consoles",
      schema: { _ in .consoleType(["novnc", "xvpvnc"]) },
      perform: { action in
        let type = action.value["type"]?.string ?? ""
        let url = try await action.routes.vncURL(type: type, of: action.instance)
        return .json(["console": ["type": .string(type), "url": url]])
      }),
    unavailable("os-getSPICEConsole", ["spice-html5"]), unavailable("os-getSerialConsole", ["serial"]),
  ]

  private static func unavailable(_ name: String, _ types: [JSONValue]) -> ServerAction {
    ServerAction(
      name: name, versions: 1...5, rule: "os-remote-consoles", schema: { _ in .consoleType(types) },
      perform: { action in
        throw APIError.badRequest("Unavailable console type \(action.value["type"]?.string ?? "").")
      })
  }
}

extension Schema {
  fileprivate static func consoleType(_ types: [JSONValue]) -> Schema {
    .object([.init("type", Schema(kinds: [.string], choices: types))], required: ["type"])
  }
}

extension ServerRoutes {
  /// `POST /servers/{id}/remote-consoles`, from 2.6 on.
  func createConsole(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    guard context.microversion >= Microversion(2, 6) else { throw APIError.unknownPath }
    let body = try await context.json(of: request)
    let hasMKS = context.microversion >= Microversion(2, 8)
    let protocols: [JSONValue] = ["vnc", "spice", "serial", "rdp"] + (hasMKS ? ["mks"] : [])
    let types: [JSONValue] = ["novnc", "xvpvnc", "spice-html5", "serial", "rdp-html5"] + (hasMKS ? ["webmks"] : [])
    let console = Schema.object(
      [
        .init("protocol", Schema(kinds: [.string], choices: protocols)),
        .init("type", Schema(kinds: [.string], choices: types)),
      ], required: ["protocol", "type"])
    try Schema.object([.init("remote_console", console)], required: ["remote_console"]).check(body)
    let instance = try await instance(context)
    try context.caller.mustBeMember(for: "os-remote-consoles")
    let kind = body["remote_console"]?["protocol"]?.string ?? ""
    let type = body["remote_console"]?["type"]?.string ?? ""
    guard kind != "rdp" else { throw APIError.badRequest("Unavailable console type rdp.") }
    guard kind == "vnc" else { throw APIError.badRequest("Unavailable console type \(type).") }
    let url = try await vncURL(type: type, of: instance)
    return .json(["remote_console": ["protocol": .string(kind), "type": .string(type), "url": url]])
  }

  /// Where a browser finds the guest's screen, with a token in it.
  ///
  /// - Throws: `APIError` 400 for a type that there is not, else as ``HostCalls``.
  fileprivate func vncURL(type: String, of instance: Instance) async throws -> JSONValue {
    guard type == "novnc" else { throw APIError.badRequest("Unavailable console type \(type).") }
    guard let url = try await calls.call("get_vnc_console", on: instance)["url"], url.string != nil else {
      throw APIError.badRequest("Unavailable console type \(type).")
    }
    return url
  }
}
