import CNetlink
import Glibc

// Namespaces with names, as `ip netns` keeps them: a file in a folder, /run/netns by default, on which the namespace is
// mounted. They outlive every process. Making one needs CAP_SYS_ADMIN.

extension NetworkNamespace {
  /// Where `ip netns` looks.
  package static let standardFolder = "/run/netns"

  /// The namespace of that name; `nil` if there is none, or only a file without a namespace, as a crash leaves it.
  package static func named(_ name: String, folder: String = standardFolder) throws(NetlinkError) -> NetworkNamespace? {
    let descriptor = open("\(folder)/\(name)", O_RDONLY | O_CLOEXEC)
    if descriptor < 0 {
      let code = errno
      if code == ENOENT { return nil }
      throw NetlinkError(code: code, operation: "open network namespace", link: name)
    }
    let owned = OwnedFileDescriptor(descriptor)
    guard cnetlink_is_namespace(owned.number) != 0 else { return nil }
    return NetworkNamespace(owned)
  }

  /// Makes a namespace with a name, or takes over the one that has it. A new one's only link is a loopback that is down.
  package static func makeNamed(
    _ name: String, folder: String = standardFolder
  ) throws(NetlinkError) -> NetworkNamespace {
    if let known = try named(name, folder: folder) { return known }
    try check(cnetlink_share_folder(folder), "share folder of network namespaces", folder)
    let path = "\(folder)/\(name)"
    let file = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0)
    guard file >= 0 else { throw NetlinkError(code: errno, operation: "name network namespace", link: name) }
    _ = close(file)
    let namespace = try NetworkNamespace()
    let answer = try inside(namespace) { () throws(NetlinkError) in cnetlink_bind_namespace(path) }
    try check(answer, "name network namespace", name)
    return namespace
  }

  /// Takes the name away; the namespace goes with all its links when no process uses it any more. One that is not there
  /// is no error.
  package static func removeNamed(_ name: String, folder: String = standardFolder) throws(NetlinkError) {
    try check(cnetlink_unbind("\(folder)/\(name)"), "remove network namespace", name)
  }

  /// The names that begin with `prefix`, sorted.
  package static func names(prefix: String, folder: String = standardFolder) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name)) {
          String(cString: $0)
        }
      }
      if name.hasPrefix(prefix) { names.append(name) }
    }
    return names.sorted()
  }

  private static func check(_ answer: Int32, _ operation: String, _ subject: String) throws(NetlinkError) {
    if answer < 0 { throw NetlinkError(code: -answer, operation: operation, link: subject) }
  }
}
