/// All links of a network namespace at one time, by index and by name.
package struct LinkTable: Hashable, Sendable {
  private var byIndex: [Int32: Link] = [:]
  private var indexes: [String: Int32] = [:]

  package init(_ links: some Sequence<Link> = []) {
    for link in links { insert(link) }
  }

  package subscript(index: Int32) -> Link? { byIndex[index] }

  package subscript(name: String) -> Link? { indexes[name].flatMap { byIndex[$0] } }

  package var links: some Collection<Link> { byIndex.values }

  /// The links whose master is `bridge`.
  package func ports(of bridge: Int32) -> [Link] { byIndex.values.filter { $0.master == bridge } }

  /// Brings the table to what the kernel told.
  package mutating func apply(_ event: LinkEvent) {
    switch event {
    case .changed(let link): insert(link)
    case .deleted(let link): remove(link.index)
    case .overrun: break
    }
  }

  private mutating func insert(_ link: Link) {
    // A link may have been renamed, and its old name may already be another's.
    remove(link.index)
    byIndex[link.index] = link
    indexes[link.name] = link.index
  }

  private mutating func remove(_ index: Int32) {
    guard let link = byIndex.removeValue(forKey: index), indexes[link.name] == index else { return }
    indexes[link.name] = nil
  }
}
