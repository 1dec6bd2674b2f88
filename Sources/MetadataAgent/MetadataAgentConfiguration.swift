/// What a host's metadata agent is told. The names are those of upstream's `metadata_agent.ini`, in camel case.
package struct MetadataAgentConfiguration: Sendable {
  package var host: String
  /// `[DEFAULT] nova_metadata_host`, `nova_metadata_port`, `nova_metadata_protocol`
  package var novaMetadataHost = "127.0.0.1"
  package var novaMetadataPort = 8775
  package var novaMetadataProtocol = "http"
  /// `[DEFAULT] metadata_proxy_shared_secret`
  package var metadataProxySharedSecret: String
  /// `[agent] report_interval`
  package var reportInterval = Duration.seconds(30)
  /// How often the agent looks for namespaces that have come or gone.
  package var lookInterval = Duration.seconds(1)
  /// Where namespaces with names are, and how the names of those begin that are looked after; a network's id follows.
  package var namespaces = "/run/netns"
  package var prefix = "qdhcp-"
  /// Where guests ask: 169.254.169.254, as a number, and 80.
  package var address: UInt32 = 0xA9FE_A9FE
  package var port: UInt16 = 80
  package var limits = Limits()

  package init(host: String, metadataProxySharedSecret: String) {
    self.host = host
    self.metadataProxySharedSecret = metadataProxySharedSecret
  }

  var url: String {
    let host = novaMetadataHost.contains(":") ? "[\(novaMetadataHost)]" : novaMetadataHost
    return "\(novaMetadataProtocol)://\(host):\(novaMetadataPort)"
  }

  /// What guests can take of the agent, whoever they are.
  package struct Limits: Sendable {
    /// Namespaces that are served.
    package var namespaces = 4096
    /// Connections of all guests together, of those of one network, and of one address of a network.
    package var connections = 1024
    package var connectionsOfNetwork = 256
    package var connectionsOfAddress = 8
    /// A connection is one request, and is closed that long after it has begun, whatever has become of it.
    package var patience = Duration.seconds(20)
    /// How long the server and the metadata service may take for an answer, each.
    package var answerTime = Duration.seconds(8)
    /// The longest body of a request and of an answer, in bytes. A password is 1020 bytes at most, user data 64 KB.
    package var requestBytes = 16 << 10
    package var answerBytes = 1 << 20
    /// How many ports are remembered, and for how long: an address may become another instance's.
    package var rememberedPorts = 1024
    package var memory = Duration.seconds(2)

    package init() {}
  }
}
