/// Makes the steps of a ``TextPattern`` of its text.
struct PatternParser {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var depth = 0
  /// The most steps of a pattern; counted repetitions multiply them.
  private static let limit = 4096

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  var isAtEnd: Bool { position == scalars.count }

  private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  /// Pieces between `|`.
  mutating func alternatives() -> [PatternStep]? {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 32, var steps = sequence() else { return nil }
    while take("|") {
      guard let other = sequence() else { return nil }
      steps = [.split(1, steps.count + 2)] + steps + [.jump(other.count + 1)] + other
    }
    return steps.count <= Self.limit ? steps : nil
  }

  private mutating func sequence() -> [PatternStep]? {
    var steps: [PatternStep] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      guard let piece = piece(), let repeated = repeated(piece) else { return nil }
      steps += repeated
      guard steps.count <= Self.limit else { return nil }
    }
    return steps
  }

  private mutating func piece() -> [PatternStep]? {
    guard let scalar = next else { return nil }
    position += 1
    switch scalar {
    case "^": return [.start]
    case "$": return [.end]
    case ".": return [.scalar(.any)]
    case "[": return set().map { [.scalar($0)] }
    case "\\": return escape().map { [.scalar($0)] }
    case "*", "+", "?", "{": return nil
    case "(":
      if take("?"), !take(":") { return nil }
      guard let steps = alternatives(), take(")") else { return nil }
      return steps
    default: return [.scalar(PatternClass(ranges: [scalar.value...scalar.value]))]
    }
  }

  private mutating func repeated(_ piece: [PatternStep]) -> [PatternStep]? {
    let optional = [.split(1, piece.count + 1)] + piece
    let many = [.split(1, piece.count + 2)] + piece + [.jump(-piece.count - 1)]
    var steps = piece
    if take("*") {
      steps = many
    } else if take("+") {
      steps = piece + many
    } else if take("?") {
      steps = optional
    } else if take("{") {
      guard let counts = counts(), (piece.count + 1) * max(counts.least, counts.most ?? 1) <= Self.limit else {
        return nil
      }
      steps = Array(repeatElement(piece, count: counts.least).joined())
      if let most = counts.most {
        steps += Array(repeatElement(optional, count: most - counts.least).joined())
      } else {
        steps += many
      }
    } else {
      return steps
    }
    // Lazy or not, it matches or it does not.
    _ = take("?")
    if let next, "*+{".unicodeScalars.contains(next) { return nil }
    return steps
  }

  /// What stands behind `{`; counts beyond 255 are refused.
  private mutating func counts() -> (least: Int, most: Int?)? {
    let least = number()
    var most = least
    if take(",") { most = number() } else if least == nil { return nil }
    guard take("}"), least ?? 0 <= most ?? 255, most ?? 0 <= 255, least ?? 0 <= 255 else { return nil }
    return (least ?? 0, most)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let next, ("0"..."9").contains(next), value ?? 0 < 1000 {
      value = (value ?? 0) * 10 + Int(next.value - 48)
      position += 1
    }
    return value
  }

  private mutating func escape() -> PatternClass? {
    guard let scalar = next else { return nil }
    position += 1
    switch scalar {
    case "d": return .digit
    case "w": return .word
    case "s": return .space
    case "D": return PatternClass(ranges: PatternClass.digit.ranges, isNegated: true)
    case "W": return PatternClass(ranges: PatternClass.word.ranges, isNegated: true)
    case "S": return PatternClass(ranges: PatternClass.space.ranges, isNegated: true)
    case "t": return PatternClass(ranges: [9...9])
    case "n": return PatternClass(ranges: [10...10])
    default:
      guard !PatternClass.word.contains(scalar) else { return nil }
      return PatternClass(ranges: [scalar.value...scalar.value])
    }
  }

  /// What stands behind `[`.
  private mutating func set() -> PatternClass? {
    var set = PatternClass(ranges: [], isNegated: take("^"))
    while let scalar = next, scalar != "]" || set.ranges.isEmpty {
      position += 1
      if scalar == "\\" {
        guard let escaped = escape(), !escaped.isNegated else { return nil }
        set.ranges += escaped.ranges
      } else if next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
        position += 1
        let last = scalars[position]
        position += 1
        guard scalar <= last, last != "\\" else { return nil }
        set.ranges.append(scalar.value...last.value)
      } else {
        set.ranges.append(scalar.value...scalar.value)
      }
    }
    return take("]") ? set : nil
  }
}
