import Model
import OpenStackHTTP

/// One filter of a list of images.
enum ImageFilter: Sendable {
  case tag(String)
  case isOneOf(String, [String])
  /// `size_min`, `size_max` and so on: at least or at most so many.
  case atLeast(String, Int)
  case atMost(String, Int)
  /// A time against `created_at` or `updated_at`.
  case time(String, Comparison, Timestamp)

  enum Comparison: String, Sendable {
    case eq
    case neq
    case gt
    case gte
    case lt
    case lte
  }

  private static let bounded = ["size", "virtual_size", "min_disk", "min_ram"]

  /// - Throws: `APIError` 400 for a value that the filter cannot have.
  init(_ name: String, _ value: String) throws {
    switch name {
    case "tag": self = .tag(value)
    case "protected":
      let flag = try ImageListQuery.flag(name, value) ?? false
      self = .isOneOf(name, ["\(flag)"])
    case "created_at", "updated_at": self = try Self.time(name, value)
    case "name", "id", "status", "container_format", "disk_format":
      let (comparison, operand) = Self.split(value)
      switch comparison {
      case "in": self = .isOneOf(name, try Self.alternatives(operand))
      case "eq": self = .isOneOf(name, [operand])
      default: throw APIError.badRequest("Unable to filter by unknown operator '\(comparison)'.")
      }
    default: self = try Self.bound(name, value) ?? .isOneOf(name, [value])
    }
  }

  private static func bound(_ name: String, _ value: String) throws -> ImageFilter? {
    let attribute = String(name.dropLast(4))
    guard name.hasSuffix("_min") || name.hasSuffix("_max"), bounded.contains(attribute) else { return nil }
    guard let number = Int(value) else {
      throw APIError.badRequest("Unable to filter on a range with a non-numeric value.")
    }
    return name.hasSuffix("_min") ? .atLeast(attribute, number) : .atMost(attribute, number)
  }

  private static func time(_ name: String, _ value: String) throws -> ImageFilter {
    // A time has colons of its own.
    let (comparison, operand) = Timestamp(value) == nil ? split(value) : ("eq", value)
    guard let time = Timestamp(operand) else {
      throw APIError.badRequest("Bad \"\(name)\" query filter format. Use ISO 8601 DateTime notation.")
    }
    guard let comparison = Comparison(rawValue: comparison) else {
      throw APIError.badRequest("Unable to filter by unknown operator '\(comparison)'.")
    }
    return .time(name, comparison, time)
  }

  private static func split(_ value: String) -> (String, String) {
    let halves = value.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    return halves.count == 2 ? (halves[0], halves[1]) : ("eq", value)
  }

  /// `a,b,"c,d"` is any of three.
  private static func alternatives(_ text: String) throws -> [String] {
    var (found, current, isQuoted) = ([String](), "", false)
    for character in text {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted:
        found.append(current)
        current = ""
      default: current.append(character)
      }
    }
    guard !isQuoted else { throw APIError.badRequest("Invalid filter value \(text). The quote is not closed.") }
    return found + [current]
  }

  func matches(_ image: Image) -> Bool {
    switch self {
    case .tag(let tag): image.tags.contains(tag)
    case .isOneOf(let name, let values): image.text(of: name).map(values.contains) ?? false
    case .atLeast(let name, let number): image.text(of: name).flatMap { Int($0) }.map { $0 >= number } ?? false
    case .atMost(let name, let number): image.text(of: name).flatMap { Int($0) }.map { $0 <= number } ?? false
    case .time(let name, let comparison, let time):
      Self.holds(name == "created_at" ? image.createdAt : image.updatedAt, comparison, time)
    }
  }

  /// To the second, as upstream keeps times, so that what a list shows finds what it shows.
  private static func holds(_ found: Timestamp, _ comparison: Comparison, _ wanted: Timestamp) -> Bool {
    let (found, wanted) = (found.iso8601Seconds, wanted.iso8601Seconds)
    return switch comparison {
    case .eq: found == wanted
    case .neq: found != wanted
    case .gt: found > wanted
    case .gte: found >= wanted
    case .lt: found < wanted
    case .lte: found <= wanted
    }
  }
}
