import DHCPAgent
import L2Agent
import Logging
import MetadataAgent
import OsloConfig

/// What the program is told, read once and checked. Options stand under upstream's names where there are any; all of them
/// are in ``honoured``. Besides those of `AgentConfiguration`:
///
/// - `[DEFAULT] debug`
/// - `[plugboard] server` (the Networking service's URL), `secret` (of the hosts), `roles`, `log_level`
struct AgentOptions: Sendable {
  var roles: Set<AgentRole>
  var agent: AgentConfiguration
  /// Set if the role is, as is the next.
  var dhcp: DHCPAgentConfiguration?
  var metadata: MetadataAgentConfiguration?
  var server: String
  var secret: String
  var logLevel: Logger.Level
  /// Set, and nothing is done about it: named in one line of the log at the start.
  var unhonoured: [UnhonouredOption]

  init(_ options: OsloOptions) throws {
    roles = try AgentRole.read(options)
    agent = try AgentConfiguration(options)
    if roles.contains(.dhcp) {
      dhcp = try Self.dhcp(options, host: agent.host, servesMetadata: roles.contains(.metadata))
    }
    if roles.contains(.metadata) { metadata = try Self.metadata(options, host: agent.host) }
    server = try options.requiredString("plugboard.server")
    secret = try options.requiredString("plugboard.secret")
    logLevel = try Self.logLevel(options)
    let extensions = try options.list("agent.extensions") ?? []
    let hasOthers = extensions.contains { !["qos", ""].contains($0) }
    let honoured = hasOthers ? Self.honoured.subtracting(["agent.extensions"]) : Self.honoured
    unhonoured = options.unhonoured(honoured: honoured, known: .upstream)
  }

  private static func logLevel(_ options: OsloOptions) throws -> Logger.Level {
    guard let name = options.string("plugboard.log_level") else {
      return try options.boolean("debug") == true ? .debug : .info
    }
    guard let level = Logger.Level(rawValue: name) else {
      throw options.invalid("plugboard.log_level", "'\(name)' is no level")
    }
    return level
  }
}
