/// Instances that are to be on one host, or on different ones.
package struct ServerGroup: Hashable, Sendable {
  /// What the group is for (`nova/api/openstack/compute/schemas/server_groups.py`).
  package enum Policy: String, CaseIterable, Sendable {
    case antiAffinity = "anti-affinity"
    case affinity
    case softAntiAffinity = "soft-anti-affinity"
    case softAffinity = "soft-affinity"
  }

  package let id: UUID
  package var name: String
  package var policy: Policy
  /// The rule of that name, for anti-affinity: how many members a host may have; `nil` is one.
  package var maxServerPerHost: Int?
  package var projectID: String
  package var userID: String
  /// In the order in which they came.
  package var members: [UUID]

  package init(
    id: UUID, name: String, policy: Policy, maxServerPerHost: Int? = nil, projectID: String, userID: String,
    members: [UUID] = []
  ) {
    self.id = id
    self.name = name
    self.policy = policy
    self.maxServerPerHost = maxServerPerHost
    self.projectID = projectID
    self.userID = userID
    self.members = members
  }
}
