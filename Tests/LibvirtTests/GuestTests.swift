import FoundationEssentials
import Testing

@testable import Libvirt

/// Real guests through the embedded driver. They have no disk and no kernel: most of what is asked of them happens
/// while they are paused.
@Suite("A guest of libvirt's embedded driver", .serialized)
struct GuestTests {
  @Test("is created paused with its tap, resumed, and gone with its tap after it was destroyed")
  func life() async throws {
    let connection = try await TestDriver.connection()
    let tap = TestDriver.uniqueTap()
    try await TestDriver.withGuest(tap: tap, on: connection) { guest in
      #expect(try await guest.state() == .paused)
      #expect(TestDriver.exists(tap))
      let found = try #require(try await connection.guest(id: guest.id))
      #expect(found.name == guest.name)
      #expect(try await guest.xml().contains("<target dev='\(tap)'/>"))

      try await guest.resume()
      #expect(try await guest.state() == .running)

      try await guest.destroy()
      #expect(try await connection.guest(id: guest.id) == nil)
      #expect(!TestDriver.exists(tap))
    }
  }

  @Test("tells of its life in order")
  func events() async throws {
    let connection = try await TestDriver.connection()
    let events = try await connection.lifecycleEvents()
    try await TestDriver.withGuest(tap: TestDriver.uniqueTap(), on: connection) { guest in
      try await guest.resume()
      try await guest.destroy()
      var kinds: [GuestEvent.Kind] = []
      for await event in events where event.guestID == guest.id {
        kinds.append(event.kind)
        if event.kind == .stopped { break }
      }
      // QEMU may say that it is shutting down just before it has stopped.
      #expect(kinds.filter { $0 != .shutdown } == [.started, .suspended, .resumed, .stopped])
    }
  }

  @Test("that has gone answers every operation with an error that says so")
  func gone() async throws {
    let connection = try await TestDriver.connection()
    try await TestDriver.withGuest(tap: TestDriver.uniqueTap(), on: connection) { guest in
      try await guest.destroy()
      let operations: [@Sendable (Guest) async throws -> Void] = [
        { try await $0.resume() }, { try await $0.destroy() }, { _ = try await $0.state() },
      ]
      for operation in operations {
        let error = await #expect(throws: LibvirtError.self) { try await operation(guest) }
        #expect(error?.code == .noGuest || error?.code == .operationInvalid)
      }
    }
  }

  @Test("is not created a second time under the same identity")
  func twice() async throws {
    let connection = try await TestDriver.connection()
    try await TestDriver.withGuest(tap: TestDriver.uniqueTap(), on: connection) { guest in
      let xml = try await guest.xml()
      let error = await #expect(throws: LibvirtError.self) {
        _ = try await connection.createGuest(xml: xml, paused: true)
      }
      #expect(error?.code == .operationInvalid)
      #expect(try await guest.state() == .paused)
    }
  }

  @Test("whose XML is wrong is refused with libvirt's code and text")
  func badXML() async throws {
    let connection = try await TestDriver.connection()
    let error = await #expect(throws: LibvirtError.self) {
      _ = try await connection.createGuest(xml: "<domain type='qemu'><name>", paused: true)
    }
    #expect(error?.message.contains("domain_definition") == true)
  }
}

@Suite("The embedded driver")
struct EmbeddedDriverTests {
  @Test("refuses a root that leaves no room for sockets, before it makes anything")
  func longRoot() async throws {
    let root = "/tmp/" + String(repeating: "long", count: 13)
    await #expect(throws: LibvirtError.self) { _ = try await EmbeddedDriver.open(root: root) }
    #expect(!FileManager.default.fileExists(atPath: root))
  }

  @Test("describes the host")
  func capabilities() async throws {
    let connection = try await TestDriver.connection()
    #expect(try await connection.capabilities().contains("<arch name='x86_64'>"))
    #expect(
      try await connection.guestCapabilities(type: "qemu", architecture: "x86_64").contains("<domain>qemu</domain>"))
    #expect(try await connection.hypervisorVersion() > 7_000_000)
    #expect(try await connection.isAlive())
  }
}

@Suite("The folder of an embedded driver in memory")
struct RunFolderTests {
  @Test("belongs to one root, and is removed when another is opened after the root was deleted")
  func orphans() async throws {
    let root = "/tmp/plugboard-test-gone-\(UUID().uuidString.prefix(8))"
    let orphan = try #require(EmbeddedDriver.runFolder(ofRoot: root), "this host has no file system in memory")
    #expect(orphan != EmbeddedDriver.runFolder(ofRoot: TestDriver.root))
    try FileManager.default.createDirectory(atPath: orphan, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: orphan) }
    try Data(root.utf8).write(to: URL(fileURLWithPath: orphan + "/root"))
    let other = TestDriver.root + "-other"
    try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
    defer {
      try? FileManager.default.removeItem(atPath: other)
      if let run = EmbeddedDriver.runFolder(ofRoot: other) { try? FileManager.default.removeItem(atPath: run) }
    }
    try RunFolder.prepare(forRoot: other)
    #expect(!FileManager.default.fileExists(atPath: orphan))
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: other + "/run")
        == EmbeddedDriver.runFolder(ofRoot: other))
  }
}
