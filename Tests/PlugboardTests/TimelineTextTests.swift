import Model
import Testing

@testable import plugboard

@Suite("The boot timeline as text")
struct TimelineTextTests {
  @Test("each step is a line with milliseconds since the request and since the step before")
  func columns() {
    var progress = BootProgress(instanceID: UUID(), name: "c1", vmState: "active")
    progress.steps = [
      .init(name: "api_accepted", milliseconds: 0, sinceLast: 0),
      .init(
        name: "port DOWN -> BUILD", milliseconds: 41.26, sinceLast: 41.26, host: "compute1", detail: "tap1a2b3c4d-5e"),
      .init(name: "guest_resumed", milliseconds: 1234.5678, sinceLast: 1193.3, host: "compute1"),
    ]
    #expect(
      TimelineText(progress, now: Timestamp(microseconds: 0)).description == """
        server c1 (\(progress.instanceID))
                ms     +ms  step
               0.0     0.0  api_accepted
              41.3    41.3  port DOWN -> BUILD  compute1: tap1a2b3c4d-5e
            1234.6  1193.3  guest_resumed       compute1
        The boot is complete.

        """)
  }

  @Test("a boot of which nothing is known yet has no table")
  func empty() {
    let progress = BootProgress(instanceID: UUID(), name: "c1", vmState: "building")
    let text = TimelineText(progress, now: Timestamp(microseconds: 0)).description
    #expect(text == "server c1 (\(progress.instanceID))\nThe scheduler has not found a host yet (scheduled).\n")
  }
}
