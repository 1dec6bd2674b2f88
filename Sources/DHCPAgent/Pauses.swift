internal import Model

/// How long what has failed waits before it is tried again: each time twice as long as before. One pause of each thing is
/// under way at most, however often it fails meanwhile.
struct Pauses: Sendable {
  private let first: Duration
  private let longest: Duration
  private var lengths: [UUID?: Duration] = [:]
  private var underWay: Set<UUID?> = []

  init(first: Duration, longest: Duration) {
    (self.first, self.longest) = (first, longest)
  }

  /// - Returns: The length of the pause that begins; `nil` if one is under way.
  mutating func begin(of thing: UUID?) -> Duration? {
    guard underWay.insert(thing).inserted else { return nil }
    let length = min(lengths[thing].map { $0 * 2 } ?? first, longest)
    lengths[thing] = length
    return length
  }

  mutating func ended(of thing: UUID?) { underWay.remove(thing) }

  /// It has not failed this time.
  mutating func forget(_ thing: UUID?) { lengths[thing] = nil }
}
