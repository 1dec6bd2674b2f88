package import JSON

/// One method that a host can call on the server, or the server on a host, by OpenStack's name and argument names.
///
/// The types are never made: they tie a name to the two bodies that travel under it, so that both ends are checked by
/// the compiler. Bodies tolerate members they do not know, because stock agents send more than we read.
package protocol RPCMethod {
  /// What is sent: the `args` of the envelope.
  associatedtype Arguments: JSONConvertible & Sendable
  /// What is answered. Casts, which nobody answers, have ``NoResult``.
  associatedtype Result: JSONConvertible & Sendable

  /// The method's name on the wire, such as `get_devices_details_list`.
  static var name: String { get }
  /// The newest version of the method's bodies that this code knows, `major.minor`.
  static var version: String { get }
}

/// The answer of a method that has none: `null`, as oslo.messaging has it.
package struct NoResult: JSONConvertible, Hashable, Sendable {
  package init() {}

  /// Anything is accepted: who expects no answer does not look at it.
  package init(json: JSONValue) {}

  package var json: JSONValue { .null }
}

/// The arguments of a method that takes none: `{}`.
package struct NoArguments: JSONConvertible, Hashable, Sendable {
  package init() {}

  package init(json: JSONValue) throws {
    _ = try Members(json)
  }

  package var json: JSONValue { [:] }
}

/// The process at the other end of a call or of a message stream.
package struct Caller: Hashable, Sendable {
  /// The host's name, OpenStack's `host`.
  package let host: String
  /// The program's OpenStack name, such as `neutron-linuxbridge-agent` or `nova-compute`.
  package let binary: String

  package init(host: String, binary: String) {
    self.host = host
    self.binary = binary
  }
}

/// The version rule of oslo.messaging: the same major version, and a minor version that is not newer than ours.
struct RPCVersion {
  let major: Int
  let minor: Int

  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let major = parts[0], let minor = parts[1] else { return nil }
    (self.major, self.minor) = (major, minor)
  }

  func serves(_ asked: RPCVersion) -> Bool { major == asked.major && asked.minor <= minor }
}
