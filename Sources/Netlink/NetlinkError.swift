import Glibc

/// A request that the kernel refused, or a system call that failed.
package struct NetlinkError: Error, Hashable {
  /// The kernel's errno. Branch on this.
  package let code: Int32
  /// What was to be done, as in `create bridge`.
  package let operation: String
  /// The link it was to be done to, if there is one.
  package let link: String?
  /// The kernel's own words (its extended acknowledgement), if it gave any.
  package let detail: String?

  package init(code: Int32, operation: String, link: String? = nil, detail: String? = nil) {
    self.code = code
    self.operation = operation
    self.link = link
    self.detail = detail
  }
}

extension NetlinkError {
  /// Whether the link that was to be changed is not there any more (`ENODEV`).
  package var isMissingLink: Bool { code == ENODEV }

  /// Whether the kernel does not know the address family, as one without IPv6 (`EAFNOSUPPORT`).
  package var isUnknownFamily: Bool { code == EAFNOSUPPORT }

  /// Whether what was to be taken away is not there, such as a forwarding entry, an address or a route (`ENOENT`, `ESRCH`,
  /// `EADDRNOTAVAIL`).
  package var isMissingEntry: Bool { code == ENOENT || code == ESRCH || code == EADDRNOTAVAIL }

  /// The error of somebody who looked for a link that is not there.
  package init(missing link: String) {
    self.init(code: ENODEV, operation: "find link", link: link)
  }

  /// Whether somebody else holds what was to be opened (`EBUSY`).
  package var isInUse: Bool { code == EBUSY }

  /// Whether the process has ended that was meant (`ESRCH`).
  package var isMissingProcess: Bool { code == ESRCH }

  /// Whether what was to be made is there already (`EEXIST`).
  package var isExistingLink: Bool { code == EEXIST }
}

extension NetlinkError: CustomStringConvertible {
  /// `create bridge brq1: File exists (17)`
  package var description: String {
    let subject = link.map { " \($0)" } ?? ""
    let words = detail.map { ": \($0)" } ?? ""
    return "\(operation)\(subject): \(systemErrorText(code)) (\(code))\(words)"
  }
}
