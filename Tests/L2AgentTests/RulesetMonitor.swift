import Foundation
import Glibc
import Netlink
import Testing

/// What changes in the rules of a namespace, as `nft monitor` tells it.
final class RulesetMonitor {
  private let process = Process()
  private let file: URL
  private let namespace: NetworkNamespace
  /// How many marks were set, each of which is a table of its own.
  private var marks = 0
  /// How much of the file was told of.
  private var told = 0

  /// Begins to listen.
  init(_ namespace: NetworkNamespace) throws {
    self.namespace = namespace
    file = FileManager.default.temporaryDirectory.appendingPathComponent("monitor-\(UUID())")
    try Data().write(to: file)
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["nsenter", "--net=\(namespace.path)", "nft", "monitor"]
    process.standardOutput = try FileHandle(forWritingTo: file)
    try process.run()
    // It tells of nothing before it listens.
    for _ in 0..<1000 where lines.isEmpty { try mark() }
    _ = try changes()
  }

  deinit {
    // It may have been started by a thread that blocks the politer signals, and would then not hear them.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: file)
  }

  /// What has changed since the last time: a line a change, and one for the end of each transaction.
  func changes() throws -> [String] {
    let end = try mark()
    for _ in 0..<1000 {
      let lines = lines
      // After the mark comes the line for the end of its transaction.
      if let index = lines.firstIndex(of: end), index + 1 < lines.count {
        defer { told = index + 2 }
        return Array(lines[told..<index])
      }
      // Somewhat later.
      _ = try run("true")
    }
    Issue.record("nft monitor has not told of a change")
    return []
  }

  private var lines: [String] {
    let data = (try? Data(contentsOf: file)) ?? Data()
    // The last line may have been written in part only.
    return String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      .map(String.init)
  }

  @discardableResult
  private func mark() throws -> String {
    marks += 1
    let command = "add table inet mark\(marks)"
    let (code, text) = try run("nft", command, in: namespace)
    try #require(code == 0, "\(text)")
    return command
  }
}
