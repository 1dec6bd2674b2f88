import Foundation
import JSON
import Testing

/// What nova-api of OpenStack Zed was sent and answered.
struct Capture: Sendable, CustomTestStringConvertible {
  var name: String
  var request: JSONValue
  var response: JSONValue

  var testDescription: String { name }

  static let all: [Capture] = {
    let folder = Bundle.module.bundlePath + "/Captures"
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.sorted().compactMap { file in
      guard let data = FileManager.default.contents(atPath: folder + "/" + file),
        let json = try? JSONValue(parsing: data), let request = json["request"], let response = json["response"]
      else { return nil }
      return Capture(name: file, request: request, response: response)
    }
  }()
}
