package import JSON
package import Model

/// `call_host`: a question of the server's to a host, such as what stands on a guest's console. It is a hint: a host that
/// is away is not asked later, for whoever asked has gone by then. The answer is ``AnswerCall``.
package enum CallHost: RPCMethod {
  package typealias Result = NoResult
  package static let name = "call_host"
  package static let version = "1.0"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var callID: UUID
    package var method: String
    package var instanceID: UUID
    /// An object, by method.
    package var arguments: JSONValue

    package init(callID: UUID, method: String, instanceID: UUID, arguments: JSONValue) {
      (self.callID, self.method, self.instanceID, self.arguments) = (callID, method, instanceID, arguments)
    }

    package init(json: JSONValue) throws {
      let members = try Members(json)
      callID = try members.uuid("call_id")
      method = try members.string("method")
      instanceID = try members.uuid("instance_id")
      arguments = try members.object("arguments")
    }

    package var json: JSONValue {
      [
        "call_id": .string("\(callID)"), "method": .string(method), "instance_id": .string("\(instanceID)"),
        "arguments": arguments,
      ]
    }
  }
}

/// `answer_call`: a host's answer to ``CallHost``.
package enum AnswerCall: RPCMethod {
  package typealias Result = NoResult
  package static let name = "answer_call"
  package static let version = "1.0"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    /// Why there is no result.
    package struct Failure: Error, Hashable, Sendable {
      /// As an HTTP status: 404 for a guest that is not there, 409 for one in the wrong state, 501 for what this host
      /// cannot do, else 500.
      package var code: Int
      package var message: String

      package init(code: Int, message: String) {
        (self.code, self.message) = (code, message)
      }
    }

    package var callID: UUID
    package var result: Swift.Result<JSONValue, Failure>

    package init(callID: UUID, result: Swift.Result<JSONValue, Failure>) {
      (self.callID, self.result) = (callID, result)
    }

    package init(json: JSONValue) throws {
      let members = try Members(json)
      callID = try members.uuid("call_id")
      if let failure = try members.optionalMembers("failure") {
        result = .failure(Failure(code: try failure.integer("code"), message: try failure.string("message")))
      } else {
        result = .success(try members.value("result"))
      }
    }

    package var json: JSONValue {
      switch result {
      case .success(let value): ["call_id": .string("\(callID)"), "result": value]
      case .failure(let failure):
        [
          "call_id": .string("\(callID)"),
          "failure": ["code": JSONValue(failure.code), "message": .string(failure.message)],
        ]
      }
    }
  }
}
