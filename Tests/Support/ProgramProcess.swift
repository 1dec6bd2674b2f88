import Foundation
import Glibc

/// A program that a test has started, and that it may stop in every way an operator or a power cut can.
package final class ProgramProcess: Sendable {
  package let name: String
  /// Everything the program prints, over all its starts if they share the file.
  package let log: String
  package let processID: Int32
  private let exit: ExitStatus

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - command: The program, looked up in `PATH` if it is no path, and its arguments.
  ///   - output: The file that standard output is appended to; standard error goes to `errors`, by default to the same.
  /// - Throws: ``CommandFailure`` if it cannot be started.
  package init(
    name: String, command: [String], environment: [String: String] = [:], output: String, errors: String? = nil
  ) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    let handle = try Self.appending(to: output)
    process.standardOutput = handle
    process.standardError = try errors.map(Self.appending(to:)) ?? handle
    let exit = ExitStatus()
    process.terminationHandler = { ended in
      // A signal counts as the shell counts it.
      exit.set(ended.terminationReason == .uncaughtSignal ? 128 + ended.terminationStatus : ended.terminationStatus)
    }
    do {
      try process.run()
    } catch {
      throw CommandFailure(description: "\(command.joined(separator: " ")) cannot be started: \(error)")
    }
    self.name = name
    log = output
    processID = process.processIdentifier
    self.exit = exit
  }

  package var hasEnded: Bool { exit.value != nil }

  /// Waits until the program has ended; a signal counts as 128 and its number.
  ///
  /// - Throws: ``NeverHappened`` after `limit`.
  @discardableResult
  package func waitForExit(within limit: Duration = .seconds(30)) async throws -> Int32 {
    try await eventually("\(name) has ended", within: limit) { exit.value }
  }

  /// `kill -9`: the program ends at whatever instruction it is at.
  package func kill() async {
    send(SIGKILL)
    // Nothing survives this signal; the wait is for the parent's side to notice.
    _ = try? await waitForExit()
  }

  /// Asks the program to end, and waits until it has.
  ///
  /// - Returns: Its exit status.
  @discardableResult
  package func terminate(within limit: Duration = .seconds(30)) async throws -> Int32 {
    send(SIGTERM)
    return try await waitForExit(within: limit)
  }

  /// Freezes the program: its connections stay open and nobody answers.
  package func freeze() { send(SIGSTOP) }

  /// Lets a frozen program go on.
  package func thaw() { send(SIGCONT) }

  /// The end of the log, for the message of a failure.
  package func logTail(lines: Int = 40) -> String {
    textOfFile(log).split(separator: "\n").suffix(lines).joined(separator: "\n")
  }

  private func send(_ signal: Int32) {
    guard !hasEnded else { return }
    _ = Glibc.kill(processID, signal)
  }

  private static func appending(to path: String) throws -> FileHandle {
    if !FileManager.default.fileExists(atPath: path) {
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    guard let handle = FileHandle(forWritingAtPath: path) else {
      throw CommandFailure(description: "\(path) cannot be written")
    }
    try handle.seekToEnd()
    return handle
  }
}
