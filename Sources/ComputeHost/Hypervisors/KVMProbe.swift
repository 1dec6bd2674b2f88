internal import JSON
package import Libvirt
internal import Model

/// Finds out whether KVM executes guests on this host, by letting one run.
///
/// `/dev/kvm` proves nothing: inside some virtual machines it is there, and every guest hangs or dies early in its
/// boot.
package struct KVMProbe: Sendable {
  private let connection: Connection
  /// Where the answer is kept until the host boots again, and the probe's disk and console lie meanwhile.
  private let folder: String
  /// How long a guest has to say its word. On real hardware it takes less than a second.
  private let patience: Duration

  package init(connection: Connection, folder: String, patience: Duration) {
    (self.connection, self.folder, self.patience) = (connection, folder, patience)
  }

  /// The answer of an earlier probe since the host booted, else that of a new one.
  package func isUsable() async throws -> Bool {
    guard HostFiles.exists("/dev/kvm") else { return false }
    let circumstances = try await circumstances()
    if let kept = kept(for: circumstances) { return kept }
    let isUsable = try await runs(.kvm)
    keep(isUsable, for: circumstances)
    return isUsable
  }

  /// Whether a guest of this type executes code. An emulator that refuses to start is a no.
  package func runs(_ virtType: VirtType) async throws -> Bool {
    let id = "\(UUID())"
    let (disk, console) = ("\(folder)/probe-\(id).img", "\(folder)/probe-\(id).log")
    defer {
      try? HostFiles.remove(disk)
      try? HostFiles.remove(console)
    }
    // The firmware does not take a disk of one sector for one that can be booted from.
    let image = Self.bootSector + Array(repeating: 0, count: (1 << 20) - Self.bootSector.count)
    try HostFiles.write(image, to: disk)
    let xml = Self.xml(id: id, virtType: virtType, disk: disk, console: console).text
    guard let guest = try? await connection.createGuest(xml: xml, paused: false) else { return false }
    let runs = await says(Self.message, in: console, guest)
    // A guest that has died meanwhile needs no destroying, and that is all the error can mean here.
    try? await guest.destroy()
    return runs
  }

  private func says(_ message: String, in console: String, _ guest: Guest) async -> Bool {
    let deadline = ContinuousClock.now + patience
    while ContinuousClock.now < deadline, !Task.isCancelled {
      if HostFiles.text(of: console)?.contains(message) == true { return true }
      // A guest that its hypervisor cannot go on with is stopped or paused.
      guard let state = try? await guest.state(), state == .running || state == .blocked else { return false }
      try? await Task.sleep(for: .milliseconds(20))
    }
    return false
  }

  /// As an instance's guest has it, what KVM may fail on: the processor above all.
  private static func xml(id: String, virtType: VirtType, disk: String, console: String) -> XMLElement {
    XMLElement(
      "domain", ["type": virtType.rawValue],
      [
        XMLElement("name", text: "plugboard-probe-\(id)"),
        XMLElement("uuid", text: id),
        XMLElement("memory", ["unit": "MiB"], text: "32"),
        XMLElement("vcpu", text: "1"),
        XMLElement(
          "os", [:],
          [XMLElement("type", ["arch": "x86_64", "machine": "pc"], text: "hvm"), XMLElement("boot", ["dev": "hd"])]),
        XMLElement("features", [:], [XMLElement("acpi"), XMLElement("apic")]),
      ] + (virtType == .kvm ? [XMLElement("cpu", ["mode": "host-model"])] : []) + [
        XMLElement("on_reboot", text: "destroy"),
        XMLElement("on_crash", text: "destroy"),
        XMLElement(
          "devices", [:],
          [
            XMLElement(
              "disk", ["type": "file", "device": "disk"],
              [
                XMLElement("driver", ["name": "qemu", "type": "raw"]), XMLElement("source", ["file": disk]),
                XMLElement("target", ["dev": "vda", "bus": "virtio"]),
              ]),
            XMLElement("serial", ["type": "file"], [XMLElement("source", ["path": console])]),
            XMLElement("memballoon", ["model": "none"]),
          ]),
      ])
  }

  // MARK: The kept answer

  private var file: String { "\(folder)/kvm-probe.json" }

  /// What the answer depends on.
  private func circumstances() async throws -> JSONValue {
    let boot = HostFiles.text(of: "/proc/sys/kernel/random/boot_id") ?? ""
    return [
      "boot_id": .string(String(boot.prefix(36))),
      "hypervisor_version": JSONValue(try await connection.hypervisorVersion()),
    ]
  }

  private func kept(for circumstances: JSONValue) -> Bool? {
    guard let bytes = HostFiles.bytes(of: file), let kept = try? JSONValue(parsing: bytes),
      kept["circumstances"] == circumstances
    else { return nil }
    return kept["usable"]?.bool
  }

  /// A failure to write costs a probe at the next start, and nothing else.
  private func keep(_ isUsable: Bool, for circumstances: JSONValue) {
    let answer: JSONValue = ["circumstances": circumstances, "usable": .bool(isUsable)]
    try? HostFiles.write(answer.bytes, to: file)
  }
}
