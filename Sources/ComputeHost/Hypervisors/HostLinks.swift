/// The bridges and taps of this host, as far as a compute host has to do with them.
package protocol HostLinks: Sendable {
  /// Makes sure that a bridge is there and up, as os-vif does before a guest is plugged into it. The agent then
  /// connects it to the network.
  func ensureBridge(_ name: String, mtu: Int?) async throws

  /// Makes a tap that outlives this process, puts it into a bridge and sets it up. Only the fake driver needs it:
  /// libvirt makes a guest's taps.
  func makeTap(_ vif: VIF) async throws

  /// Removes an interface. One that has gone is a success.
  func removeLink(_ name: String) async throws

  /// The names of all interfaces.
  func names() async throws -> Set<String>
}
