import Model
import Testing

@testable import DHCPAgent

@Suite("Pauses after failures")
struct PausesTests {
  @Test("a pause is twice as long each time, one at a time, and short again after a success")
  func growth() {
    var pauses = Pauses(first: .seconds(5), longest: .seconds(12))
    let network = Model.UUID.of("1")
    #expect(pauses.begin(of: network) == .seconds(5))
    #expect(pauses.begin(of: network) == nil)
    #expect(pauses.begin(of: nil) == .seconds(5))
    pauses.ended(of: network)
    #expect(pauses.begin(of: network) == .seconds(10))
    pauses.ended(of: network)
    #expect(pauses.begin(of: network) == .seconds(12))
    pauses.forget(network)
    #expect(pauses.begin(of: network) == nil)
    pauses.ended(of: network)
    #expect(pauses.begin(of: network) == .seconds(5))
  }
}
