import Hummingbird
import JSON
import OpenStackHTTP

/// The attributes that a client sends to create or update a resource, judged as Keystone's schemas judge them.
struct ResourceBody: Sendable {
  let object: JSONObject

  /// Reads the object under `member`.
  ///
  /// - Throws: `APIError` 400 or 413.
  init(_ member: String, of request: Request, _ context: OpenStackRequestContext) async throws {
    let json = try await context.json(of: request, member: member, otherwise: "'\(member)' is a required property")
    guard let object = json.object else {
      throw APIError.invalid(member, "it is not of type 'object'")
    }
    self.object = object
  }

  /// The text; `nil` if it is absent.
  func text(_ name: String, length: ClosedRange<Int> = 0...65_535) throws -> String? {
    guard let value = object[name] else { return nil }
    guard let text = value.string else { throw APIError.invalid(name, "it is not of type 'string'") }
    guard text.unicodeScalars.count >= length.lowerBound else { throw APIError.invalid(name, "it is too short") }
    guard text.unicodeScalars.count <= length.upperBound else { throw APIError.invalid(name, "it is too long") }
    guard !text.unicodeScalars.contains("\0") else { throw APIError.invalid(name, "it holds a NUL character") }
    return text
  }

  func requiredText(_ name: String, length: ClosedRange<Int> = 1...255) throws -> String {
    guard let text = try text(name, length: length) else {
      throw APIError.badRequest("'\(name)' is a required property")
    }
    return text
  }

  /// The name of a resource: not only blanks.
  func name(_ limit: Int) throws -> String? {
    guard let name = try text("name", length: 1...limit) else { return nil }
    guard name.contains(where: { !$0.isWhitespace }) else { throw APIError.invalid("name", "it is blank") }
    return name
  }

  func requiredName(_ limit: Int) throws -> String {
    guard let name = try name(limit) else { throw APIError.badRequest("'name' is a required property") }
    return name
  }

  /// The text or `null`; the outer `nil` if it is absent.
  func nullableText(_ name: String, length: ClosedRange<Int> = 0...65_535) throws -> String?? {
    guard let value = object[name] else { return nil }
    return value.isNull ? .some(nil) : try text(name, length: length)
  }

  /// Keystone takes some texts for truth values as well (`keystone/api/validation/parameter_types.py`).
  func boolean(_ name: String) throws -> Bool? {
    switch object[name] {
    case nil: return nil
    case .bool(let value)?: return value
    case .integer(0)?: return false
    case .integer(1)?: return true
    default: throw APIError.invalid(name, "it is not of type 'boolean'")
    }
  }

  /// An update may name the id, if it is the right one.
  func requireID(_ id: String) throws {
    guard let sent = object["id"], sent != .string(id) else { return }
    throw APIError.badRequest("Cannot change ID")
  }

  /// An attribute that never changes may be sent with the value that it has.
  func refuseChange(of name: String, from value: JSONValue) throws {
    guard let sent = object[name], sent != value else { return }
    throw APIError.badRequest("Update of `\(name)` is not allowed.")
  }

  /// What a part of Keystone would act on that there is not: an empty value asks for nothing, any other is refused, since
  /// nothing is ignored in silence.
  func refuse(_ names: String...) throws {
    for name in names {
      switch object[name] {
      case nil, .null?, .bool(false)?, .array([])?: continue
      case .object(let object)? where object.members.allSatisfy({ $0.value == .bool(false) || $0.value.isNull }):
        continue
      default: throw APIError.badRequest("'\(name)' is not supported by this server.")
      }
    }
  }

  /// The attributes that have no meaning here, kept as text on top of what `stored` has. `null` removes one.
  ///
  /// - Parameter known: the attributes that have a meaning.
  func extra(_ known: Set<String>, on stored: String = "{}") throws -> String {
    var extra = (try? JSONValue(parsing: stored.utf8))?.object ?? JSONObject()
    for member in object.members where !known.contains(member.name) {
      extra[member.name] = member.value.isNull ? nil : member.value
    }
    let text = JSONValue.object(extra).description
    guard text.utf8.count <= Self.longestExtra else {
      throw APIError.badRequest("The attributes of the client's own are longer than \(Self.longestExtra) bytes.")
    }
    return text
  }

  private static let longestExtra = 8192

  /// Tags as they are stored; `nil` if they are absent.
  func tags() throws -> String? {
    guard let value = object["tags"] else { return nil }
    return try Self.stored(tags: value)
  }

  /// - Throws: `APIError` 400 for what is no list of tags (`keystone/resource/schema.py`).
  static func stored(tags value: JSONValue) throws -> String {
    guard let list = value.array else { throw APIError.invalid("tags", "it is not of type 'array'") }
    let tags = try list.map { element in
      guard let tag = element.string, (1...255).contains(tag.unicodeScalars.count), !tag.contains("/"),
        !tag.contains(","), tag.contains(where: { !$0.isWhitespace })
      else { throw APIError.invalid("tags", "\(element) is no tag") }
      return tag
    }
    guard tags.count <= 80 else { throw APIError.invalid("tags", "there are more than 80") }
    guard Set(tags).count == tags.count else { throw APIError.invalid("tags", "it has non-unique elements") }
    return JSONValue(tags.sorted()).description
  }
}

extension JSONObject {
  /// Adds the members of a JSON object that is stored as text, without those that are there already.
  mutating func append(stored text: String) {
    guard let stored = (try? JSONValue(parsing: text.utf8))?.object else { return }
    for member in stored.members where self[member.name] == nil { self[member.name] = member.value }
  }
}
