/// A regular expression as users send it to look for names: literals, `.`, classes, `\d \w \s`, groups, `|`,
/// `* + ? {n,m}`, `^` and `$`. It never takes longer than its length times the text's, whatever it is: there is no
/// going back in it.
package struct TextPattern: Hashable, Sendable {
  package let text: String
  private let program: [PatternStep]

  /// - Returns: `nil` for what is no regular expression, is too long, or needs what there is not: references to groups,
  ///   and looking ahead or behind.
  package init?(_ text: String) {
    guard !text.isEmpty, text.utf8.count <= 1024 else { return nil }
    var parser = PatternParser(text)
    guard let program = parser.alternatives(), parser.isAtEnd else { return nil }
    self.text = text
    self.program = program
  }

  package static func == (left: TextPattern, right: TextPattern) -> Bool { left.text == right.text }
  package func hash(into hasher: inout Hasher) { hasher.combine(text) }

  /// Whether the pattern is found anywhere in the text.
  package func matches(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    var threads = PatternThreads(program)
    for position in 0...scalars.count {
      let edges = (isStart: position == 0, isEnd: position == scalars.count)
      if threads.start(edges) { return true }
      guard position < scalars.count else { return false }
      if threads.advance(over: scalars[position], isEnd: position + 1 == scalars.count) { return true }
    }
    return false
  }
}

/// One step of a compiled pattern; targets are counted from the step itself.
enum PatternStep: Hashable, Sendable {
  case scalar(PatternClass)
  case split(Int, Int)
  case jump(Int)
  case start
  case end
}

/// What one character may be.
struct PatternClass: Hashable, Sendable {
  var ranges: [ClosedRange<UInt32>]
  var isNegated = false

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    ranges.contains { $0.contains(scalar.value) } != isNegated
  }

  static let any = PatternClass(ranges: [10...10], isNegated: true)
  static let digit = PatternClass(ranges: [48...57])
  static let word = PatternClass(ranges: [48...57, 65...90, 95...95, 97...122])
  static let space = PatternClass(ranges: [9...13, 32...32])
}

/// All places of a pattern where the text read so far may have led to.
private struct PatternThreads {
  let program: [PatternStep]
  private var current: [Int] = []
  private var isMarked: [Bool]

  init(_ program: [PatternStep]) {
    self.program = program
    isMarked = Array(repeating: false, count: program.count)
  }

  /// - Returns: Whether the end of the pattern is reached, as by all of these.
  mutating func start(_ edges: (isStart: Bool, isEnd: Bool)) -> Bool { add(0, edges) }

  mutating func advance(over scalar: Unicode.Scalar, isEnd: Bool) -> Bool {
    let threads = current
    current.removeAll(keepingCapacity: true)
    for index in isMarked.indices { isMarked[index] = false }
    for index in threads {
      if case .scalar(let set) = program[index], set.contains(scalar), add(index + 1, (false, isEnd)) { return true }
    }
    return false
  }

  private mutating func add(_ first: Int, _ edges: (isStart: Bool, isEnd: Bool)) -> Bool {
    var waiting = [first]
    while let index = waiting.popLast() {
      guard index < program.count else { return true }
      if isMarked[index] { continue }
      switch program[index] {
      case .scalar: current.append(index)
      case .split(let one, let other): waiting += [index + one, index + other]
      case .jump(let offset): waiting.append(index + offset)
      case .start: if edges.isStart { waiting.append(index + 1) } else { continue }
      case .end: if edges.isEnd { waiting.append(index + 1) } else { continue }
      }
      isMarked[index] = true
    }
    return false
  }
}
