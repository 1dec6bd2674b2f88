package import HostRPC
package import Logging

extension ComputeHost {
  /// What a compute host works with; the program puts it together.
  package struct Parts: Sendable {
    /// Listens to the server until the task is cancelled: calls the first closure after each connect and the second for
    /// each message, as ``HostRPC/HostRPCClient/listen(pause:longestPause:connected:received:)`` does.
    package typealias Messages =
      @Sendable (_ connected: @Sendable () async -> Void, _ received: @Sendable (HostMessage) async -> Void)
      async throws
      -> Void

    package var builder: Builder
    package var terminator: Terminator
    package var performer: OperationPerformer
    package var console: any GuestConsole
    package var hypervisor: any HypervisorDriver
    package var cache: ImageCache
    package var events: InstanceEvents
    package var server: any ComputeServer
    package var messages: Messages
    /// How often the host tells that it is alive, and compares its guests with what it has told.
    package var reportInterval: Duration
    package var clock: any Clock<Duration>
    package var logger: Logger

    package init(
      builder: Builder, terminator: Terminator, performer: OperationPerformer,
      console: any GuestConsole = NoConsole(), hypervisor: any HypervisorDriver, cache: ImageCache,
      events: InstanceEvents, server: any ComputeServer, messages: @escaping Messages, reportInterval: Duration,
      clock: any Clock<Duration> = ContinuousClock(), logger: Logger
    ) {
      (self.builder, self.terminator, self.performer) = (builder, terminator, performer)
      (self.console, self.hypervisor, self.cache) = (console, hypervisor, cache)
      (self.events, self.server, self.messages) = (events, server, messages)
      (self.reportInterval, self.clock, self.logger) = (reportInterval, clock, logger)
    }
  }
}
