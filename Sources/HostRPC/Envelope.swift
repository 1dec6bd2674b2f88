package import JSON

/// What a caller sends: oslo.messaging's `{method, args, version}`.
struct RPCRequest: JSONConvertible, Sendable {
  var method: String
  var args: JSONValue
  var version: String

  init(method: String, args: JSONValue, version: String) {
    (self.method, self.args, self.version) = (method, args, version)
  }

  init(json: JSONValue) throws {
    let members = try Members(json)
    method = try members.string("method")
    args = try members.object("args")
    version = try members.optionalString("version") ?? "1.0"
  }

  var json: JSONValue { ["method": .string(method), "args": args, "version": .string(version)] }
}

/// What a caller gets back: oslo.messaging's `{result, failure}`, one of which is `null`.
enum RPCReply: JSONConvertible, Sendable {
  case result(JSONValue)
  case failure(RemoteFailure)

  init(json: JSONValue) throws {
    let members = try Members(json)
    if let failure = try members.optionalMembers("failure") {
      let kind = RemoteFailure.Kind(rawValue: try failure.string("class"))
      self = .failure(RemoteFailure(kind: kind, message: try failure.string("message")))
    } else {
      self = .result(try members.value("result"))
    }
  }

  var json: JSONValue {
    switch self {
    case .result(let value): ["result": value, "failure": .null]
    case .failure(let failure):
      ["result": .null, "failure": ["class": .string(failure.kind.rawValue), "message": .string(failure.message)]]
    }
  }
}

/// What went wrong at the other end of a call. A handler may throw one to choose what its caller is told.
package struct RemoteFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The class of the failure; the names are those of oslo.messaging where it has one. Callers branch on it.
  package struct Kind: RawRepresentable, Hashable, Sendable {
    package let rawValue: String

    package init(rawValue: String) {
      self.rawValue = rawValue
    }

    /// Nobody serves the method.
    package static let noSuchMethod = Kind(rawValue: "NoSuchMethod")
    /// The method is served in another major version, or in an older minor one.
    package static let unsupportedVersion = Kind(rawValue: "UnsupportedVersion")
    /// The envelope or the arguments are not what the method takes.
    package static let invalidArguments = Kind(rawValue: "InvalidArguments")
    /// The hosts' secret is wrong or missing.
    package static let unauthorized = Kind(rawValue: "Unauthorized")
    /// The body is longer than the limit.
    package static let tooLarge = Kind(rawValue: "TooLarge")
    /// The handler failed; the log of the other end says why.
    package static let handlerFailed = Kind(rawValue: "HandlerFailed")
  }

  package let kind: Kind
  package let message: String

  package init(kind: Kind, message: String) {
    self.kind = kind
    self.message = message
  }

  package var description: String { "\(kind.rawValue): \(message)" }
}

/// What the server tells a host.
package struct HostMessage: JSONConvertible, Hashable, Sendable {
  /// The row of a message that must be acknowledged, because it is kept and sent again until then; `nil` for a hint.
  package var id: Int64?
  package var method: String
  package var args: JSONValue
  package var version: String

  package init(id: Int64? = nil, method: String, args: JSONValue, version: String) {
    (self.id, self.method, self.args, self.version) = (id, method, args, version)
  }

  /// The message of a typed method.
  package init<Method: RPCMethod>(_: Method.Type, _ arguments: Method.Arguments, id: Int64? = nil) {
    self.init(id: id, method: Method.name, args: arguments.json, version: Method.version)
  }

  package init(json: JSONValue) throws {
    let request = try RPCRequest(json: json)
    let id = try Members(json).optionalInteger("id").map(Int64.init)
    self.init(id: id, method: request.method, args: request.args, version: request.version)
  }

  package var json: JSONValue {
    var object = JSONObject()
    object["id"] = id.map(JSONValue.integer) ?? .null
    object["method"] = .string(method)
    object["args"] = args
    object["version"] = .string(version)
    return .object(object)
  }

  /// The arguments, if this is a message of `Method`; else `nil`.
  ///
  /// - Throws: ``MalformedBody`` if they are not what the method takes.
  package func arguments<Method: RPCMethod>(of _: Method.Type) throws -> Method.Arguments? {
    method == Method.name ? try Method.Arguments(json: args) : nil
  }
}
