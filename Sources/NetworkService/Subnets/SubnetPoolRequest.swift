import JSON
import Model
import OpenStackHTTP
import Store

/// What a POST or a PUT says of a subnet pool; `nil` stands for what was not sent.
struct SubnetPoolRequest: Sendable {
  private var projectID: String?
  private var name: String?
  private var description: String?
  private var prefixes: [IPNetwork]?
  private var defaultPrefixLength: Int?
  private var minPrefixLength: Int?
  private var maxPrefixLength: Int?
  private var isShared: Bool?
  private var isDefault: Bool?
  private var defaultQuota: Int??

  init(new body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.subnetPool.checkCreation(body, caller: caller)
    try self.init(AttributeReader(body))
    projectID = try caller.project(for: AttributeReader(body))
  }

  init(change body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.subnetPool.checkUpdate(body, caller: caller)
    try self.init(AttributeReader(body))
  }

  private init(_ attributes: AttributeReader) throws {
    name = try attributes.text("name")
    if let name, name.allSatisfy(\.isWhitespace) {
      throw APIError.invalidAttribute("name", "'\(name)' Blank strings are not permitted")
    }
    description = try attributes.text("description", nullIsEmpty: true)
    prefixes = try attributes.prefixes()
    defaultPrefixLength = try attributes.nonNegative("default_prefixlen")
    minPrefixLength = try attributes.nonNegative("min_prefixlen")
    maxPrefixLength = try attributes.nonNegative("max_prefixlen")
    isShared = try attributes.bool("shared")
    isDefault = try attributes.bool("is_default")
    if attributes.isNull("default_quota") {
      defaultQuota = .some(nil)
    } else if let quota = try attributes.nonNegative("default_quota") {
      defaultQuota = quota
    }
    if attributes.has("address_scope_id"), !attributes.isNull("address_scope_id") {
      // There are none.
      throw APIError.notFound(
        "Address scope \(try attributes.text("address_scope_id") ?? "") could not be found",
        type: "AddressScopeNotFound")
    }
  }

  /// The new pool.
  ///
  /// - Throws: `APIError` 400.
  func pool(at time: Timestamp) throws -> SubnetPool {
    let prefixes = try checked(prefixes ?? [])
    let bounds = try bounds(of: prefixes[0].version, before: nil)
    return SubnetPool(
      id: UUID(), projectID: projectID ?? "", name: name ?? "", description: description ?? "", prefixes: prefixes,
      defaultPrefixLength: bounds.standard, minPrefixLength: bounds.minimum, maxPrefixLength: bounds.maximum,
      isShared: isShared ?? false, isDefault: isDefault ?? false, defaultQuota: defaultQuota ?? nil, createdAt: time,
      updatedAt: time)
  }

  /// - Throws: `APIError` 400, for prefixes too that leave out some of the pool's.
  func applied(to pool: SubnetPool) throws -> SubnetPool {
    var changed = pool
    changed.name = name ?? pool.name
    changed.description = description ?? pool.description
    if let prefixes {
      let prefixes = try checked(prefixes)
      guard prefixes[0].version == pool.version else { throw APIError.mixedPrefixes }
      guard pool.prefixes.subtracting(prefixes).isEmpty else {
        throw APIError.illegalPrefixUpdate("Existing prefixes must be a subset of the new prefixes")
      }
      changed.prefixes = prefixes
    }
    let bounds = try bounds(of: pool.version, before: pool)
    (changed.minPrefixLength, changed.maxPrefixLength) = (bounds.minimum, bounds.maximum)
    changed.defaultPrefixLength = bounds.standard
    changed.isDefault = isDefault ?? pool.isDefault
    changed.defaultQuota = defaultQuota ?? pool.defaultQuota
    return changed
  }

  private func checked(_ prefixes: [IPNetwork]) throws -> [IPNetwork] {
    guard let first = prefixes.first else { throw APIError.emptyPrefixList }
    guard prefixes.allSatisfy({ $0.version == first.version }) else { throw APIError.mixedPrefixes }
    return prefixes.compacted
  }

  private func bounds(of version: IPVersion, before: SubnetPool?) throws -> PrefixBounds {
    do {
      return try PrefixBounds(
        version: version, minimum: minPrefixLength ?? before?.minPrefixLength,
        maximum: maxPrefixLength ?? before?.maxPrefixLength,
        standard: defaultPrefixLength ?? before?.defaultPrefixLength)
    } catch let error {
      throw APIError(error)
    }
  }
}

extension AttributeReader {
  /// How many prefixes a pool has at most; more than anybody plans with, and little enough for one transaction. Ours.
  private static let prefixLimit = 1000

  /// Reads `prefixes`.
  fileprivate func prefixes() throws -> [IPNetwork]? {
    guard let value = body["prefixes"] else { return nil }
    guard let list = value.array else {
      throw APIError.invalidAttribute("prefixes", "'\(pythonString(value))' is not a list")
    }
    guard list.count <= Self.prefixLimit else {
      throw APIError.invalidAttribute("prefixes", "a subnet pool has no more than \(Self.prefixLimit) prefixes")
    }
    let twice = list.indices.filter { list[..<$0].contains(list[$0]) }.map { pythonString(list[$0]) }
    guard twice.isEmpty else {
      throw APIError.invalidAttribute("prefixes", "Duplicate items in the list: '\(twice.joined(separator: ", "))'")
    }
    return try list.map { element in
      guard let prefix = element.string.flatMap({ IPNetwork($0) }) else {
        throw APIError.invalidAttribute("prefixes", "'\(pythonString(element))' is not a valid IP subnet")
      }
      return prefix
    }
  }
}

extension Transaction {
  /// - Throws: `APIError` 400 for a second default, 409 if the quota is used up.
  func createSubnetPool(_ request: SubnetPoolRequest, configuration: NetworkConfiguration) throws -> SubnetPool {
    let pool = try request.pool(at: now)
    try checkQuota(.subnetPool, ofProject: pool.projectID, configuration: configuration)
    if pool.isDefault, try defaultSubnetPool(pool.version) != nil { throw APIError.secondDefaultPool }
    try insert(pool)
    return pool
  }

  /// - Throws: `APIError` 400.
  func updateSubnetPool(_ before: SubnetPool, _ request: SubnetPoolRequest) throws {
    let changed = try request.applied(to: before)
    guard changed != before else { return }
    if changed.isDefault, !before.isDefault, try defaultSubnetPool(before.version) != nil {
      throw APIError.secondDefaultPool
    }
    try update(changed, before: before)
  }

  /// - Throws: `APIError` 400 while subnets have its prefixes.
  func deleteSubnetPool(_ pool: SubnetPool) throws {
    guard try !isSubnetPoolInUse(pool.id) else { throw APIError.subnetPoolInUse }
    try deleteSubnetPool(pool.id)
  }
}
