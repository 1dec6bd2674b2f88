/// A configuration that cannot be used, with the place an operator has to look at.
package struct OsloConfigError: Error, Hashable {
  package enum Code: Hashable, Sendable {
    /// A file could not be read.
    case unreadable
    /// A line of a file is not what oslo.config's INI form allows.
    case malformedLine
    /// A value is there, but is not of the kind the option needs.
    case invalidValue
    /// An option that has no default was given nowhere.
    case missingOption
  }

  package let code: Code
  /// The file and line, the environment variable or the flag that is wrong; `nil` if the option was given nowhere.
  package let origin: String?
  /// What is wrong, as a sentence without the origin.
  package let message: String

  package init(_ code: Code, origin: String?, message: String) {
    self.code = code
    self.origin = origin
    self.message = message
  }
}

extension OsloConfigError: CustomStringConvertible {
  /// `agent.conf:12: [agent] polling_interval = soon: not a whole number`
  package var description: String { origin.map { "\($0): \(message)" } ?? message }
}
