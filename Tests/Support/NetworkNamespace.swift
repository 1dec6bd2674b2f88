import Foundation
import Glibc
import Synchronization

/// A network namespace of a test's own: its loopback interface is up, and nothing in it reaches the machine's network.
///
/// The programs of several tests can therefore use the same ports. ``delete()`` ends every process in it, guests
/// included.
package struct NetworkNamespace: Sendable {
  package let name: String

  private static let serial = Mutex(0)
  private static let prefix = "plugboard-"

  /// Makes a namespace. What an earlier run left behind because it was killed is removed first.
  package init() async throws {
    try await Self.removeAbandoned()
    let number = Self.serial.withLock { serial in
      serial += 1
      return serial
    }
    name = "\(Self.prefix)\(getpid())-\(number)"
    try await runChecked(["ip", "netns", "add", name])
    try await runChecked(["ip", "-n", name, "link", "set", "lo", "up"])
  }

  /// The command that runs `arguments` in the namespace; the process keeps its id.
  package func command(_ arguments: [String]) -> [String] { ["ip", "netns", "exec", name] + arguments }

  /// Runs a program in the namespace; see `run` and `runChecked`.
  package func run(
    _ arguments: [String], environment: [String: String] = [:], within limit: Duration = .seconds(120)
  ) async throws -> CommandOutput {
    try await Support.run(command(arguments), environment: environment, within: limit)
  }

  /// Runs `ip` on the namespace's links.
  @discardableResult
  package func ip(_ arguments: String...) async throws -> String {
    try await runChecked(["ip", "-n", name] + arguments)
  }

  /// The names of the links in the namespace.
  package func links() async throws -> [String] {
    try await ip("-o", "link", "show").split(separator: "\n").compactMap { line in
      let parts = line.split(separator: " ")
      return parts.count > 1 ? String(parts[1].prefix { $0 != ":" && $0 != "@" }) : nil
    }
  }

  /// The processes in the namespace with their command lines.
  package func processes() async throws -> [(id: Int32, command: [String])] {
    try await runChecked(["ip", "netns", "pids", name]).split(separator: "\n").compactMap { line in
      guard let id = Int32(line.trimmingCharacters(in: .whitespaces)) else { return nil }
      let command = textOfFile("/proc/\(id)/cmdline").split(separator: "\0").map(String.init)
      return command.isEmpty ? nil : (id, command)
    }
  }

  /// Ends every process in the namespace and deletes it with its links.
  package func delete() async {
    await Self.delete(name)
  }

  private static func delete(_ name: String) async {
    if let processes = try? await runChecked(["ip", "netns", "pids", name]) {
      for id in processes.split(separator: "\n").compactMap({ Int32($0) }) { _ = Glibc.kill(id, SIGKILL) }
    }
    // A namespace that is gone already is what was wanted.
    _ = try? await Support.run(["ip", "netns", "delete", name])
  }

  private static func removeAbandoned() async throws {
    let names = try await runChecked(["ip", "netns", "list"]).split(separator: "\n").compactMap {
      $0.split(separator: " ").first.map(String.init)
    }
    for name in names where name.hasPrefix(prefix) {
      let owner = name.dropFirst(prefix.count).split(separator: "-").first.flatMap { Int32($0) }
      if let owner, !FileManager.default.fileExists(atPath: "/proc/\(owner)") { await delete(name) }
    }
  }
}
