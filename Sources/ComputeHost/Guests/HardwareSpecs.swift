/// A flavor's extra specs and an image's properties, read by type.
///
/// A setting that both can have is `hw:name` in the flavor and `hw_name` in the image; the flavor comes first.
struct HardwareSpecs {
  let flavor: [String: String]
  let image: [String: String]

  /// A setting that both can have.
  func text(_ name: String) -> String? { flavor["hw:\(name)"] ?? image["hw_\(name)"] }

  func choice<Choice: RawRepresentable<String>>(image name: String) throws(HardwareError) -> Choice? {
    guard let text = image[name] else { return nil }
    guard let choice = Choice(rawValue: text) else { throw invalid(name, text) }
    return choice
  }

  /// A whole number of at least `minimum`.
  func number(flavor name: String, minimum: Int = 0) throws(HardwareError) -> Int? {
    try number(name, flavor[name], minimum)
  }

  func number(_ name: String, minimum: Int = 0) throws(HardwareError) -> Int? {
    try number(name, text(name), minimum)
  }

  func flag(_ name: String) throws(HardwareError) -> Bool? { try flag(name, text(name)) }

  func flag(image name: String) throws(HardwareError) -> Bool? { try flag(name, image[name]) }

  func flag(flavor name: String) throws(HardwareError) -> Bool? { try flag(name, flavor[name]) }

  func invalid(_ name: String, _ value: String) -> HardwareError {
    HardwareError("'\(value)' is not a valid value of \(name) for this hypervisor.")
  }

  private func number(_ name: String, _ text: String?, _ minimum: Int) throws(HardwareError) -> Int? {
    guard let text else { return nil }
    guard let number = Int(text), number >= minimum else { throw invalid(name, text) }
    return number
  }

  /// oslo.utils' words for yes and no.
  private func flag(_ name: String, _ text: String?) throws(HardwareError) -> Bool? {
    guard let text else { return nil }
    switch text.lowercased() {
    case "1", "t", "true", "on", "y", "yes": return true
    case "0", "f", "false", "off", "n", "no": return false
    default: throw invalid(name, text)
    }
  }

  // MARK: What cannot be had

  /// What promises something to the guest that it would not get.
  func refuseUnsupported() throws(HardwareError) {
    for (name, values) in Self.unsupported {
      let given = [flavor[name], image[name]].compactMap { $0?.lowercased() }
      for value in given where values?.contains(value) ?? true {
        throw HardwareError("\(name)=\(value) is not supported by this hypervisor.")
      }
    }
    if let nodes = try number("numa_nodes"), nodes > 1 {
      throw HardwareError("Guests with more than one NUMA node are not supported by this hypervisor.")
    }
  }

  /// The names, and the values that are refused; `nil` is all of them.
  private static let unsupported: [(name: String, values: Set<String>?)] = [
    ("hw:cpu_policy", ["dedicated", "mixed"]), ("hw_cpu_policy", ["dedicated", "mixed"]),
    ("hw:cpu_realtime", ["1", "t", "true", "on", "y", "yes"]),
    ("hw:mem_encryption", ["1", "t", "true", "on", "y", "yes"]),
    ("hw_mem_encryption", ["1", "t", "true", "on", "y", "yes"]),
    ("os:secure_boot", ["required"]), ("os_secure_boot", ["required"]),
    ("hw:tpm_version", nil), ("hw_tpm_version", nil), ("pci_passthrough:alias", nil),
  ]
}
