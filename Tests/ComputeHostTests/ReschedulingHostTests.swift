import ComputeHost
import HostRPC
import Model
import Synchronization
import Testing

@Suite("A host that fails a build") struct ReschedulingHostTests {
  @Test("it leaves the ports alone that another host has meanwhile, and says that another host may try")
  func otherHostsPorts() async throws {
    struct Refusal: Error {}
    try await Workshop.with { shop in
      shop.guests.whileCreating.withLock { creating in
        creating = { [networking = shop.networking] _ in
          networking.ports.withLock { ports in
            for id in ports.keys { ports[id]?.hostID = "host2" }
          }
          throw Refusal()
        }
      }
      try await shop.builder().build(shop.request())
      #expect(shop.networking.ports.withLock { $0.values.map(\.hostID) } == ["host2"])
      #expect(shop.server.updates.entries.last?.fault?.mayReschedule == true)
    }
  }

  @Test("what is not the host's fault is not tried elsewhere")
  func finalFailures() {
    let failures = [
      BuildFailure(ImageError("the image is no qcow2 file")), .virtualInterfaces("timeout"),
      BuildFailure(NetworkingError(status: 409, message: "quota")),
    ]
    #expect(failures.allSatisfy { !$0.mayReschedule })
  }
}
