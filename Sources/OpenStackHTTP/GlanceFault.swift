import HTTPTypes
import Hummingbird
import NIOCore

/// Glance's refusals are those of webob: a page for whoever takes HTML, which `*/*` does, plain text for whoever says
/// nothing, and JSON only for those who ask for it.
enum GlanceFault {
  /// - Returns: `nil` if the client asks for JSON.
  static func page(_ error: APIError, _ accept: String?) -> Response? {
    let accept = accept?.lowercased() ?? ""
    let takesHTML = accept.contains("text/html") || accept.contains("text/*") || accept.contains("*/*")
    if !takesHTML, accept.contains("application/json") || accept.contains("application/*") { return nil }
    let status = "\(error.status.code) \(error.status.reasonPhrase)"
    let (type, text) = takesHTML ? ("text/html", html(status, error.message)) : ("text/plain", plain(status, error))
    var headers: HTTPFields = [.contentType: "\(type); charset=UTF-8"]
    headers.append(contentsOf: error.headers)
    return Response(status: error.status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }

  private static func html(_ status: String, _ message: String) -> String {
    """
    <html>
     <head>
      <title>\(status)</title>
     </head>
     <body>
      <h1>\(status)</h1>
      \(escaped(message))<br /><br />



     </body>
    </html>
    """
  }

  private static func plain(_ status: String, _ error: APIError) -> String {
    "\(status)\n\n\(error.message)\n\n   "
  }

  /// What a client has sent stays text.
  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;").replacing("'", with: "&#x27;")
  }
}
