import Glibc

/// How many files, sockets and processes this process may hold open.
package enum DescriptorLimit {
  /// Raises the limit to the highest that the system allows without a privilege. A usual limit of 1024 is for programs that
  /// call `select`; each network of the DHCP and metadata roles takes three.
  package static func raise() throws(NetlinkError) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      throw NetlinkError(code: errno, operation: "read the limit of open files")
    }
    guard limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = limit.rlim_max
    guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      throw NetlinkError(code: errno, operation: "raise the limit of open files")
    }
  }
}
