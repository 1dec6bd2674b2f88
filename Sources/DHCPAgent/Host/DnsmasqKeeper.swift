internal import FoundationEssentials
internal import Model
internal import Netlink

/// Keeps the dnsmasq of one network running. dnsmasq is nobody's child: it serves on when the agent ends, and is found
/// again by its pid file.
struct DnsmasqKeeper: Sendable {
  let folder: NetworkFolder
  let runner: ProgramRunner
  /// How long one that was asked to end is waited for.
  static let patience = Duration.seconds(5)

  /// A dnsmasq that runs, with the arguments that it was started with.
  struct Running: Sendable {
    let process: NamespaceProcess
    let command: [String]
  }

  /// The one that the pid file tells of, if it is still that: its command line names the same pid file, and the process
  /// is held by a descriptor before it is looked at, so that no stranger is ever meant.
  func running() -> Running? {
    Int32(folder.text(of: FileName.pid).filter { !$0.isWhitespace }).flatMap(running)
  }

  private func running(_ id: Int32) -> Running? {
    guard id > 1,
      let process = try? NamespaceProcess(id: id),
      let data = FileManager.default.contents(atPath: "/proc/\(id)/cmdline")
    else { return nil }
    let command = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    guard command.contains("--pid-file=\(folder.path)/\(FileName.pid)") else { return nil }
    return Running(process: process, command: command)
  }

  /// Has a dnsmasq run in `namespace` with this command line, and have read what its files say now. One that does so
  /// already is left alone.
  ///
  /// - Parameters:
  ///   - hasChanged: Whether its files are other than when it read them.
  ///   - leases: What the file of leases shall be for one that is started.
  /// - Returns: The process, and whether it was started now.
  func ensure(
    _ command: [String], in namespace: NetworkNamespace, hasChanged: Bool, leases: () -> String
  ) async throws -> (process: NamespaceProcess, isNew: Bool) {
    if let running = running() {
      if running.command == command, try isInside(namespace, running.process) {
        // SIGHUP: it reads its files again, and forgets no lease.
        if hasChanged { try running.process.signal(1) }
        return (running.process, false)
      }
      try await running.process.end(patience: Self.patience)
    }
    _ = try folder.write(leases(), to: FileName.leases)
    var outcome = try await runner.run(command, in: namespace)
    if outcome.status != 0, try await endLost() { outcome = try await runner.run(command, in: namespace) }
    guard outcome.status == 0 else { throw DnsmasqError(status: outcome.status, message: outcome.errors) }
    guard let started = running() else { throw DnsmasqError(status: 0, message: "it ended at once") }
    return (started.process, true)
  }

  /// Ends the one that runs, if any does, and returns when it has ended.
  func end() async throws {
    if let running = running() {
      try await running.process.end(patience: Self.patience)
    } else {
      _ = try await endLost()
    }
  }

  /// Ends those that the pid file does not tell of, as it was removed or written over: all processes are looked at.
  ///
  /// - Returns: Whether there was one.
  private func endLost() async throws -> Bool {
    let ids = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
    let lost = ids.compactMap(running)
    for running in lost { try await running.process.end(patience: Self.patience) }
    return !lost.isEmpty
  }

  private func isInside(_ namespace: NetworkNamespace, _ process: NamespaceProcess) throws -> Bool {
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process.id)/ns/net")
    return link == "net:[\(try namespace.identity)]"
  }
}

/// dnsmasq would not start.
struct DnsmasqError: Error, Hashable, CustomStringConvertible {
  var status: Int32
  /// Its own words.
  var message: String

  var description: String { "dnsmasq ended with \(status): \(message.split(separator: "\n").joined(separator: "; "))" }
}
