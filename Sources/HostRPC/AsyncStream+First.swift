extension AsyncStream where Element: Sendable {
  /// The first element, or `nil` if the stream ends or `limit` passes without one. The stream is for one reader.
  ///
  /// - Throws: `CancellationError`.
  package func first(within limit: Duration) async throws -> Element? {
    try await withThrowingTaskGroup(of: Element?.self) { group in
      group.addTask {
        for await element in self { return element }
        return nil
      }
      group.addTask {
        try await Task.sleep(for: limit)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
  }
}
