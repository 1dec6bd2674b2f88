import JSON
import Model
import OpenStackHTTP

/// What came of one `POST /os-server-external-events`.
package enum ComputeAnswer: Hashable, Sendable {
  /// 200 or 207: a code for each event. `nil` for an event that the answer does not speak of.
  case judged([Int?])
  /// The body as a whole was refused: 400, or another 4xx that is about what was sent.
  case refused(status: Int, message: String)
  /// The Compute service failed, or does not let us in: 5xx, 401, 403, 408, 429.
  case failed(status: Int, message: String)
  /// There was no answer at all.
  case none(reason: String)
}

extension ComputeAnswer {
  init(_ answer: ServiceClient.Answer, to batch: [PendingEvent]) {
    switch answer.status {
    case 200, 207:
      self = .judged(Self.codes(in: answer.body, of: batch))
    case 404:
      // Before 21.0.0 Nova answered so when it knew none of the instances.
      self = .judged(batch.map { _ in 404 })
    case 401, 403, 408, 429, 500...:
      self = .failed(status: answer.status, message: Self.message(in: answer.body))
    default:
      self = .refused(status: answer.status, message: Self.message(in: answer.body))
    }
  }

  /// The answer lists the events in the order they were sent; one that does not match its place is looked for.
  private static func codes(in body: JSONValue?, of batch: [PendingEvent]) -> [Int?] {
    let answers = body?["events"]?.array ?? []
    return batch.enumerated().map { index, pending in
      let answer =
        answers.indices.contains(index) && isAbout(pending.event, answers[index])
        ? answers[index] : answers.first { isAbout(pending.event, $0) }
      return answer?["code"]?.integer.map { Int($0) }
    }
  }

  private static func isAbout(_ event: InstanceEvent, _ answer: JSONValue) -> Bool {
    answer["name"]?.string == event.name.rawValue && answer["tag"]?.string == event.tag
      && answer["server_uuid"]?.string.flatMap { UUID($0) } == event.instanceID
  }

  /// OpenStack's services put the message one level down, under a name that depends on the status.
  private static func message(in body: JSONValue?) -> String {
    let text = body?.object?.members.lazy.compactMap { $0.value["message"]?.string }.first
    return String((text ?? "no message").prefix(500))
  }
}
