package import HTTPTypes
package import Hummingbird
package import JSON
import NIOCore

extension Response {
  /// An answer whose body is what `writer` has written.
  package static func json(_ writer: JSONWriter, status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: writer.bytes)))
  }

  /// An answer whose body is `value`.
  package static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
    var writer = JSONWriter(reservingCapacity: 512)
    writer.value(value)
    return .json(writer, status: status)
  }

  /// An answer with a JSON body that `write` writes; `capacity` is a guess at its length in bytes.
  package static func json(
    status: HTTPResponse.Status = .ok, capacity: Int = 1024, _ write: (inout JSONWriter) throws -> Void
  ) rethrows -> Response {
    var writer = JSONWriter(reservingCapacity: capacity)
    try write(&writer)
    return .json(writer, status: status)
  }

  /// An answer without a body, such as 204 to a DELETE.
  package static func empty(_ status: HTTPResponse.Status) -> Response {
    Response(status: status, headers: status == .noContent ? [:] : [.contentLength: "0"])
  }
}
