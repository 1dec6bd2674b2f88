import JSON
import Model

/// What an instance can learn of itself, collected; the rest is a pure function of it and a path.
///
/// The contents are those of `nova/api/metadata/base.py`.
struct InstanceMetadata: Sendable {
  var instance: Instance
  /// `nil` until the instance has a host.
  var availabilityZone: String?
  /// `[api] dhcp_domain`; empty leaves the host's name alone.
  var domain: String
  /// `nil` if the instance has no port, or nobody asks for it.
  var network: NetworkMetadata?
  /// The address that asks, for an instance whose own is not known.
  var address: String?
  /// What the guest has posted, encrypted with its key.
  var password: String?
  /// 512 bytes in base64, new with each answer.
  var randomSeed: String
  /// As `2026-01-31`: versions of later days are not listed.
  var today: String

  var hostname: String { domain.isEmpty ? instance.hostname : "\(instance.hostname).\(domain)" }

  var userData: [UInt8]? { instance.request.userData.flatMap(Base64.decoded) }

  var securityGroups: [JSONValue] { (try? JSONValue(parsing: instance.request.securityGroups.utf8))?.array ?? [] }

  /// The first IPv4 address of the first port that has one.
  var fixedIPv4: String? {
    NetworkInfo.ports(of: instance).flatMap(\.addresses).map(\.address).first { !$0.contains(":") }
  }
}

extension InstanceMetadata {
  struct Answer: Hashable, Sendable {
    var bytes: [UInt8]
    var isJSON = false
  }

  /// What stands at a path; `nil` if there is nothing.
  func answer(to path: MetadataPath) -> Answer? {
    switch path {
    case .ec2Versions: Self.lines(EC2Version.names + ["latest"])
    case .ec2(let version, let path): ec2(version)[path[...]].map { Answer(bytes: $0.text) }
    case .openStackVersions: Self.lines(OpenStackVersion.names.filter { $0 <= today } + ["latest"])
    case .openStackListing(let version):
      Self.lines(
        OpenStackFile.allCases.filter { $0.listedSince <= version && ($0 != .userData || userData != nil) }
          .map(\.rawValue))
    case .openStackFile(let version, let file): openStack(file, version)
    }
  }

  private static func lines(_ lines: [String]) -> Answer { Answer(bytes: Array(lines.joined(separator: "\n").utf8)) }

  /// Upstream says of some of the JSON that it is plain text; readers do not look.
  private func openStack(_ file: OpenStackFile, _ version: OpenStackVersion) -> Answer? {
    switch file {
    case .metaData: Answer(bytes: metaData(version).bytes, isJSON: true)
    case .userData: userData.map { Answer(bytes: $0) }
    case .password: Answer(bytes: Array((password ?? "").utf8))
    case .vendorData: Answer(bytes: ([:] as JSONValue).bytes, isJSON: true)
    case .vendorData2: Answer(bytes: (["static": [:]] as JSONValue).bytes, isJSON: true)
    case .networkData: Answer(bytes: (network?.json ?? [:]).bytes)
    }
  }
}
