import HTTPTypes
import Hummingbird
import JSON

/// How each service words a refusal.
enum ErrorFace {
  /// - Parameter accept: What the request says of the forms that its client takes.
  static func response(to error: APIError, of service: OpenStackService, accept: String? = nil) -> Response {
    if service == .image, error.status != .unauthorized, let page = GlanceFault.page(error, accept) { return page }
    var writer = JSONWriter(reservingCapacity: error.message.utf8.count + 96)
    // A failed token check is answered by keystonemiddleware, which stands before every service and has one face.
    if error.status == .unauthorized {
      keystone(error, &writer)
    } else {
      switch service {
      case .networking: neutron(error, &writer)
      case .compute: nova(error, &writer)
      case .identity: keystone(error, &writer)
      case .image: glance(error, &writer)
      }
    }
    var response = Response.json(writer, status: error.status)
    response.headers.append(contentsOf: error.headers)
    return response
  }

  private static func neutron(_ error: APIError, _ writer: inout JSONWriter) {
    writer.object {
      $0.member("NeutronError") {
        $0.object {
          $0.member("type", error.type)
          $0.member("message", error.message)
          $0.member("detail", error.detail)
        }
      }
    }
  }

  private static func nova(_ error: APIError, _ writer: inout JSONWriter) {
    writer.object {
      $0.member(novaName(of: error.status)) {
        $0.object {
          $0.member("code", error.status.code)
          $0.member("message", error.message)
        }
      }
    }
  }

  // The names are those of nova/api/openstack/wsgi.py, class Fault.
  private static func novaName(of status: HTTPResponse.Status) -> StaticString {
    switch status.code {
    case 400: "badRequest"
    case 401: "unauthorized"
    case 403: "forbidden"
    case 404: "itemNotFound"
    case 405: "badMethod"
    case 409: "conflictingRequest"
    case 413, 429: "overLimit"
    case 415: "badMediaType"
    case 501: "notImplemented"
    case 503: "serviceUnavailable"
    default: "computeFault"
    }
  }

  private static func keystone(_ error: APIError, _ writer: inout JSONWriter) {
    writer.object {
      $0.member("error") {
        $0.object {
          $0.member("code", error.status.code)
          $0.member("title", error.status.reasonPhrase)
          $0.member("message", error.message)
        }
      }
    }
  }

  // For clients that ask for JSON; see GlanceFault for the others.
  private static func glance(_ error: APIError, _ writer: inout JSONWriter) {
    writer.object {
      $0.member("message", error.message)
      $0.member("code", "\(error.status.code) \(error.status.reasonPhrase)")
      $0.member("title", error.status.reasonPhrase)
    }
  }
}
