import ImageService
import Model
import Netlink

/// Converts disks with `qemu-img`, which sees only what has been inspected, and cannot take more than it is given.
struct QEMUImageConverter: ImageConverter {
  private static let addressSpace = 2 << 30
  private static let processorTime: Duration = .seconds(1200)
  private static let deadline: Duration = .seconds(3600)

  private let runner = ProgramRunner()

  func convert(
    _ source: String, _ format: ImageFormat, to destination: String, _ output: ImageFormat, sizeLimit: Int
  ) async throws {
    let names: [ImageFormat: String] = [.vhd: "vpc", .gpt: "raw"]
    let arguments = [
      "qemu-img", "convert", "-f", names[format] ?? format.rawValue, "-O", output.rawValue, source, destination,
    ]
    let limits = ProgramLimits(
      addressSpace: Self.addressSpace, processorTime: Self.processorTime, fileSize: sizeLimit)
    let outcome: ProgramOutcome
    do {
      outcome = try await runner.run(arguments, limits: limits, deadline: Self.deadline)
    } catch {
      throw ImageConversionError("qemu-img did not run: \(error)")
    }
    guard outcome.status == 0 else {
      // What it says names paths of this machine, which are nobody else's business.
      throw ImageConversionError("qemu-img could not convert the image (status \(outcome.status))")
    }
  }
}
