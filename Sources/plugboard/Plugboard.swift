import ArgumentParser

/// The operator's tool.
@main
struct Plugboard: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugboard",
    abstract: "Looks at a Plugboard installation.",
    subcommands: [BootTimeline.self])
}
