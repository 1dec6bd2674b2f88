/// Something that a DHCP server tells a port besides what the subnet says.
package struct ExtraDHCPOption: Hashable, Sendable {
  /// The option's name as the DHCP server knows it, such as `bootfile-name`.
  package var name: String
  /// `nil` in a request takes the option away.
  package var value: String?
  package var ipVersion: Int

  package init(name: String, value: String?, ipVersion: Int = 4) {
    (self.name, self.value, self.ipVersion) = (name, value, ipVersion)
  }

  /// The options that are told even if their value is empty.
  private static let blankNames: Set<String> = ["router", "classless-static-route"]

  /// Whether the option may have an empty value.
  package static func mayBeBlank(_ name: String) -> Bool { blankNames.contains(name) }

  fileprivate var isWorthKeeping: Bool {
    guard let value else { return false }
    return !value.isEmpty || Self.mayBeBlank(name)
  }
}

extension [ExtraDHCPOption] {
  /// The options after a request: it changes and adds those that it names, takes away those that it names without a
  /// value, and leaves the others alone (`neutron/db/extradhcpopt_db.py`).
  package func merged(with requests: [ExtraDHCPOption]) -> [ExtraDHCPOption] {
    var options = self
    for request in requests {
      let index = options.firstIndex { $0.name == request.name && $0.ipVersion == request.ipVersion }
      switch (index, request.isWorthKeeping) {
      case (let index?, true): options[index].value = request.value
      case (let index?, false): if request.value == nil { options.remove(at: index) }
      case (nil, true): options.append(request)
      case (nil, false): break
      }
    }
    return options
  }

  /// A name that stands here twice for the same IP version; `nil` if there is none.
  package var duplicate: ExtraDHCPOption? {
    enumerated().first { index, option in
      self[..<index].contains { $0.name == option.name && $0.ipVersion == option.ipVersion }
    }?.element
  }
}
