import ComputeHost
import HostRPC
import JSON
import Model
import Synchronization
import Testing

extension OperationFailureTests {
  @Test("an instance that could not be made ready to leave goes on where it is")
  func notLeft() async throws {
    try await Workshop.with(timeout: .zero) { shop in
      let row = OperationCase(kind: .resize, leg: .source, destination: "host2", files: ["ID/disk"])
      try await shop.prepare(row)
      shop.guests.refused.withLock { $0 = ["copyDisk"] }
      #expect(try await report(shop, row).outcome == .rolledBack)
      let after = await shop.aftermath()
      #expect(after.guest == .running)
      #expect(after.files == ["ID/disk"])
    }
  }

  @Test("a host where a resized instance does not start keeps nothing of it")
  func notArrived() async throws {
    try await Workshop.with(timeout: .zero) { shop in
      let row = OperationCase(
        kind: .resize, leg: .destination, guest: nil, arguments: ["files": ["disk"]], destination: "host2")
      try await shop.prepare(row)
      shop.guests.refused.withLock { $0 = ["create"] }
      #expect(try await report(shop, row).outcome == .failed)
      #expect(await shop.aftermath().files.isEmpty)
    }
  }

  @Test("a disk that a move has put aside is found by a later start")
  func lostDisk() async throws {
    try await Workshop.with(timeout: .zero) { shop in
      let row = OperationCase(kind: .rebootHard, before: .error, guest: nil, files: ["ID_resize/disk"])
      try await shop.prepare(row)
      try await shop.perform(shop.request(row))
      #expect(await shop.aftermath().files == ["ID/disk"])
    }
  }

  @Test("disks that hosts share stay when an evacuated instance does not start", arguments: [true, false])
  func notEvacuated(isShared: Bool) async throws {
    try await Workshop.with(timeout: .zero) { shop in
      let row = OperationCase(kind: .evacuate, leg: .destination, guest: nil, files: isShared ? ["ID/disk"] : [])
      try await shop.prepare(row)
      shop.guests.refused.withLock { $0 = ["create"] }
      #expect(try await report(shop, row).outcome == .failed)
      #expect(await shop.aftermath().files == (isShared ? ["ID/disk"] : []))
    }
  }

  @Test(
    "a host that could not make itself ready for a guest keeps neither taps, nor bindings, nor files of its own",
    arguments: [true, false])
  func notExpected(isShared: Bool) async throws {
    try await Workshop.with(timeout: .zero) { shop in
      let row = OperationCase(kind: .liveMigrate, leg: .destination, guest: nil, files: isShared ? ["ID/disk"] : [])
      try await shop.prepare(row)
      shop.links.whenMade.withLock { $0 = { _ in throw NetworkingError(status: 500, message: "no tap") } }
      #expect(try await report(shop, row).outcome == .rolledBack)
      let after = await shop.aftermath()
      #expect(after.taps == 0)
      #expect(after.bindings.isEmpty)
      #expect(after.files == (isShared ? ["ID/disk"] : []))
    }
  }

  @Test(
    "a guest that could not be moved goes on where it is, and one that had died leaves its disks",
    arguments: [PowerState.running, nil])
  func notMoved(_ power: PowerState?) async throws {
    try await Workshop.with(timeout: .zero) { shop in
      let row = OperationCase(
        kind: .liveMigrate, leg: .source, guest: power, destination: "host2", files: ["ID/disk"])
      try await shop.prepare(row)
      let port = try #require(shop.networking.ports.withLock { $0.values.first { $0.hostID == shop.host } })
      try await shop.networking.createBinding(of: port.id, on: "host2")
      shop.guests.refused.withLock { $0 = ["migrate"] }
      #expect(try await report(shop, row).outcome == .rolledBack)
      let after = await shop.aftermath()
      #expect(after.guest == power)
      #expect(after.bindings.isEmpty)
      #expect(after.ports.contains { $0.hasPrefix(shop.host) })
      #expect(after.files == ["ID/disk"])
    }
  }

  // MARK: What is somewhere else now

  @Test(
    "a host that is to forget an instance removes its own files, and not those that another host holds",
    arguments: ["host1", "host2"])
  func removed(_ holder: String) async throws {
    try await Workshop.with(timeout: .zero) { shop in
      let row = OperationCase(kind: .start, files: ["ID/disk", "ID_resize/disk"])
      try await shop.prepare(row)
      for folder in ["ID", "ID_resize"] {
        try await Files.write(Array(holder.utf8), to: "\(shop.folder)/instances/\(shop.named(folder))/holder")
      }
      let terminator = Terminator(
        host: shop.host, networking: shop.networking, files: shop.files, links: shop.links, hypervisor: shop.guests,
        server: shop.server, logger: Workshop.quiet)
      try await terminator.remove(shop.instanceID)
      try await terminator.remove(shop.instanceID)
      let after = await shop.aftermath()
      #expect(after.guest == nil)
      #expect(after.files == (holder == shop.host ? [] : ["ID/disk", "ID_resize/disk"]))
      #expect(after.ports.contains { $0.contains("ID") })
    }
  }
}
