/// Prefixes that subnets are cut from, so that no two of them overlap.
package struct SubnetPool: Hashable, Sendable {
  package var id: UUID
  package var projectID: String
  package var name: String
  package var description: String
  /// Disjoint, as few as there can be, in ascending order; at least one, all of one version.
  package var prefixes: [IPNetwork]
  /// What a subnet gets that names neither a prefix nor its length.
  package var defaultPrefixLength: Int
  package var minPrefixLength: Int
  package var maxPrefixLength: Int
  /// Whether every project may cut subnets from it.
  package var isShared: Bool
  /// Whether it is the one that `use_default_subnetpool` means; one a version at most.
  package var isDefault: Bool
  /// How much a project may have of it, in ``quotaUnits(ofPrefixLength:)``; `nil` or 0 is no limit.
  package var defaultQuota: Int?
  /// A sorted JSON array of strings, as it is stored and shown.
  package var tags: String
  package var createdAt: Timestamp
  package var updatedAt: Timestamp
  package var revision: Int

  package init(
    id: UUID, projectID: String, name: String, description: String = "", prefixes: [IPNetwork],
    defaultPrefixLength: Int, minPrefixLength: Int, maxPrefixLength: Int, isShared: Bool = false,
    isDefault: Bool = false, defaultQuota: Int? = nil, tags: String = "[]", createdAt: Timestamp, updatedAt: Timestamp,
    revision: Int = 0
  ) {
    precondition(!prefixes.isEmpty, "a subnet pool has prefixes")
    self.id = id
    self.projectID = projectID
    self.name = name
    self.description = description
    self.prefixes = prefixes
    self.defaultPrefixLength = defaultPrefixLength
    self.minPrefixLength = minPrefixLength
    self.maxPrefixLength = maxPrefixLength
    self.isShared = isShared
    self.isDefault = isDefault
    self.defaultQuota = defaultQuota
    self.tags = tags
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.revision = revision
  }

  package var version: IPVersion { prefixes[0].version }
}

extension SubnetPool {
  /// What a subnet counts against ``defaultQuota``: addresses of IPv4, /64 prefixes of IPv6, of which a longer prefix is
  /// a part (`neutron/ipam/subnet_alloc.py`).
  package static func quotaUnits(ofPrefixLength length: Int, version: IPVersion) -> Double {
    let exponent = (version == .v4 ? 32 : 64) - length
    return Double(sign: .plus, exponent: exponent, significand: 1)
  }
}

/// Bounds of a subnet pool's prefix lengths that cannot hold together.
package struct IllegalPrefixBounds: Error, Hashable, Sendable {
  /// The attribute that is wrong, and its value.
  package let name: String
  package let length: Int
  /// What it is wrong with.
  package let baseName: String
  package let baseLength: Int
}

/// The prefix lengths of a subnet pool.
package struct PrefixBounds: Hashable, Sendable {
  package let minimum: Int
  package let maximum: Int
  package let standard: Int

  /// Upstream's defaults for what is `nil`, and its checks in its order (`neutron/ipam/subnet_alloc.py`).
  package init(
    version: IPVersion, minimum: Int?, maximum: Int?, standard: Int?
  ) throws(IllegalPrefixBounds) {
    self.minimum = minimum ?? (version == .v4 ? 8 : 64)
    self.maximum = maximum ?? version.width
    self.standard = standard ?? self.minimum
    let (low, high, usual) = (self.minimum, self.maximum, self.standard)
    if low > high {
      throw IllegalPrefixBounds(name: "min_prefixlen", length: low, baseName: "max_prefixlen", baseLength: high)
    }
    if high > version.width {
      throw IllegalPrefixBounds(
        name: "max_prefixlen", length: high, baseName: "ip_version_max", baseLength: version.width)
    }
    if usual < low {
      throw IllegalPrefixBounds(name: "default_prefixlen", length: usual, baseName: "min_prefixlen", baseLength: low)
    }
    if usual > high {
      throw IllegalPrefixBounds(name: "default_prefixlen", length: usual, baseName: "max_prefixlen", baseLength: high)
    }
  }
}
