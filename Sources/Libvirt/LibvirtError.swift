internal import CLibvirt
internal import Glibc

/// What libvirt says about a call that failed.
package struct LibvirtError: Error, Hashable, Sendable {
  /// libvirt's `virErrorNumber`. Callers branch on it, never on the message.
  package struct Code: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32

    package init(rawValue: Int32) {
      self.rawValue = rawValue
    }

    /// The call did not get as far as libvirt: see the message.
    package static let internalError = Code(rawValue: 1)
    package static let operationFailed = Code(rawValue: 9)
    /// There is no such guest (any more).
    package static let noGuest = Code(rawValue: 42)
    package static let operationTimeout = Code(rawValue: 68)
    /// The guest is in a state in which the operation means nothing, such as resuming one that runs.
    package static let operationInvalid = Code(rawValue: 55)
    package static let badXML = Code(rawValue: 27)
    package static let noSupport = Code(rawValue: 3)
    /// The guest has no such device (any more).
    package static let noDevice = Code(rawValue: 99)
    /// A system call of libvirt's failed; ``LibvirtError/systemCode`` says how.
    package static let systemError = Code(rawValue: 38)
  }

  package let code: Code
  /// Which part of libvirt complained, `virErrorDomain`.
  package let domain: Int32
  package let message: String
  /// The `errno` behind a ``Code/systemError``, which libvirt hands on in `int1`; else `nil`.
  package let systemCode: Int32?

  package init(code: Code, domain: Int32 = 0, message: String, systemCode: Int32? = nil) {
    self.code = code
    self.domain = domain
    self.message = message
    self.systemCode = systemCode
  }

  /// A device that libvirt wanted to change is in somebody else's hands (`EBUSY`).
  package var isDeviceBusy: Bool { systemCode == EBUSY }

  /// The error of the call that has just failed on this thread.
  ///
  /// libvirt keeps it per thread and until the next call, so nothing may come between the call and this.
  static func last() -> LibvirtError {
    guard let error = virGetLastError() else {
      return LibvirtError(code: .internalError, message: "libvirt failed without saying why")
    }
    let message = error.pointee.message.map { String(cString: $0) } ?? "no message"
    let code = Code(rawValue: error.pointee.code)
    return LibvirtError(
      code: code, domain: error.pointee.domain, message: message,
      systemCode: code == .systemError ? error.pointee.int1 : nil)
  }

  /// Keeps libvirt from printing every error to standard error as well: whoever catches an error decides where it goes.
  static func silencePrinting() {
    virSetErrorFunc(nil, { _, _ in })
  }
}

extension LibvirtError: CustomStringConvertible {
  package var description: String { "\(message) (libvirt error \(code.rawValue) of domain \(domain))" }
}
