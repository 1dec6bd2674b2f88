// Prefixes as halves of one another: what is left when one is taken out of another, and what joins when it comes back.

extension IPNetwork {
  /// The prefix that is this one's other half of the next larger prefix; `nil` for a prefix without length.
  package var neighbour: IPNetwork? {
    guard prefixLength > 0 else { return nil }
    let bit = UInt128(1) << UInt128(version.width - prefixLength)
    return IPNetwork(address: IPAddress(version: version, bits: address.bits ^ bit), prefixLength: prefixLength)
  }

  /// The prefix that is one bit shorter; `nil` for a prefix without length.
  package var enclosing: IPNetwork? {
    prefixLength > 0 ? IPNetwork(address: address, prefixLength: prefixLength - 1) : nil
  }

  /// What is left of this prefix without `part`, in the largest prefixes that there are: one for each bit that `part` is
  /// longer. `part` must lie within.
  package func without(_ part: IPNetwork) -> [IPNetwork] {
    precondition(contains(part), "only a part can be taken out of a prefix")
    var rest: [IPNetwork] = []
    var prefix = part
    while prefix.prefixLength > prefixLength, let neighbour = prefix.neighbour, let enclosing = prefix.enclosing {
      rest.append(neighbour)
      prefix = enclosing
    }
    return rest
  }
}

extension [IPNetwork] {
  /// The fewest prefixes that have the same addresses, in ascending order.
  package var compacted: [IPNetwork] {
    var result: [IPNetwork] = []
    for prefix in sorted(by: { ($0.address, $0.prefixLength) < ($1.address, $1.prefixLength) }) {
      if let last = result.last, last.contains(prefix) { continue }
      var prefix = prefix
      while let last = result.last, last == prefix.neighbour, let enclosing = prefix.enclosing {
        result.removeLast()
        prefix = enclosing
      }
      result.append(prefix)
    }
    return result
  }

  /// The addresses of these prefixes that are not in `others`, in as few prefixes as there can be.
  package func subtracting(_ others: [IPNetwork]) -> [IPNetwork] {
    var rest = self
    for other in others {
      rest = rest.flatMap { prefix -> [IPNetwork] in
        if other.contains(prefix) { return [] }
        return prefix.contains(other) ? prefix.without(other) : [prefix]
      }
    }
    return rest.compacted
  }
}
