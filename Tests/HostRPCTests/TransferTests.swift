import AsyncHTTPClient
import HostRPC
import NIOCore
import Testing

@Suite("A file on its way from one host to another", .timeLimit(.minutes(1)))
struct TransferTests {
  private static let sender = Caller(host: "compute1", binary: "nova-compute")
  private static let receiver = Caller(host: "compute2", binary: "nova-compute")

  /// More than any buffer on the way holds.
  private static let file = (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }

  @Test("passes whole, and only after its host was told to send it")
  func whole() async throws {
    try await withServer { server, endpoint in
      let (asked, ask) = AsyncStream.makeStream(of: String.self)
      server.onTransfer { transfer, caller in
        ask.yield("\(transfer) for \(caller.host)")
        return true
      }
      async let sent: Void = {
        for await question in asked {
          #expect(question == "7/disk for compute2")
          break
        }
        try await endpoint.client(Self.sender).send(.bytes(Self.file), transfer: "7/disk")
      }()
      let (body, length) = try await endpoint.client(Self.receiver).fetch(transfer: "7/disk")
      var bytes: [UInt8] = []
      for try await chunk in body { bytes += chunk.readableBytesView }
      #expect(length == Int64(Self.file.count))
      #expect(bytes == Self.file)
      try await sent
    }
  }

  @Test("is refused to a receiver whose sender is away, and to a sender that nobody waits for")
  func alone() async throws {
    try await withServer { server, endpoint in
      server.onTransfer { _, _ in false }
      let away = await hostRPCError { _ = try await endpoint.client(Self.receiver).fetch(transfer: "7/disk") }
      #expect(away?.code == .rejected)
      let unasked = await hostRPCError {
        try await endpoint.client(Self.sender).send(.bytes(Self.file), transfer: "7/disk")
      }
      // The answer may come while the file is still being sent, which then breaks off.
      #expect(unasked?.code == .rejected || unasked?.code == .unreachable)
      let stranger = await hostRPCError {
        _ = try await endpoint.client(Self.receiver, secret: "wrong").fetch(transfer: "7/disk")
      }
      #expect(stranger?.code == .unauthorized)
    }
  }

  @Test("that is not sent in time is given up")
  func late() async throws {
    try await withServer(limits: .init(transferPatience: .milliseconds(1))) { server, endpoint in
      server.onTransfer { _, _ in true }
      let error = await hostRPCError { _ = try await endpoint.client(Self.receiver).fetch(transfer: "7/disk") }
      #expect(error?.code == .rejected)
    }
  }
}
