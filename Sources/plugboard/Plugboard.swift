import ArgumentParser

/// The operator's tool.
@main
struct Plugboard: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugboard",
    abstract: "Looks at a Plugboard installation.",
    subcommands: [
      BootTimeline.self, SanityCheck.self, AgentStatus.self, ExplainPort.self, LinuxBridgeCleanup.self,
      NetNSCleanup.self,
    ])
}
