import HTTPTypes
import Hummingbird
import NIOCore

/// A refusal in the form that webob, which upstream's service is made with, gives it: a small page of HTML.
struct MetadataRefusal: Error {
  let status: HTTPResponse.Status
  let message: String

  init(_ status: HTTPResponse.Status, _ message: String) {
    (self.status, self.message) = (status, message)
  }

  static let notFound = MetadataRefusal(.notFound, "The resource could not be found.")
  static let internalError = MetadataRefusal(
    .internalServerError, "An unknown error has occurred. Please try your request again.")

  var response: Response {
    let title = "\(status.code) \(status.reasonPhrase)"
    let page = """
      <html>
       <head>
        <title>\(title)</title>
       </head>
       <body>
        <h1>\(title)</h1>
        \(message)<br /><br />



       </body>
      </html>
      """
    return Response(
      status: status, headers: [.contentType: "text/html; charset=UTF-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: page)))
  }
}
