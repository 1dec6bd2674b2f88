/// What a check has found, as one line.
struct Finding: Hashable, Sendable, CustomStringConvertible {
  enum Verdict: String, Sendable {
    case good = "ok  "
    /// Something is missing that this host, as it is configured, does not need.
    case remark = "note"
    /// The agent cannot do its job.
    case bad = "FAIL"
  }

  let verdict: Verdict
  /// What was checked.
  let subject: String
  /// What was found, and what to do about it if it is not good.
  let text: String

  static func good(_ subject: String, _ text: String) -> Finding {
    Finding(verdict: .good, subject: subject, text: text)
  }

  static func bad(_ subject: String, _ text: String) -> Finding {
    Finding(verdict: .bad, subject: subject, text: text)
  }

  static func remark(_ subject: String, _ text: String) -> Finding {
    Finding(verdict: .remark, subject: subject, text: text)
  }

  /// Bad if the host needs it as it is configured, else a remark.
  static func missing(_ subject: String, isNeeded: Bool, _ text: String) -> Finding {
    isNeeded ? bad(subject, text) : remark(subject, text)
  }

  var description: String { "\(verdict.rawValue)  \(subject): \(text)" }
}
