/// What an extra spec asks of a value: the value itself, or an operator with operands
/// (`nova/scheduler/filters/extra_specs_ops.py`).
struct ExtraSpecRequirement: Hashable, Sendable {
  private let text: String
  private let words: [String]

  init(_ text: String) {
    self.text = text
    words = text.split(whereSeparator: \.isWhitespace).map(String.init)
  }

  func isMet(by value: String) -> Bool {
    guard let name = words.first else { return value == text }
    let operands = words.dropFirst()
    if name == "<or>" { return operands.contains { $0 == value && $0 != "<or>" } }
    if name == "<all-in>" { return !operands.isEmpty && operands.allSatisfy { value.containsText($0) } }
    guard let compare = Self.comparisons[name] else { return value == text }
    guard let operand = operands.first else { return false }
    return compare(value, operand)
  }

  private static let comparisons: [String: @Sendable (String, String) -> Bool] = [
    "=": { numbers($0, $1, >=) }, "==": { numbers($0, $1, ==) }, "!=": { numbers($0, $1, !=) },
    ">=": { numbers($0, $1, >=) }, "<=": { numbers($0, $1, <=) }, "<in>": { $0.containsText($1) },
    "s==": { $0 == $1 }, "s!=": { $0 != $1 }, "s<": { $0 < $1 }, "s<=": { $0 <= $1 }, "s>": { $0 > $1 },
    "s>=": { $0 >= $1 },
  ]

  /// What is no number meets nothing.
  private static func numbers(_ left: String, _ right: String, _ compare: (Double, Double) -> Bool) -> Bool {
    guard let left = Double(left), let right = Double(right) else { return false }
    return compare(left, right)
  }
}

extension String {
  /// Whether the bytes of `part` stand in this text one after the other.
  fileprivate func containsText(_ part: String) -> Bool {
    let own = Array(utf8)
    let wanted = Array(part.utf8)
    guard wanted.count <= own.count else { return false }
    return (0...(own.count - wanted.count)).contains { own[$0..<($0 + wanted.count)].elementsEqual(wanted) }
  }
}
