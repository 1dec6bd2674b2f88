import JSON
import Model
import OpenStackHTTP

extension ServerRequest {
  /// Nothing that was asked for is ignored in silence.
  static func refuseWhatThereIsNot(_ server: JSONValue, _ body: JSONValue) throws {
    if let files = server["personality"]?.array, !files.isEmpty {
      throw APIError.badRequest("Personality files are not supported; use user_data.")
    }
    if let volumes = server["block_device_mapping"]?.array, !volumes.isEmpty {
      throw APIError.badRequest("Block Device Mapping is Invalid: volumes are not supported.")
    }
    for device in server["block_device_mapping_v2"]?.array ?? [] where !isTheImage(device, server) {
      throw APIError.badRequest("Block Device Mapping is Invalid: only the image itself can be a server's disk.")
    }
    if let certificates = server["trusted_image_certificates"]?.array, !certificates.isEmpty {
      throw APIError.badRequest("Certificate validation of images is not supported.")
    }
    for name in ["os:scheduler_hints", "OS-SCH-HNT:scheduler_hints"] {
      if let hints = body[name]?.object, !hints.isEmpty {
        throw APIError.badRequest("Scheduler hints are not supported: \(hints.names.joined(separator: ", ")).")
      }
    }
  }

  /// Clients describe the boot disk a second time when they describe any.
  private static func isTheImage(_ device: JSONValue, _ server: JSONValue) -> Bool {
    device["source_type"]?.string == "image" && device["destination_type"]?.string == "local"
      && device["boot_index"]?.looseInteger == 0 && device["uuid"]?.string == server["imageRef"]?.string
  }
}
