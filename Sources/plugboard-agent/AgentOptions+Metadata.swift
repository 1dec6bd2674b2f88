import MetadataAgent
import OsloConfig

extension AgentOptions {
  /// Reads what upstream has in metadata_agent.ini: `[DEFAULT] nova_metadata_host`, `nova_metadata_port`,
  /// `nova_metadata_protocol`, `metadata_proxy_shared_secret`, and `[agent] report_interval`.
  static func metadata(_ options: OsloOptions, host: String) throws -> MetadataAgentConfiguration {
    let secret = try options.requiredString("metadata_proxy_shared_secret")
    var metadata = MetadataAgentConfiguration(host: host, metadataProxySharedSecret: secret)
    if let host = options.string("nova_metadata_host"), !host.isEmpty { metadata.novaMetadataHost = host }
    if let port = try options.integer("nova_metadata_port", in: 1...65535) { metadata.novaMetadataPort = port }
    if let name = options.string("nova_metadata_protocol") {
      guard ["http", "https"].contains(name) else {
        throw options.invalid("nova_metadata_protocol", "'\(name)' is neither http nor https")
      }
      metadata.novaMetadataProtocol = name
    }
    if let interval = try options.duration("agent.report_interval") { metadata.reportInterval = interval }
    return metadata
  }
}
