internal import Model
internal import Netlink

extension DiskImage {
  private static let addressSpace = 2 << 30
  private static let processorTime: Duration = .seconds(1200)
  private static let deadline: Duration = .seconds(3600)

  /// Makes a qcow2 of an image that has been inspected, with a `qemu-img` that cannot take more than it is given.
  ///
  /// - Throws: ``ImageError``; nothing is left behind then.
  static func convertImage(_ path: String, _ inspection: ImageInspection, to copy: String) async throws {
    let format = inspection.format == .vhd ? "vpc" : inspection.format.rawValue
    let size = Int(clamping: inspection.virtualSize ?? 0)
    let limits = ProgramLimits(
      // The tables of the result come on top of its data.
      addressSpace: addressSpace, processorTime: processorTime, fileSize: size + size / 64 + 64 << 20)
    do {
      let outcome = try await ProgramRunner().run(
        ["qemu-img", "convert", "-f", format, "-O", "qcow2", path, copy], limits: limits, deadline: deadline)
      guard outcome.status == 0 else {
        throw ImageError("qemu-img could not convert the image (status \(outcome.status)): \(outcome.errors)")
      }
    } catch {
      try HostFiles.remove(copy)
      throw error
    }
  }
}
