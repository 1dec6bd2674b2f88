import AsyncHTTPClient
import JSON
import Model
import NIOCore
import ServiceLifecycle
import Synchronization
import Testing

@testable import HostRPC

@Suite("What the server tells hosts", .timeLimit(.minutes(1)))
struct StreamTests {
  private let port = UUID()

  @Test("a host that listens gets what is cast to it and to all, in order, with the ids of rows")
  func casts() async throws {
    try await withServer { server, endpoint in
      let messages = try await endpoint.client().messages()
      #expect(server.connectedHosts(binary: agent.binary) == ["compute1"])
      let mine = HostRPCServer.Audience.host("compute1", binary: agent.binary)
      #expect(server.cast(PortDelete.self, .init(portID: port), to: mine, id: 7) == 1)
      #expect(server.cast(NetworkDelete.self, .init(networkID: port), to: .all(binary: agent.binary)) == 1)
      #expect(server.cast(PortDelete.self, .init(portID: port), to: .host("compute2", binary: agent.binary)) == 0)
      #expect(server.cast(PortDelete.self, .init(portID: port), to: .all(binary: "nova-compute")) == 0)
      var iterator = messages.makeAsyncIterator()
      let first = try #require(try await iterator.next())
      #expect(first == HostMessage(PortDelete.self, .init(portID: port), id: 7))
      #expect(try first.arguments(of: PortDelete.self)?.portID == port)
      #expect(try first.arguments(of: NetworkDelete.self) == nil)
      let second = try #require(try await iterator.next())
      #expect(second.id == nil)
      #expect(try second.arguments(of: NetworkDelete.self)?.networkID == port)
    }
  }

  @Test("a host that connects is sent what its connect hook finds")
  func connectHook() async throws {
    try await withServer { server, endpoint in
      server.onConnect { caller in
        server.cast(PortDelete.self, .init(portID: port), to: .host(caller.host, binary: caller.binary), id: 1)
      }
      var iterator = try await endpoint.client().messages().makeAsyncIterator()
      #expect(try await iterator.next()?.id == 1)
    }
  }

  @Test("a second stream of the same host ends the first, and does not miss anything")
  func replacement() async throws {
    try await withServer { server, endpoint in
      var first = try await endpoint.client().messages().makeAsyncIterator()
      var second = try await endpoint.client().messages().makeAsyncIterator()
      #expect(try await first.next() == nil)
      let count = server.cast(PortDelete.self, .init(portID: port), to: .all(binary: agent.binary), id: 2)
      #expect(count == 1)
      #expect(try await second.next()?.id == 2)
    }
  }

  @Test("a host that listens connects again when its stream ends, and asks for everything each time")
  func reconnect() async throws {
    try await withServer { server, endpoint in
      let tally = Tally()
      server.onConnect { caller in
        let audience = HostRPCServer.Audience.host(caller.host, binary: caller.binary)
        server.cast(PortDelete.self, .init(portID: port), to: audience, id: Int64(tally.connects.withLock { $0 }))
      }
      let (thirdArrived, third) = AsyncStream.makeStream(of: Void.self)
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          try? await endpoint.client().listen(pause: .milliseconds(1)) {
            tally.connects.withLock { $0 += 1 }
          } received: { message in
            tally.received.withLock { $0.append(message.id ?? -1) }
            // The server ends the stream under the host's feet, twice; the third connection gets to stay.
            if tally.connects.withLock({ $0 }) < 3 { server.closeStreams() } else { third.finish() }
          }
        }
        for await _ in thirdArrived {}
        group.cancelAll()
      }
      #expect(tally.connects.withLock { $0 } == 3)
      #expect(tally.received.withLock { $0 }.count == 3)
    }
  }

  @Test("a host that does not read is cut off, gets what it was sent before, and is heard when it comes back")
  func slowReader() async throws {
    let limits = HostRPCServer.Limits(waitingMessages: 64, waitingBytes: 1 << 20)
    try await withServer(limits: limits) { server, endpoint in
      let messages = try await endpoint.client().messages()
      let audience = HostRPCServer.Audience.host(agent.host, binary: agent.binary)
      let filler = JSONValue.string(String(repeating: "x", count: 100_000))
      // The kernel's buffers take some megabytes before anything waits here; a gigabyte they do not take.
      var sent: Int64 = 0
      while sent < 10_000 {
        let message = HostMessage(id: sent, method: "port_update", args: ["port": ["name": filler]], version: "1.0")
        guard server.send(message, to: audience) == 1 else { break }
        sent += 1
        await Task.yield()
      }
      #expect(sent < 10_000)
      #expect(server.connectedHosts(binary: agent.binary) == [])
      var received: [Int64] = []
      for try await message in messages { received.append(message.id ?? -1) }
      #expect(received == Array(0..<sent))
      var again = try await endpoint.client().messages().makeAsyncIterator()
      server.cast(PortDelete.self, .init(portID: port), to: audience, id: sent)
      #expect(try await again.next()?.id == sent)
    }
  }

  @Test("a message longer than the buffer is delivered to a host that waits for nothing else")
  func longMessage() async throws {
    let limits = HostRPCServer.Limits(waitingMessages: 8, waitingBytes: 1024)
    try await withServer(limits: limits) { server, endpoint in
      var iterator = try await endpoint.client().messages().makeAsyncIterator()
      let name = String(repeating: "x", count: 1 << 20)
      let message = HostMessage(method: "port_update", args: ["port": ["name": .string(name)]], version: "1.0")
      // The first empty line may still be waiting, and then there is no room beside it.
      while server.connectedHosts(binary: agent.binary).isEmpty { await Task.yield() }
      if server.send(message, to: .all(binary: agent.binary)) == 1 {
        #expect(try await iterator.next() == message)
      } else {
        #expect(try await iterator.next() == nil)
      }
    }
  }

  @Test("a server that shuts down gracefully ends its streams")
  func shutdown() async throws {
    try await withServer { _, endpoint in
      var iterator = try await endpoint.client().messages().makeAsyncIterator()
      await endpoint.services.triggerGracefulShutdown()
      #expect(try await iterator.next() == nil)
    }
  }

  @Test("an idle stream carries signs of life that the host does not see")
  func keepAlive() async throws {
    try await withServer(limits: .init(keepAlive: .milliseconds(1))) { server, endpoint in
      var chunks = try await endpoint.client().messages().body.makeAsyncIterator()
      var signs = 0
      while signs < 5 {
        let chunk = try #require(try await chunks.next())
        #expect(chunk.readableBytesView.allSatisfy { $0 == UInt8(ascii: "\n") })
        signs += chunk.readableBytes
      }
      var iterator = HostMessages.Iterator(chunks: chunks)
      server.cast(PortDelete.self, .init(portID: port), to: .all(binary: agent.binary), id: 3)
      #expect(try await iterator.next()?.id == 3)
    }
  }
}

/// How often a host has connected, and what it has received.
private final class Tally: Sendable {
  let connects = Mutex(0)
  let received = Mutex<[Int64]>([])
}
