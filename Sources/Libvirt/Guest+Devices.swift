internal import CLibvirt

/// An interface of a guest that runs.
package struct GuestInterface: Hashable, Sendable {
  /// As libvirt writes it: six pairs of hexadecimal digits with colons.
  package let macAddress: String
  /// The host's end.
  package let tap: String
  /// Whether libvirt made the tap, and removes it with the interface. Of one that was there before, as after a
  /// migration, libvirt leaves the removal to whoever made it.
  package let isTapManaged: Bool
  /// The device as libvirt describes it, which is what ``Guest/requestDetach(deviceXML:)`` takes.
  package let xml: String
}

/// A disk or disc drive of a guest that runs.
package struct GuestDisk: Hashable, Sendable {
  /// `vda`, by which libvirt's block operations know it.
  package let target: String
  /// The file; `nil` if the drive is empty.
  package let path: String?
}

extension Guest {
  /// The interfaces it has at this moment.
  package func interfaces() async throws -> [GuestInterface] {
    try await description().interfaces
  }

  /// The disks it has at this moment, its config drive among them.
  package func disks() async throws -> [GuestDisk] {
    try await description().elements("disk").compactMap { disk in
      guard let target = disk.attribute("dev", of: "target") else { return nil }
      return GuestDisk(target: target, path: disk.attribute("file", of: "source"))
    }
  }

  /// The file that gets what its first serial port writes; `nil` if there is none.
  package func consoleLog() async throws -> String? {
    try await description().elements("serial").first?.attribute("path", of: "source")
  }

  /// The kernel that it boots, and the initial ramdisk, if they are files of the host.
  package func bootFiles() async throws -> (kernel: String?, ramdisk: String?) {
    let description = try await description()
    return (description.content(of: "kernel"), description.content(of: "initrd"))
  }

  /// Where its screen can be had by VNC; `nil` if it has none.
  package func vncAddress() async throws -> (host: String, port: Int)? {
    for graphics in try await description().elements("graphics") {
      guard graphics.attribute("type", of: "graphics") == "vnc",
        let port = graphics.attribute("port", of: "graphics").flatMap({ Int($0) }), port > 0
      else { continue }
      return (graphics.attribute("listen", of: "graphics") ?? "127.0.0.1", port)
    }
    return nil
  }

  /// Gives it a device while it lives. The guest's own kernel then finds it, if it can.
  package func attach(deviceXML xml: String) async throws {
    try await call { guest in
      guard virDomainAttachDeviceFlags(guest, xml, VIR_DOMAIN_AFFECT_LIVE.rawValue) == 0 else {
        throw LibvirtError.last()
      }
    }
  }

  /// Asks its kernel to let go of a device. libvirt waits 5 s for the answer; a kernel that says nothing, or is paused,
  /// is no error: ``GuestEvent/Kind/deviceRemoved`` tells of the end, and until then the device is there.
  package func requestDetach(deviceXML xml: String) async throws {
    try await call { guest in
      guard virDomainDetachDeviceFlags(guest, xml, VIR_DOMAIN_AFFECT_LIVE.rawValue) == 0 else {
        throw LibvirtError.last()
      }
    }
  }

  func description() async throws -> GuestXML { GuestXML(try await xml()) }
}

extension GuestXML {
  var interfaces: [GuestInterface] {
    elements("interface").compactMap { interface in
      guard let mac = interface.attribute("address", of: "mac"), let tap = interface.attribute("dev", of: "target")
      else { return nil }
      let isTapManaged = interface.attribute("managed", of: "target") != "no"
      return GuestInterface(macAddress: mac, tap: tap, isTapManaged: isTapManaged, xml: String(interface.text))
    }
  }
}
