internal import CLibvirt

extension Guest {
  /// Begins to copy all of a disk, what lies below it included, into a new qcow2 file that stands alone. The guest goes
  /// on and its writes go to both, once the copy has caught up.
  ///
  /// - Parameter disk: Its target, such as `vda`.
  package func startCopy(of disk: String, to path: String) async throws {
    let xml = "<disk type='file'><driver type='qcow2'/><source file='\(GuestXML.escaped(path))'/></disk>"
    try await call { guest in
      guard virDomainBlockCopy(guest, disk, xml, nil, 0, 0) == 0 else { throw LibvirtError.last() }
    }
  }

  /// Whether a copy has caught up, from when on it may be ended; `nil` if there is none, because it failed.
  package func isCopyComplete(of disk: String) async throws -> Bool? {
    let disks = try await description().elements("disk")
    guard let disk = disks.first(where: { $0.attribute("dev", of: "target") == disk }),
      let mirror = disk.elements("mirror").first
    else { return nil }
    return mirror.attribute("ready", of: "mirror") == "yes"
  }

  /// Ends a copy and returns when it is on the disk. One that has caught up stays, as the disk was at this moment; of any
  /// other a useless file stays.
  package func endCopy(of disk: String) async throws {
    try await call { guest in
      guard virDomainBlockJobAbort(guest, disk, 0) == 0 else { throw LibvirtError.last() }
    }
  }
}
