import JSON
import Model
import OpenStackHTTP

/// The blank disks that `block_device_mapping_v2` of `POST /servers` asks for beside the image. There are no volumes:
/// who asks for one gets upstream's answer to one that cannot be found (`nova/block_device.py`).
struct BlockDevices: Hashable, Sendable {
  /// In GB; `nil` is as large as the flavor has it.
  var ephemerals: [Int?] = []
  /// In MB.
  var swaps: [Int?] = []

  /// - Throws: `APIError` 400 for a device that cannot be.
  init(of server: JSONValue) throws {
    let legacy = server["block_device_mapping"]?.array ?? []
    let devices = server["block_device_mapping_v2"]?.array ?? []
    if !legacy.isEmpty, !devices.isEmpty {
      throw APIError.badRequest(
        "Using different block_device_mapping syntaxes is not allowed in the same request.")
    }
    if let device = legacy.first { throw Self.refusal(of: device) }
    let hasImage = server["imageRef"]?.string?.isEmpty == false
    var bootIndexes = hasImage ? [0] : []
    for device in devices where device["no_device"]?.looseBool != true {
      let isImage = try Self.check(device, hasImage: hasImage)
      if isImage { continue }
      if let index = device["boot_index"]?.looseInteger, index >= 0 { bootIndexes.append(index) }
      let size = device["volume_size"]?.looseInteger
      if device["guest_format"]?.string == "swap" {
        // Upstream's unit of a swap disk is the flavor's, megabytes.
        swaps.append(size)
      } else {
        ephemerals.append(size)
      }
    }
    if !devices.isEmpty, !hasImage || bootIndexes.sorted() != Array(0..<bootIndexes.count) {
      throw Self.invalid("Boot sequence for the instance and image/block device mapping combination is not valid.")
    }
  }

  /// The sizes that an instance of the flavor gets; `nil` leaves them to the flavor.
  ///
  /// - Throws: `APIError` 400 for more than the flavor has.
  func sizes(in flavor: Flavor) throws -> (ephemeralGB: Int?, swapMB: Int?) {
    let ephemeral = ephemerals.reduce(0) { $0 + ($1.flatMap { $0 > 0 ? $0 : nil } ?? flavor.ephemeralGB) }
    guard ephemeral <= flavor.ephemeralGB else {
      throw APIError.badRequest(
        "Ephemeral disks requested are larger than the instance type allows. If no size is given in one block device "
          + "mapping, flavor ephemeral size will be used.")
    }
    guard ephemerals.count < 2 else { throw Self.invalid("more than one ephemeral disk is not supported.") }
    guard swaps.count < 2 else { throw Self.invalid("More than one swap drive requested.") }
    let swap = swaps.first.map { $0 ?? 0 }
    guard swap ?? 0 <= flavor.swapMB else {
      throw APIError.badRequest("Swap drive requested is larger than instance type allows.")
    }
    return (ephemerals.isEmpty ? nil : ephemeral, swap)
  }

  /// - Returns: Whether the device is the image itself, which clients describe a second time when they describe any.
  private static func check(_ device: JSONValue, hasImage: Bool) throws -> Bool {
    let source = device["source_type"]?.string
    let isLocal = device["destination_type"]?.string == "local"
    let hasID = device["uuid"]?.string != nil
    let hasVolumeType = device["volume_type"]?.string != nil
    if source == "blank", hasID { throw invalid("Invalid device UUID.") }
    if source != "blank", !hasID { throw invalid("Missing device UUID.") }
    let isImage = source == "image" && isLocal
    if isImage, !hasImage || device["boot_index"]?.looseInteger != 0 {
      throw invalid("Mapping image to local is not supported.")
    }
    if isLocal, hasVolumeType {
      throw invalid("Specifying a volume_type with destination_type=local is not supported.")
    }
    if source == "volume", hasVolumeType {
      throw invalid("Specifying volume type to existing volume is not supported.")
    }
    guard source == "blank", isLocal else {
      if isImage { return true }
      throw refusal(of: device)
    }
    // The guests' disks are virtio's, and that is what is said.
    if let bus = device["disk_bus"]?.string, bus != "virtio" {
      throw APIError.badRequest("Block Device Mapping is Invalid.")
    }
    return false
  }

  private static func refusal(of device: JSONValue) -> APIError {
    let isSnapshot = device["source_type"]?.string == "snapshot"
    let id = device["uuid"]?.string ?? device["volume_id"]?.string
    if let id = isSnapshot ? id : device["snapshot_id"]?.string { return invalid("failed to get snapshot \(id).") }
    if let id, device["source_type"]?.string ?? "volume" == "volume" { return invalid("failed to get volume \(id).") }
    return invalid("volumes are not supported.")
  }

  private static func invalid(_ details: String) -> APIError {
    .badRequest("Block Device Mapping is Invalid: \(details)")
  }
}
