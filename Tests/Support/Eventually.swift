/// Something that a test waited for has not come about.
package struct NeverHappened: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}

/// Waits until `probe` returns something, and returns it.
///
/// What other programs do cannot be awaited otherwise than by looking again, every few milliseconds. The time limit
/// is no assertion about speed: it only ends a test that has failed.
///
/// - Throws: ``NeverHappened``, or what the probe throws.
package func eventually<Value>(
  _ what: String, within limit: Duration = .seconds(60), every pause: Duration = .milliseconds(5),
  isolation: isolated (any Actor)? = #isolation, _ probe: () async throws -> Value?
) async throws -> Value {
  let deadline = ContinuousClock.now + limit
  while ContinuousClock.now < deadline {
    if let value = try await probe() { return value }
    try await Task.sleep(for: pause)
  }
  throw NeverHappened("waited \(limit) in vain until \(what)")
}

/// Waits until `condition` holds; see ``eventually(_:within:every:isolation:_:)``.
package func waitUntil(
  _ what: String, within limit: Duration = .seconds(60), isolation: isolated (any Actor)? = #isolation,
  _ condition: () async throws -> Bool
) async throws {
  _ = try await eventually(what, within: limit, isolation: isolation) { try await condition() ? true : nil }
}
