/// Some hosts with metadata that placement reads: their zone, who may use them, and how far they are overcommitted.
package struct Aggregate: Hashable, Sendable {
  /// The number that the API knows it by; zero before the row exists.
  package var number: Int
  package let id: UUID
  package var name: String
  package var createdAt: Timestamp
  package var updatedAt: Timestamp?
  /// In the order in which they were added.
  package var hosts: [String]
  package var metadata: [String: String]

  package init(
    number: Int = 0, id: UUID, name: String, createdAt: Timestamp, updatedAt: Timestamp? = nil, hosts: [String] = [],
    metadata: [String: String] = [:]
  ) {
    self.number = number
    self.id = id
    self.name = name
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.hosts = hosts
    self.metadata = metadata
  }

  /// The key of ``metadata`` that makes a zone of the aggregate.
  package static let zoneKey = "availability_zone"

  package var availabilityZone: String? { metadata[Self.zoneKey] }
}

extension [Aggregate] {
  /// What stands under a key in the metadata of all of them; a value may be a list with commas.
  func values(of key: String) -> Set<String> {
    var values: Set<String> = []
    for aggregate in self { values.formUnion(aggregate.metadata[key].map(Self.parts) ?? []) }
    return values
  }

  /// The least number under a key, as upstream chooses between aggregates; `nil` if there is none.
  func leastNumber(of key: String) -> Double? { values(of: key).compactMap(Double.init).min() }

  static func parts(_ value: String) -> [String] {
    value.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let start = part.drop { $0 == " " }
      return String(start.reversed().drop { $0 == " " }.reversed())
    }
  }
}
