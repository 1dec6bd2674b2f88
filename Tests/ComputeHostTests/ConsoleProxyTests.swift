import ComputeHost
import HostRPC
import Model
import NIOCore
import NIOPosix
import Netlink
import Support
import Synchronization
import Testing

@Suite("The proxy of guests' consoles", .timeLimit(.minutes(2)))
struct ConsoleProxyTests {
  /// Runs `body` with a proxy on a port of its own.
  static func with(
    _ hypervisor: any HypervisorDriver, _ change: (inout ConsoleProxy.Options) -> Void = { _ in },
    _ body: @escaping @Sendable (ConsoleProxy, WebSocketClient) async throws -> Void
  ) async throws {
    var options = ConsoleProxy.Options()
    options.port = 0
    change(&options)
    let proxy = ConsoleProxy(options: options, hypervisor: hypervisor, logger: Workshop.quiet)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await proxy.run() }
      defer { group.cancelAll() }
      let port = try await eventually("the proxy listens") { await proxy.port }
      try await body(proxy, WebSocketClient(port: port))
    }
  }

  /// Runs `body` with a server that greets as VNC does and echoes what it gets; its port.
  static func withScreen(_ body: @escaping @Sendable (Int) async throws -> Void) async throws {
    let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .bind(host: "127.0.0.1", port: 0) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    let port = try #require(server.channel.localAddress?.port)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await server.executeThenClose { inbound in
          try await withThrowingDiscardingTaskGroup { group in
            for try await connection in inbound {
              group.addTask {
                try? await connection.executeThenClose { inbound, outbound in
                  try await outbound.write(ByteBuffer(string: "RFB 003.008\n"))
                  for try await bytes in inbound { try await outbound.write(bytes) }
                }
              }
            }
          }
        }
      }
      defer { group.cancelAll() }
      try await body(port)
    }
  }

  static func guests(port: Int?) -> GuestsDouble {
    let guests = GuestsDouble()
    guests.vncPort.withLock { $0 = port }
    return guests
  }

  @Test("carries bytes both ways, for who has a token, as long as both ends want")
  func pipe() async throws {
    try await Self.withScreen { screen in
      try await Self.with(Self.guests(port: screen)) { proxy, client in
        let (token, url) = try await proxy.makeToken(for: UUID())
        #expect(url == "http://127.0.0.1:6080/vnc_auto.html?path=%3Ftoken%3D\(token)")
        for target in ["/?token=\(token)", "/websockify?path=%3Ftoken%3D\(token)"] {
          try await client.open(target, headers: ["Sec-WebSocket-Protocol: binary", "Origin: http://127.0.0.1"]) {
            #expect(try await $0.status() == "HTTP/1.1 101 Switching Protocols")
            #expect(try await $0.frame()?.bytes == Array("RFB 003.008\n".utf8))
            let large = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
            try await $0.send(2, large)
            var echo: [UInt8] = []
            while echo.count < large.count, let frame = try await $0.frame() { echo += frame.bytes }
            #expect(echo == large)
            try await $0.send(9, [1, 2, 3])
            let pong = try await $0.frame()
            #expect(pong?.opcode == 10)
            #expect(pong?.bytes == [1, 2, 3])
            try await $0.send(8, [0x03, 0xE8])
            #expect(try await $0.frame()?.opcode == 8)
            #expect(try await $0.frame() == nil)
          }
        }
      }
    }
  }

  @Test("refuses who has no token, a wrong one, or comes from somebody else's page")
  func refusals() async throws {
    try await Self.withScreen { screen in
      try await Self.with(Self.guests(port: screen)) { proxy, client in
        let token = try await proxy.makeToken(for: UUID()).token
        let attempts: [(String, [String])] = [
          ("/", []), ("/?token=", []), ("/?token=\(token.dropLast())", []), ("/?token=%zz", []),
          ("/?token=\(token)", ["Origin: http://evil.example"]), ("/?token=\(token)", ["Origin: https://127.0.0.1"]),
          ("/?token=\(token)", ["Origin: null"]),
        ]
        for (target, headers) in attempts {
          let status = try await client.status(of: target, headers: headers)
          #expect(status == "HTTP/1.1 403 Forbidden", "\(target) \(headers)")
        }
      }
    }
  }

  @Test("a guest that has gone is refused, and none has no token")
  func gone() async throws {
    try await Self.withScreen { screen in
      let guests = Self.guests(port: screen)
      try await Self.with(guests) { proxy, client in
        let token = try await proxy.makeToken(for: UUID()).token
        guests.vncPort.withLock { $0 = nil }
        #expect(try await client.status(of: "/?token=\(token)") == "HTTP/1.1 403 Forbidden")
        let error = await #expect(throws: AnswerCall.Arguments.Failure.self) {
          _ = try await proxy.makeToken(for: UUID())
        }
        #expect(error?.code == 400)
      }
    }
  }

  @Test("ends a connection whose frames are not those of a browser")
  func frames() async throws {
    try await Self.withScreen { screen in
      try await Self.with(Self.guests(port: screen), { $0.frameLimit = 1 << 16 }) { proxy, client in
        let token = try await proxy.makeToken(for: UUID()).token
        let frames: [(UInt8, [UInt8], Bool)] = [
          (2, [1], false), (1, Array("text".utf8), true), (2, Array(repeating: 0, count: 1 << 17), true),
        ]
        for (opcode, bytes, isMasked) in frames {
          try await client.open("/?token=\(token)") {
            _ = try await $0.status()
            _ = try await $0.frame()
            try? await $0.send(opcode, bytes, isMasked: isMasked)
            if let close = try await $0.frame() { #expect(close.opcode == 8) }
            #expect(try await $0.frame() == nil)
          }
        }
      }
    }
  }

  @Test("shows only so many screens at once")
  func limit() async throws {
    try await Self.withScreen { screen in
      try await Self.with(Self.guests(port: screen), { $0.connectionLimit = 1 }) { proxy, client in
        let token = try await proxy.makeToken(for: UUID()).token
        try await client.open("/?token=\(token)") {
          _ = try await $0.status()
          #expect(try await $0.frame()?.bytes == Array("RFB 003.008\n".utf8))
          #expect(try await client.status(of: "/?token=\(token)") == "HTTP/1.1 403 Forbidden")
        }
      }
    }
  }

  @Test("shows the screen of a real guest")
  func realGuest() async throws {
    let driver = LibvirtDriver(
      options: .init(connectionURI: nil, virtType: .qemu, statePath: Files.libvirtStatePath),
      links: try NetlinkLinks(), logger: Workshop.quiet)
    try await driver.start()
    try await Files.withFolder { folder in
      var request = JobTableTests.request()
      request.flavor.memoryMB = 64
      let guest = try GuestConfiguration(
        request: request, files: .init(kernelBoot: nil, disk: nil, consoleLog: "\(folder)/console.log"), interfaces: [])
      try await driver.create(guest, paused: true)
      do {
        try await Self.with(driver) { proxy, client in
          let token = try await proxy.makeToken(for: guest.instanceID).token
          try await client.open("/?token=\(token)") {
            _ = try await $0.status()
            #expect(try await $0.frame()?.bytes == Array("RFB 003.008\n".utf8))
          }
        }
      } catch {
        try? await driver.destroy(guest.instanceID)
        throw error
      }
      try await driver.destroy(guest.instanceID)
      #expect(try await driver.consoleAddress(of: guest.instanceID) == nil)
    }
  }
}
