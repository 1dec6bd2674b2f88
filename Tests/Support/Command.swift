import Foundation
import Synchronization

/// What a program printed before it ended.
package struct CommandOutput: Sendable {
  package let status: Int32
  package let output: String
  package let errors: String

  package var succeeded: Bool { status == 0 }
}

/// A program could not be run, or ended with a failure where success was needed.
package struct CommandFailure: Error, CustomStringConvertible {
  package let description: String

  package init(description: String) {
    self.description = description
  }
}

/// Runs a program to its end and collects what it prints.
///
/// - Parameters:
///   - arguments: The program, looked up in `PATH` if it is no path, and its arguments.
///   - environment: Added to the environment of this process.
/// - Throws: ``CommandFailure`` if there is no such program, or if it has not ended within `limit`: it is killed then.
package func run(
  _ arguments: [String], environment: [String: String] = [:], within limit: Duration = .seconds(120)
) async throws -> CommandOutput {
  let folder = try TemporaryDirectory()
  let process = try ProgramProcess(
    name: arguments.first ?? "", command: arguments, environment: environment, output: folder.file("output"),
    errors: folder.file("errors"))
  let status: Int32
  do {
    status = try await process.waitForExit(within: limit)
  } catch {
    await process.kill()
    let errors = textOfFile(folder.file("errors"))
    throw CommandFailure(description: "\(arguments.joined(separator: " ")) did not end within \(limit): \(errors)")
  }
  return CommandOutput(
    status: status, output: textOfFile(folder.file("output")), errors: textOfFile(folder.file("errors")))
}

/// Runs a program that has to succeed.
///
/// - Returns: What it printed.
/// - Throws: ``CommandFailure`` with what it complained about.
@discardableResult
package func runChecked(
  _ arguments: [String], environment: [String: String] = [:], within limit: Duration = .seconds(120)
) async throws -> String {
  let result = try await run(arguments, environment: environment, within: limit)
  guard result.succeeded else {
    let command = arguments.joined(separator: " ")
    throw CommandFailure(description: "\(command) ended with \(result.status): \(result.errors)\(result.output)")
  }
  return result.output
}
