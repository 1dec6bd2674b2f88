import JSON
import OpenStackHTTP

extension ServerRequest {
  /// Nothing that was asked for is ignored in silence.
  static func refuseWhatThereIsNot(_ server: JSONValue) throws {
    if let files = server["personality"]?.array, !files.isEmpty {
      throw APIError.badRequest("Personality files are not supported; use user_data.")
    }
    if let certificates = server["trusted_image_certificates"]?.array, !certificates.isEmpty {
      throw APIError.badRequest("Certificate validation of images is not supported.")
    }
  }
}
