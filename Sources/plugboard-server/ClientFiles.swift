import FoundationEssentials
import IdentityService
import OpenStackHTTP

/// The files that the first start makes for clients and hosts, all of them for their owner's eyes only:
///
/// - `clouds.yaml`: the cloud `plugboard` with the admin's password, for the stock client
/// - `hosts.secret`: what agents and compute hosts show to be let in
/// - `metadata.secret`: what the agents sign requests for metadata with
/// - `compute.conf`, `agent.conf`: `--config-file` of the hosts' programs
///
/// A restart keeps the passwords and puts the endpoints right. A file that is lost is made again: the hosts' files and
/// `clouds.yaml` with a new password for their user, `hosts.secret` with a new secret (then the hosts need the new
/// files). A file whose first line is not ours any more is an operator's and stays as it is.
struct ClientFiles: Sendable {
  let folder: String
  /// Leave what is there as it is: before the services listen nobody knows whether the endpoints will be true.
  var onlyMissing = false

  private static let mark = "# Written by plugboard-server; a restart writes it again unless this line is gone."

  private func path(_ name: String) -> String { "\(folder)/\(name)" }

  func hostsSecret() async throws -> String { try await SecretFile.secret(at: path("hosts.secret")) }

  func metadataSecret() async throws -> String { try await SecretFile.secret(at: path("metadata.secret")) }

  func tokenKey() async throws -> String { try await SecretFile.secret(at: path("token.key")) }

  /// The admin's password as `clouds.yaml` has it; `nil` if there is no such file.
  func adminPassword() async throws -> String? {
    try await password(in: "clouds.yaml", after: "  plugboard:", separator: ":")
  }

  /// The service user's password as `compute.conf` has it; `nil` if there is no such file.
  func servicePassword() async throws -> String? {
    try await password(in: "compute.conf", after: "[neutron]", separator: "=")
  }

  private func password(in name: String, after heading: String, separator: Character) async throws -> String? {
    guard let text = try await SecretFile.read(path(name)) else { return nil }
    let lines = text.split(separator: "\n").drop { !$0.hasPrefix(heading) }
    for line in lines {
      let halves = line.split(separator: separator, maxSplits: 1)
      guard halves.count == 2, halves[0].filter({ $0 != " " }) == "password" else { continue }
      return String(halves[1].filter { !" '\"\r".contains($0) })
    }
    throw NoPassword(path: path(name), heading: heading)
  }

  func writeClouds(identityURL: String, password: String) async throws {
    try await write(
      """
      clouds:
        plugboard:
          auth:
            auth_url: \(identityURL)
            username: \(IdentityBootstrap.adminUser)
            password: \(password)
            project_name: \(IdentityBootstrap.adminProject)
            user_domain_name: Default
            project_domain_name: Default
          region_name: RegionOne
          interface: public
          identity_api_version: 3

      """, to: "clouds.yaml")
  }

  /// Where the agents find the metadata of instances.
  struct MetadataAgent: Sendable {
    var host: String
    var port: Int
    var secret: String
  }

  /// - Parameters:
  ///   - metadata: `nil` if the metadata service is not in this process.
  ///   - isOneMachine: The server listens on loopback, so the agent is on this machine and there is no other: it does
  ///     all there is to do, and VXLAN networks, the default, work without a tunnel to anywhere. Several hosts name their
  ///     roles and their `local_ip` themselves.
  func writeAgentConfiguration(
    networkingURL: String, secret: String, metadata: MetadataAgent?, isOneMachine: Bool
  ) async throws {
    var defaults = metadata.map { metadata in
      """
      nova_metadata_host = \(metadata.host)
      nova_metadata_port = \(metadata.port)
      metadata_proxy_shared_secret = \(metadata.secret)

      """
    }
    if isOneMachine { defaults = (defaults ?? "") + "dhcp_confs = \(absoluteFolder)/dhcp\n" }
    let roles = metadata == nil ? "l2,dhcp" : "l2,dhcp,metadata"
    let vxlan = isOneMachine ? "roles = \(roles)\n\n[vxlan]\nlocal_ip = 127.0.0.1\nremote_ips =\n" : ""
    try await write(
      (defaults.map { "[DEFAULT]\n\($0)\n" } ?? "") + """
        [plugboard]
        server = \(networkingURL)
        secret = \(secret)
        \(vxlan)
        """, to: "agent.conf")
  }

  private var absoluteFolder: String {
    folder.hasPrefix("/") ? folder : "\(FileManager.default.currentDirectoryPath)/\(folder)"
  }

  /// Where a compute host finds the services, and as whom it calls them.
  struct ComputeHost: Sendable {
    var computeURL: String
    var networkingURL: String
    var imageURL: String
    var identityURL: String
    var password: String
    var secret: String
  }

  func writeComputeConfiguration(_ host: ComputeHost) async throws {
    let credentials = """
      auth_type = password
      auth_url = \(host.identityURL)
      username = \(ServiceUser.name)
      password = \(host.password)
      project_name = \(ServiceUser.project)
      user_domain_name = Default
      project_domain_name = Default
      region_name = RegionOne
      """
    try await write(
      """
      [plugboard]
      server = \(host.computeURL)
      secret = \(host.secret)

      [neutron]
      endpoint_override = \(host.networkingURL)
      \(credentials)

      [glance]
      endpoint_override = \(host.imageURL)
      \(credentials)

      """, to: "compute.conf")
  }

  private func write(_ text: String, to name: String) async throws {
    let text = "\(Self.mark)\n\(text)"
    let present = try await SecretFile.read(path(name))
    if let present, onlyMissing || present == text || !present.hasPrefix(Self.mark) { return }
    try await SecretFile.write(text, to: path(name))
  }
}

/// A file that an operator has changed does not say the password any more.
struct NoPassword: Error, CustomStringConvertible {
  let path: String
  let heading: String

  var description: String {
    "\(path) has no password after '\(heading)'; remove the file and the next start makes a new one with a new password"
  }
}
