/// The SQL files beside this one, carried inside every program that opens the database.
///
/// A new file is added here and in `Package.swift`; `TidyTests` compares both with the folder. SwiftPM names a file's
/// bytes after it, with everything that cannot be in a name, and a digit in front, made an underscore.
package enum MigrationFiles {
  /// Names and contents, in order.
  package static let all: [(file: String, contents: [UInt8])] = [
    ("0001_identity.sql", PackageResources._001_identity_sql),
    ("0002_networking.sql", PackageResources._002_networking_sql),
    ("0003_events.sql", PackageResources._003_events_sql),
    ("0004_images.sql", PackageResources._004_images_sql),
    ("0005_compute.sql", PackageResources._005_compute_sql),
    ("0006_tags.sql", PackageResources._006_tags_sql),
    ("0007_ports.sql", PackageResources._007_ports_sql),
    ("0008_security_groups.sql", PackageResources._008_security_groups_sql),
    ("0009_networks.sql", PackageResources._009_networks_sql),
    ("0010_quotas.sql", PackageResources._010_quotas_sql),
    ("0011_identity.sql", PackageResources._011_identity_sql),
    ("0012_addresses.sql", PackageResources._012_addresses_sql),
    ("0013_qos.sql", PackageResources._013_qos_sql),
    ("0014_dhcp.sql", PackageResources._014_dhcp_sql),
    ("0015_metadata.sql", PackageResources._015_metadata_sql),
    ("0016_operations.sql", PackageResources._016_operations_sql),
    ("0017_images.sql", PackageResources._017_images_sql),
    ("0018_scheduling.sql", PackageResources._018_scheduling_sql),
    ("0019_servers.sql", PackageResources._019_servers_sql),
  ]
}
