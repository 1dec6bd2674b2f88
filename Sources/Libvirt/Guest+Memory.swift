internal import CLibvirt

extension Guest {
  /// Asks its system to shut down, as the power button does (ACPI), and returns; a system that does not listen goes on.
  package func requestShutdown() async throws {
    try await call { guest in
      guard virDomainShutdownFlags(guest, VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN.rawValue) == 0 else {
        throw LibvirtError.last()
      }
    }
  }

  /// Writes its memory and the state of its devices to a file and ends it. Takes as long as writing its memory does.
  package func save(to path: String) async throws {
    try await call { guest in
      guard virDomainSaveFlags(guest, path, nil, 0) == 0 else { throw LibvirtError.last() }
    }
  }
}

extension Connection {
  /// Makes a guest from what ``Guest/save(to:)`` wrote, with the devices it had then; the file stays.
  ///
  /// Its devices are those of the file: the guest's kernel knows each by its address, and a description made anew may
  /// give a device another one.
  package func restoreGuest(from path: String, paused: Bool) async throws {
    try await call { connection in
      let flags = paused ? VIR_DOMAIN_SAVE_PAUSED : VIR_DOMAIN_SAVE_RUNNING
      guard virDomainRestoreFlags(connection, path, nil, flags.rawValue) == 0 else { throw LibvirtError.last() }
    }
  }

  /// The interfaces of the guest in a file of ``Guest/save(to:)``.
  package func savedInterfaces(in path: String) async throws -> [GuestInterface] {
    try await call { connection in
      guard let text = virDomainSaveImageGetXMLDesc(connection, path, 0) else { throw LibvirtError.last() }
      return GuestXML(takingString(text)).interfaces
    }
  }
}
