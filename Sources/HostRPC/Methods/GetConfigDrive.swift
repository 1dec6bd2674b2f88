package import JSON
package import Model

/// `get_config_drive`: what a compute host writes on an instance's config drive. Ours; upstream's hosts make the files
/// themselves, of the database. Asking marks the instance as one that has a config drive.
package enum GetConfigDrive: RPCMethod {
  package static let name = "get_config_drive"
  package static let version = "1.0"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var instanceID: UUID

    package init(instanceID: UUID) {
      self.instanceID = instanceID
    }

    package init(json: JSONValue) throws {
      instanceID = try Members(json).uuid("instance_id")
    }

    package var json: JSONValue { ["instance_id": .string("\(instanceID)")] }
  }

  /// The files by path. Many have the same contents, which travel once.
  package struct Result: JSONConvertible, Hashable, Sendable {
    package struct File: Hashable, Sendable {
      /// Such as `openstack/latest/meta_data.json`.
      package var path: String
      package var contents: [UInt8]

      package init(path: String, contents: [UInt8]) {
        (self.path, self.contents) = (path, contents)
      }
    }

    package var files: [File]

    package init(files: [File]) {
      self.files = files
    }

    package init(json: JSONValue) throws {
      let members = try Members(json)
      let contents = try members.strings("contents").enumerated().map { index, text in
        guard let bytes = Base64.decoded(text) else {
          throw MalformedBody(member: "contents[\(index)]", expected: "base64", found: .string(text))
        }
        return bytes
      }
      files = try members.objects("files") { file in
        let number = try file.integer("content")
        guard contents.indices.contains(number) else {
          throw MalformedBody(member: "content", expected: "the number of a content", found: JSONValue(number))
        }
        return File(path: try file.string("path"), contents: contents[number])
      }
    }

    package var json: JSONValue {
      var numbers: [[UInt8]: Int] = [:]
      var contents: [JSONValue] = []
      let files = files.map { file -> JSONValue in
        let number = numbers[file.contents] ?? contents.count
        if number == contents.count {
          numbers[file.contents] = number
          contents.append(.string(Base64.encoded(file.contents)))
        }
        return ["path": .string(file.path), "content": JSONValue(number)]
      }
      return ["contents": .array(contents), "files": .array(files)]
    }
  }
}
