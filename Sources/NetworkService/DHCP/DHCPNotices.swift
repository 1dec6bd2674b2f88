import Model
package import Store
import Synchronization

/// What of the networks, subnets and ports has changed since the DHCP agents were last told.
///
/// Whoever writes such a row, on whatever path, is heard here: the three ``listeners`` are given to the store, and note
/// what was committed; ``NetworkHousekeeping`` tells the agents.
package final class DHCPNotices: Sendable {
  enum Resource: Hashable, Sendable { case network, subnet, port }

  /// One row that was changed.
  struct Notice: Hashable, Sendable {
    var resource: Resource
    var kind: RowChange.Kind
    var id: UUID
    var networkID: UUID
  }

  /// So many are kept; of more, the agents hear network by network.
  static let limit = 4096

  private struct Pending: Sendable {
    var notices: [Notice] = []
    var overflowed: Set<UUID> = []
  }

  private let pending = Mutex(Pending())
  /// Yields when there is something to tell of.
  let wakeUps: AsyncStream<Void>
  private let wakeUp: AsyncStream<Void>.Continuation

  package init() {
    (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// To be given to the store that the service works on.
  package var listeners: [any ChangeListener] {
    [
      NoticeListener(notices: self, resource: .network, table: "networks"),
      NoticeListener(notices: self, resource: .subnet, table: "subnets"),
      NoticeListener(notices: self, resource: .port, table: "ports"),
    ]
  }

  func note(_ notices: [Notice]) {
    guard !notices.isEmpty else { return }
    pending.withLock { pending in
      for notice in notices {
        if pending.notices.count < Self.limit {
          pending.notices.append(notice)
        } else if pending.overflowed.count < Self.limit {
          pending.overflowed.insert(notice.networkID)
        }
      }
    }
    wakeUp.yield()
  }

  /// What was noted since the last time, in order; what was too much comes as updates of networks.
  func take() -> [Notice] {
    pending.withLock { pending in
      defer { pending = Pending() }
      return pending.notices
        + pending.overflowed.map { Notice(resource: .network, kind: .update, id: $0, networkID: $0) }
    }
  }
}

/// Notes the committed changes of one table.
private struct NoticeListener: ChangeListener {
  let notices: DHCPNotices
  let resource: DHCPNotices.Resource
  let table: String

  /// A network's own id is its network's.
  var columns: [String] {
    switch resource {
    case .network: ["id", "id", "revision_number", "revision_number"]
    case .subnet: ["id", "network_id", "revision_number", "revision_number"]
    case .port: ["id", "network_id", "revision_number", "status"]
    }
  }

  private enum Column {
    static let id = 0
    static let networkID = 1
    static let revision = 2
    static let status = 3
  }

  func changed(_ changes: [RowChange], in transaction: Transaction) {}

  func committed(_ changes: [RowChange]) {
    notices.note(changes.compactMap(notice))
  }

  private func notice(_ change: RowChange) -> DHCPNotices.Notice? {
    guard let id = change.newUUID(Column.id) ?? change.oldUUID(Column.id),
      let networkID = change.newUUID(Column.networkID) ?? change.oldUUID(Column.networkID)
    else { return nil }
    if change.kind == .update {
      // A port's status is written alone, and is nothing to DHCP.
      let isStatus = resource == .port && change.hasChanged(Column.status)
      guard change.hasChanged(Column.revision), !isStatus else { return nil }
    }
    return DHCPNotices.Notice(resource: resource, kind: change.kind, id: id, networkID: networkID)
  }
}
