package import Model
package import Netlink

/// How limits become queues: upstream's options of `[QOS]`, with its defaults (`linuxbridge/agent/common/config.py` of
/// the releases that had the agent).
package struct ShapingOptions: Hashable, Sendable {
  /// `tbf_latency`: how long a packet waits at most.
  package var latency: Duration
  /// `kernel_hz`: how often the kernel lets more through; in between, a burst must last.
  package var kernelHZ: Int

  package init(latency: Duration = .milliseconds(50), kernelHZ: Int = 250) {
    self.latency = latency
    self.kernelHZ = kernelHZ
  }
}

extension ShapingOptions {
  /// The kernel keeps a burst as a time, for which it has room up to 274 seconds.
  private static let longestBurst = 240

  /// The queue that keeps to `limit` what a guest behind `mtu` is sent.
  package func tokenBucket(_ limit: BandwidthLimit, mtu: Int) -> TokenBucket {
    let rate = max(limit.bytesPerSecond, 1)
    // Less than the kernel lets through between two ticks would make it slower than the rate.
    let smallest = max(BandwidthLimit.frameBytes(mtu: mtu), rate / max(kernelHZ, 1))
    let burst = max(min(limit.burstBytes(mtu: mtu), rate * Self.longestBurst), smallest)
    let milliseconds = Int(latency / .milliseconds(1))
    return TokenBucket(
      rate: rate, burst: burst, limit: min(burst + rate * milliseconds / 1000, Int(UInt32.max)))
  }

  /// What is to be done to a tap's queue.
  package enum Change: Hashable, Sendable {
    case set(TokenBucket)
    /// A token bucket filter stands there for which there is no limit any more.
    case remove
  }

  /// `nil` if the queue is as it should be. Another kind of queue than a token bucket filter is somebody else's, and is
  /// touched only if there is a limit.
  package func change(from found: RootQueue?, to limit: BandwidthLimit?, mtu: Int) -> Change? {
    guard let limit else { return found?.tokenBucket == nil ? nil : .remove }
    let wanted = tokenBucket(limit, mtu: mtu)
    return found?.tokenBucket?.isSame(as: wanted) == true ? nil : .set(wanted)
  }
}
