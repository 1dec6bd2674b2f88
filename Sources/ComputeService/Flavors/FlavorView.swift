import JSON
import Model
import OpenStackHTTP

/// Writes a flavor as the Compute API shows it (`nova/api/openstack/compute/views/flavors.py`).
struct FlavorView: Sendable {
  let baseURL: String
  let version: Microversion

  init(_ context: OpenStackRequestContext) {
    baseURL = context.baseURL
    version = context.microversion
  }

  private func has(_ minor: Int) -> Bool { version >= Microversion(2, minor) }

  func write(_ flavor: Flavor, isDetailed: Bool, to writer: inout JSONWriter) {
    writer.object { object in
      object.member("id", flavor.id)
      object.member("name", flavor.name)
      if isDetailed { writeSizes(of: flavor, to: &object) }
      object.member(
        "links",
        [
          ["rel": "self", "href": .string("\(baseURL)/v2.1/flavors/\(flavor.id)")],
          ["rel": "bookmark", "href": .string("\(baseURL)/flavors/\(flavor.id)")],
        ])
      if has(55) { object.member("description", flavor.description) }
      if has(61), isDetailed { object.member("extra_specs") { $0.raw(flavor.extraSpecs.utf8) } }
    }
  }

  private func writeSizes(of flavor: Flavor, to object: inout JSONWriter) {
    object.member("ram", flavor.memoryMB)
    object.member("disk", flavor.rootGB)
    // No swap was an empty text until 2.75.
    if flavor.swapMB == 0, !has(75) { object.member("swap", "") } else { object.member("swap", flavor.swapMB) }
    object.member("OS-FLV-EXT-DATA:ephemeral", flavor.ephemeralGB)
    object.member("OS-FLV-DISABLED:disabled", false)
    object.member("vcpus", flavor.vcpus)
    object.member("os-flavor-access:is_public", flavor.isPublic)
    object.member("rxtx_factor", .number(1))
  }
}
