extension [ClosedRange<Int>] {
  /// The same numbers in as few ranges as possible, in ascending order: ranges that overlap or touch are one.
  package var joined: [ClosedRange<Int>] {
    var result: [ClosedRange<Int>] = []
    for range in sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = result.last, range.lowerBound <= last.upperBound + 1 {
        result[result.count - 1] = last.lowerBound...Swift.max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
    }
    return result
  }

  /// What is left of the ranges, which are ``joined``, without `taken`, which ascends.
  package func without(_ taken: some Sequence<Int>) -> [ClosedRange<Int>] {
    var result: [ClosedRange<Int>] = []
    var iterator = taken.makeIterator()
    var next = iterator.next()
    for range in self {
      var start = range.lowerBound
      while let number = next, number <= range.upperBound {
        if number >= start {
          if number > start { result.append(start...(number - 1)) }
          start = number + 1
        }
        next = iterator.next()
      }
      if start <= range.upperBound { result.append(start...range.upperBound) }
    }
    return result
  }

  /// One of the numbers, each as likely as any other; `nil` if there are none.
  package func randomNumber(using generator: inout some RandomNumberGenerator) -> Int? {
    let count = reduce(0) { $0 + $1.count }
    guard count > 0 else { return nil }
    var index = Int.random(in: 0..<count, using: &generator)
    for range in self {
      if index < range.count { return range.lowerBound + index }
      index -= range.count
    }
    return nil
  }
}
