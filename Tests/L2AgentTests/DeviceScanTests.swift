import HostRPC
import L2Agent
import Testing

@Suite("Comparing two looks")
struct DeviceScanTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var previous: [String: Int32] = [:]
    var current: [String: Int32] = [:]
    var hinted: Set<String> = []
    var everything = false
    var added: Set<String> = []
    var updated: Set<String> = []
    var removed: Set<String> = []
  }

  @Test(
    "added, updated and removed are what upstream means",
    arguments: [
      Case(testDescription: "nothing there, nothing said"),
      Case(testDescription: "nothing changed", previous: ["a": 1], current: ["a": 1]),
      Case(testDescription: "a new device", previous: ["a": 1], current: ["a": 1, "b": 2], added: ["b"]),
      Case(testDescription: "a device is gone", previous: ["a": 1, "b": 2], current: ["a": 1], removed: ["b"]),
      Case(testDescription: "made again", previous: ["a": 1], current: ["a": 7], added: ["a"], removed: ["a"]),
      Case(testDescription: "hinted", previous: ["a": 1], current: ["a": 1], hinted: ["a"], updated: ["a"]),
      Case(testDescription: "hinted, not here", previous: ["a": 1], current: ["a": 1], hinted: ["b"]),
      Case(testDescription: "hinted, gone", previous: ["a": 1], hinted: ["a"], removed: ["a"]),
      Case(
        testDescription: "everything is compared", previous: ["a": 1, "b": 2], current: ["a": 1, "c": 3],
        everything: true, added: ["a", "c"], removed: ["b"]),
    ])
  func table(_ test: Case) {
    let scan = DeviceScan(
      previous: test.previous, current: test.current, hinted: test.hinted, everything: test.everything)
    #expect(scan.added == test.added)
    #expect(scan.updated == test.updated)
    #expect(scan.removed == test.removed)
    #expect(scan.current == test.current)
  }

  @Test("a device that fails is due again alone, after pauses that double up to the longest")
  func backOff() {
    var book = DeviceBook<ContinuousClock.Instant>(retryPause: .seconds(1), longestRetryPause: .seconds(5))
    let start = ContinuousClock.now
    book.take(DeviceScan(previous: [:], current: ["a": 1, "b": 2]), now: start)
    #expect(book.dueDevices(now: start) == ["a", "b"])
    book.isUnknown("b", now: start)
    for (round, pause) in [1, 2, 4, 5, 5].enumerated() {
      #expect(book.failed("a", now: start) == round + 1)
      #expect(book.nextDue == start + .seconds(pause))
      #expect(book.dueDevices(now: start).isEmpty)
    }
    book.forgetPauses(now: start)
    #expect(book.dueDevices(now: start) == ["a"])
  }

  @Test("a device that was made again owes a departure and a look, whatever it owed before")
  func remade() {
    var book = DeviceBook<ContinuousClock.Instant>(retryPause: .seconds(1), longestRetryPause: .seconds(5))
    let start = ContinuousClock.now
    book.take(DeviceScan(previous: [:], current: ["a": 1]), now: start)
    book.isWired(.port("dcd2dea6"))
    _ = book.failed("a", now: start)
    book.take(DeviceScan(previous: ["a": 1], current: ["a": 2]), now: start)
    #expect(book.dueDepartures(now: start) == ["a"])
    // The server must not hear that the new one is up before it hears that the old one is down.
    #expect(book.dueDevices(now: start).isEmpty)
    #expect(book.failedDeparture("a", now: start) == 1)
    #expect(book.nextDue == start + .seconds(1))
    book.isReportedDown("a")
    #expect(book.dueDepartures(now: start).isEmpty)
    #expect(book.dueDevices(now: start) == ["a"])
  }
}
