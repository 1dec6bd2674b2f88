import FoundationEssentials
import Netlink

/// A process that is in a network namespace.
struct Inhabitant: Hashable {
  let id: Int32
  /// The program's name as the kernel keeps it: `dnsmasq`.
  let program: String

  /// Those of the namespace that `path`, a file under /run/netns or /proc, stands for, by pid. Processes that this user
  /// may not look at are left out.
  static func all(ofNamespace path: String) -> [Inhabitant] {
    let files = FileManager.default
    guard let wanted = name(path, files) else { return [] }
    let ids = ((try? files.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
    return ids.sorted().compactMap { id in
      guard let link = try? files.destinationOfSymbolicLink(atPath: "/proc/\(id)/ns/net"), link == wanted,
        let program = ProcFile.read("/proc/\(id)/comm")
      else { return nil }
      return Inhabitant(id: id, program: program)
    }
  }

  /// The namespace as the kernel names it: `net:[4026531840]`.
  private static func name(_ path: String, _ files: FileManager) -> String? {
    if let link = try? files.destinationOfSymbolicLink(atPath: path) { return link }
    guard let number = (try? files.attributesOfItem(atPath: path))?[.systemFileNumber] else { return nil }
    return "net:[\(number)]"
  }

  /// Asks it to end, and kills it if it has not ended 3 seconds later. Returns when it is gone.
  func end() async throws { try await open()?.end(patience: .seconds(3)) }

  /// `nil` if it has ended already.
  private func open() throws -> NamespaceProcess? {
    do {
      return try NamespaceProcess(id: id)
    } catch let error {
      guard error.isMissingProcess else { throw error }
      return nil
    }
  }
}
