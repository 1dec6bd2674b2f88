import ArgumentParser
import Store

/// The database that a command reads, beside a server that may be writing.
struct DatabaseOption: ParsableArguments {
  @Option(help: ArgumentHelp("The database.", valueName: "file"))
  var database = "var/plugboard.sqlite3"

  func open() throws -> ReadOnlyStore { try ReadOnlyStore(path: database) }
}
