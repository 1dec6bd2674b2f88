import ArgumentParser
import Model
import Store

/// `plugboard boot-timeline SERVER`: what a boot did when, and which step a stuck one waits for.
struct BootTimeline: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "boot-timeline",
    abstract: "Prints the boot of a server, one line a step, in milliseconds since POST /servers.",
    discussion: """
      It reads the database and asks no service, so it works while the server is down. The last line says whether the \
      boot is complete, has failed, or which step it waits for.
      """)

  @Argument(help: "The server's id, or its name.")
  var server: String

  @Option(help: ArgumentHelp("The database.", valueName: "file"))
  var database = "var/plugboard.sqlite3"

  mutating func run() throws {
    let store = try ReadOnlyStore(path: database)
    let server = server
    let found = try store.read { try $0.instances(called: server) }
    guard let newest = found.first else {
      throw ValidationError("There is no server '\(server)' in \(database).")
    }
    guard found.count == 1 else {
      let ids = found.map { "  \($0.id)  \($0.createdAt.spaced)" }.joined(separator: "\n")
      throw ValidationError("\(found.count) servers are called '\(server)'; name one by its id:\n\(ids)")
    }
    guard let progress = try store.read({ try $0.bootProgress(ofInstance: newest.id) }) else {
      throw ValidationError("The server '\(server)' has just been deleted.")
    }
    print(TimelineText(progress, now: Timestamp.systemNow()), terminator: "")
  }
}
