import Model

/// The timeline as text in columns.
struct TimelineText: CustomStringConvertible {
  private let progress: BootProgress
  private let now: Timestamp

  init(_ progress: BootProgress, now: Timestamp) {
    (self.progress, self.now) = (progress, now)
  }

  var description: String {
    var lines = ["server \(progress.name) (\(progress.instanceID))"]
    let width = progress.steps.map(\.name.count).max() ?? 0
    if !progress.steps.isEmpty { lines.append("        ms     +ms  step") }
    for step in progress.steps {
      let facts = [step.host, step.detail].compactMap { $0 }.joined(separator: ": ")
      let name = step.name + String(repeating: " ", count: width - step.name.count)
      let times = "\(Self.number(step.milliseconds, width: 10)) \(Self.number(step.sinceLast, width: 7))"
      let line = "\(times)  \(name)  \(facts)"
      lines.append(String(line.reversed().drop { $0 == " " }.reversed()))
    }
    lines.append("\(progress.outlook(now: now))")
    return lines.joined(separator: "\n") + "\n"
  }

  /// A number with one decimal, aligned to the right.
  private static func number(_ value: Double, width: Int) -> String {
    let tenths = Int((value * 10).rounded())
    let text = "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
