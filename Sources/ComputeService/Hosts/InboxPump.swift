import HostRPC
import JSON
import Logging
import Model
import Store
import Synchronization

/// Carries rows of `host_messages` to the streams of the hosts they are for, each host's in order.
///
/// A host that connects gets all it has not acknowledged; then every message as it is committed. The stream is
/// registered before the host counts as connected, so a row that is committed meanwhile is sent by one of the two ways
/// or by both.
final class InboxPump: Sendable {
  private let store: Store
  private let wakeUp: TableWakeUp
  private let hosts: HostRPCServer
  private let logger: Logger
  private let newcomers = Mutex<[Caller]>([])
  private static let pageLimit = 500

  init(store: Store, wakeUp: TableWakeUp, hosts: HostRPCServer, logger: Logger) {
    self.store = store
    self.wakeUp = wakeUp
    self.hosts = hosts
    self.logger = logger
  }

  func connected(_ caller: Caller) {
    newcomers.withLock { $0.append(caller) }
    wakeUp.wake()
  }

  func run() async throws {
    var lastID = try await store.read { try $0.lastMessageID() }
    while !Task.isCancelled {
      do {
        for caller in takeNewcomers() { try await replay(to: caller, through: lastID) }
        let page = try await store.read { [lastID] in try $0.messages(after: lastID, limit: Self.pageLimit) }
        for message in page { send(message) }
        if let last = page.last { lastID = last.id } else { await wakeUp.wait() }
      } catch is CancellationError {
        return
      } catch let error as StoreError where error.code == .closed {
        throw error
      } catch {
        // A newcomer whose replay broke off here would miss rows: its stream ends with the others, and it comes back.
        logger.error("The inboxes cannot be read now", metadata: ["error.reason": "\(error)"])
        hosts.closeStreams()
        try await Task.sleep(for: .milliseconds(200))
      }
    }
  }

  private func takeNewcomers() -> [Caller] {
    newcomers.withLock { newcomers in
      defer { newcomers = [] }
      return newcomers
    }
  }

  private func replay(to caller: Caller, through lastID: Int64) async throws {
    var after: Int64 = 0
    var page: [InboxMessage]
    repeat {
      page = try await store.read { [after] snapshot in
        try snapshot.inbox(
          host: caller.host, binary: caller.binary, after: after, through: lastID, limit: Self.pageLimit)
      }
      for message in page { send(message) }
      after = page.last?.id ?? after
    } while page.count == Self.pageLimit
  }

  /// A host that is not connected gets the message when it connects.
  private func send(_ message: InboxMessage) {
    do {
      let arguments = try JSONValue(parsing: message.arguments.utf8)
      hosts.send(
        HostMessage(id: message.id, method: message.method, args: arguments, version: message.version),
        to: .host(message.host, binary: message.binary))
    } catch {
      logger.error("A message is not JSON", metadata: ["message.id": "\(message.id)", "error.reason": "\(error)"])
    }
  }
}
