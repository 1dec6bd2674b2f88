/// What a program may take that works on somebody else's data.
package struct ProgramLimits: Hashable, Sendable {
  /// In bytes.
  package var addressSpace: Int
  /// Of the processor, in whole seconds.
  package var processorTime: Duration
  /// The longest file that it may write, in bytes; `nil` is no limit.
  package var fileSize: Int?

  package init(addressSpace: Int, processorTime: Duration, fileSize: Int? = nil) {
    (self.addressSpace, self.processorTime, self.fileSize) = (addressSpace, processorTime, fileSize)
  }
}

extension ProgramRunner {
  /// As ``run(_:in:deadline:)``, with limits that the kernel keeps: `prlimit` sets them and becomes the program.
  package func run(
    _ arguments: [String], limits: ProgramLimits, deadline: Duration
  ) async throws(NetlinkError) -> ProgramOutcome {
    var limited = [
      "prlimit", "--core=0", "--as=\(limits.addressSpace)", "--cpu=\(limits.processorTime.components.seconds)",
    ]
    if let fileSize = limits.fileSize { limited.append("--fsize=\(fileSize)") }
    return try await run(limited + ["--"] + arguments, in: nil, deadline: deadline)
  }
}
