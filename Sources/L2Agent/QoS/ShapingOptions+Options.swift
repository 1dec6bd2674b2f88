package import OsloConfig

extension ShapingOptions {
  /// Reads the group `[QOS]`: `tbf_latency` in milliseconds, `kernel_hz`.
  ///
  /// Throws `OsloConfigError`.
  package static func read(_ options: OsloOptions) throws -> ShapingOptions {
    var shaping = ShapingOptions()
    if let latency = try options.integer("qos.tbf_latency", in: 1...60_000) { shaping.latency = .milliseconds(latency) }
    if let frequency = try options.integer("qos.kernel_hz", in: 1...10_000) { shaping.kernelHZ = frequency }
    return shaping
  }
}
