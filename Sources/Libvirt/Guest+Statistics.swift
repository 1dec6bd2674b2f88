internal import CLibvirt

/// What a guest has used, by libvirt's names (`virConnectGetAllDomainStats`): `vcpu.0.time`, `net.1.rx.bytes`.
package struct GuestStatistics: Hashable, Sendable {
  private var values: [String: Int] = [:]

  /// A number; `nil` if the guest does not tell it.
  package subscript(name: String) -> Int? { values[name] }

  /// The part that belongs to one device: `("net", 1)["rx.bytes"]`.
  package func value(_ group: String, _ index: Int, _ name: String) -> Int? { values["\(group).\(index).\(name)"] }

  /// How many devices of a group there are.
  package func count(of group: String) -> Int { values["\(group).count"] ?? values["\(group).current"] ?? 0 }

  init(_ parameters: UnsafeBufferPointer<virTypedParameter>) {
    for parameter in parameters {
      guard let value = Self.integer(parameter) else { continue }
      let name = withUnsafeBytes(of: parameter.field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      values[name] = value
    }
  }

  private static func integer(_ parameter: virTypedParameter) -> Int? {
    switch parameter.type {
    case Int32(VIR_TYPED_PARAM_INT.rawValue): Int(parameter.value.i)
    case Int32(VIR_TYPED_PARAM_UINT.rawValue): Int(parameter.value.ui)
    case Int32(VIR_TYPED_PARAM_LLONG.rawValue): Int(parameter.value.l)
    case Int32(VIR_TYPED_PARAM_ULLONG.rawValue): Int(clamping: parameter.value.ul)
    default: nil
    }
  }
}

extension Guest {
  /// Asks the hypervisor, and through the balloon the guest's own kernel, in one call.
  package func statistics() async throws -> GuestStatistics {
    try await call { guest in
      let groups =
        VIR_DOMAIN_STATS_BALLOON.rawValue | VIR_DOMAIN_STATS_VCPU.rawValue | VIR_DOMAIN_STATS_INTERFACE.rawValue
        | VIR_DOMAIN_STATS_BLOCK.rawValue
      var guests: [virDomainPtr?] = [guest, nil]
      var records: UnsafeMutablePointer<virDomainStatsRecordPtr?>?
      let count = virDomainListGetStats(&guests, groups, &records, 0)
      guard count >= 0, let records else { throw LibvirtError.last() }
      defer { virDomainStatsRecordListFree(records) }
      guard count > 0, let record = records[0]?.pointee else {
        throw LibvirtError(code: .noGuest, message: "the guest has gone")
      }
      return GuestStatistics(UnsafeBufferPointer(start: record.params, count: Int(record.nparams)))
    }
  }
}
