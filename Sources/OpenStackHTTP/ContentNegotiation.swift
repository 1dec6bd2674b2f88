import HTTPTypes
import Hummingbird

// Which forms a client takes and sends. There is one of each: JSON.

extension Request {
  /// Whether the client takes JSON (RFC 9110, 12.5.1): of the ranges in `Accept` that JSON lies in, the narrowest one
  /// counts, and `q=0` refuses it. No field, or one that is not a list of ranges, takes everything, as webob has it.
  var acceptsJSON: Bool {
    guard let accept = headers[.accept] else { return true }
    if accept == "application/json" || accept == "*/*" || accept.isEmpty { return true }
    var narrowest: (rank: Int, isAccepted: Bool) = (0, false)
    for item in accept.split(separator: ",") {
      let parts = item.split(separator: ";").map { String($0.filter { $0 != " " && $0 != "\t" }).lowercased() }
      guard let range = parts.first, range.contains("/") else { return true }
      guard let rank = Self.rank(of: range), rank >= narrowest.rank else { continue }
      let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 1 } ?? 1
      let isAccepted = quality > 0 || (rank == narrowest.rank && narrowest.isAccepted)
      narrowest = (rank, isAccepted)
    }
    return narrowest.isAccepted
  }

  /// How narrow the range is around JSON; `nil` if JSON is not in it.
  private static func rank(of range: String) -> Int? {
    switch range {
    case "application/json": 3
    case "application/*": 2
    case "*/*": 1
    default: nil
    }
  }

  /// The type of the body without its parameters, in lower case; `nil` if the request does not say.
  private var contentType: String? {
    guard let field = headers[.contentType] else { return nil }
    let type = field.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
    return type.isEmpty ? nil : type
  }

  /// Refuses a body that says that it is something else than JSON, as the service's upstream does: Neutron reads it all
  /// the same, Nova and Glance answer 415, Keystone 400.
  ///
  /// - Throws: `APIError` 415 or 400.
  func checkContentType(for service: OpenStackService) throws(APIError) {
    if headers[.contentType] == "application/json" { return }
    guard let type = contentType, type != "application/json" else { return }
    switch service {
    case .networking: return
    case .compute:
      // Nova takes this for no type at all.
      if type == "text/plain" { return }
      throw APIError(.unsupportedMediaType, "Unsupported Content-Type")
    case .image:
      // A PATCH of an image has a type of its own, which its route looks at more closely.
      if type.hasPrefix("application/openstack-images-v2.") { return }
      throw APIError(.unsupportedMediaType, "The request body must be of type application/json.")
    case .identity:
      throw .badRequest(
        """
        Expecting to find application/json in Content-Type header. The server could not comply with the request since \
        it is either malformed or otherwise incorrect. The client is assumed to be in error.
        """)
    }
  }
}
