import Model
import OpenStackHTTP
import Store

/// What lists may be filtered and sorted by beside what their rows have, and how a filter's text becomes a value: the
/// `is_filter`, `is_sort_key` and `convert_to` of upstream's attribute maps (`neutron_lib/api/definitions`).
enum ListRules {
  /// Shown, but no filters.
  static let unfilterable: Set<String> = [
    "port_security_enabled", "created_at", "updated_at", "binding:vif_type", "binding:vnic_type",
  ]

  /// Shown, but no list is sorted by them.
  static let unsortable: Set<String> = [
    "description", "revision_number", "created_at", "updated_at", "port_security_enabled", "router:external",
    "provider:network_type", "provider:physical_network", "provider:segmentation_id", "binding:host_id",
    "binding:vif_type", "binding:vnic_type", "security_groups", "stateful",
  ]

  private static let booleans: Set<String> = [
    "admin_state_up", "shared", "router:external", "enable_dhcp", "is_default", "stateful", "used_in_default_sg",
    "used_in_non_default_sg", "belongs_to_default_sg",
  ]

  private static let numbers: Set<String> = [
    "mtu", "provider:segmentation_id", "segmentation_id", "ip_version", "revision_number", "default_quota",
    "default_prefixlen", "min_prefixlen", "max_prefixlen", "port_range_min", "port_range_max", "max_kbps",
    "max_burst_kbps",
  ]

  /// A filter's value as the column has it.
  ///
  /// - Throws: `APIError` 400 `InvalidInput` for text that is none of the attribute's values.
  static func value(_ text: String, of name: String) throws(APIError) -> FilterValue {
    if booleans.contains(name) {
      guard let value = bool(text) else { throw .invalidInput("'\(text)' cannot be converted to boolean") }
      return .integer(value ? 1 : 0)
    }
    if numbers.contains(name) {
      guard let number = Int(text) else { throw .invalidInput("'\(text)' is not an integer") }
      return .integer(number)
    }
    if name == "mac_address", let address = MACAddress(text) { return .text(address.description) }
    return .text(text)
  }

  /// The spellings that `oslo_utils.strutils.bool_from_string` knows.
  static func bool(_ text: some StringProtocol) -> Bool? {
    switch text.lowercased().trimmingSpaces() {
    case "1", "t", "true", "on", "y", "yes": true
    case "0", "f", "false", "off", "n", "no": false
    default: nil
    }
  }

  /// The four filters of tags; each value is a list with commas between.
  static func tags(_ parameters: ListParameters) -> TagFilter {
    func list(_ name: String) -> [String] {
      (parameters.values(of: name) ?? []).flatMap { value in
        value.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
      }
    }
    var filter = TagFilter()
    (filter.all, filter.any) = (list("tags"), list("tags-any"))
    (filter.notAll, filter.notAny) = (list("not-tags"), list("not-tags-any"))
    return filter
  }

  static let tagFilters: Set<String> = ["tags", "tags-any", "not-tags", "not-tags-any"]
  static let changedSince = "changed_since"

  /// - Throws: `APIError` 400 for what is no time.
  static func changedSince(_ parameters: ListParameters) throws(APIError) -> Timestamp? {
    guard let text = parameters.values(of: changedSince)?.first else { return nil }
    guard let time = time(text) else {
      throw .invalidInput("The input changed_since must be in the following format: YYYY-MM-DDTHH:MM:SSZ")
    }
    return time
  }

  /// A date, or a date and a time with or without a zone (ISO 8601); without one it is UTC.
  private static func time(_ text: String) -> Timestamp? {
    if text.utf8.count == 10 { return Timestamp(text + "T00:00:00") }
    let zone = text.dropFirst(19).drop { $0 != "+" && $0 != "-" }
    guard !zone.isEmpty else { return Timestamp(text) }
    let digits = zone.dropFirst().filter { $0 != ":" }
    guard let offset = Int(digits), digits.utf8.count == 4, let time = Timestamp(text.dropLast(zone.count)) else {
      return nil
    }
    let minutes = Duration.seconds((offset / 100 * 60 + offset % 100) * 60)
    return zone.first == "+" ? time - minutes : time + minutes
  }
}

extension StringProtocol {
  /// The text without the blanks around it, as Python's `strip` leaves it.
  func trimmingSpaces() -> String {
    let start = drop { $0.isWhitespace }
    return String(start.reversed().drop { $0.isWhitespace }.reversed())
  }
}
