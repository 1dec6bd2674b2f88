import Logging
import Synchronization

/// Keeps what is logged.
struct LogLines: LogHandler {
  final class Lines: Sendable {
    let lines = Mutex<[String]>([])
    func withLock<T: Sendable>(_ body: ([String]) -> T) -> T { lines.withLock { body($0) } }
  }

  let lines = Lines()
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .trace

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    lines.lines.withLock { $0.append("\(event.level): \(event.message)") }
  }
}
