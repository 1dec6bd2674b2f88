// swift-tools-version: 6.2

import PackageDescription

// The layers of docs/architecture.md, from the bottom up. A target imports only what stands above it in this file;
// `TidyTests` checks the imports, since the compiler does not.

/// What every target is compiled with.
let habits: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

/// What every target but the C overlays is compiled with: an unsafe pointer is a compile error.
let safe: [SwiftSetting] =
  habits + [
    .strictMemorySafety(),
    .treatWarning("StrictMemorySafety", as: .error),
  ]

let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioConcurrencyHelpers: Target.Dependency = .product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioFileSystem: Target.Dependency = .product(name: "_NIOFileSystem", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket: Target.Dependency = .product(name: "NIOWebSocket", package: "swift-nio")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")

let package = Package(
  name: "plugboard",
  products: [
    .executable(name: "plugboard-server", targets: ["plugboard-server"]),
    .executable(name: "plugboard-agent", targets: ["plugboard-agent"]),
    .executable(name: "plugboard-compute", targets: ["plugboard-compute"]),
    .executable(name: "plugboard", targets: ["plugboard"]),
    .executable(name: "plugboard-migrate", targets: ["plugboard-migrate"]),
  ],
  dependencies: [
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
  ],
  targets: [
    // C
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CLibvirt", pkgConfig: "libvirt", providers: [.apt(["libvirt-dev"])]),
    .systemLibrary(name: "CNFTables", pkgConfig: "libnftables", providers: [.apt(["libnftables-dev"])]),
    .target(name: "CNetlink"),

    // Overlays: the only places where a pointer may be touched.
    .target(name: "SQLite", dependencies: ["CSQLite"], swiftSettings: habits),
    .target(name: "Netlink", dependencies: ["CNetlink"], swiftSettings: habits),
    .target(name: "NFTables", dependencies: ["CNFTables"], swiftSettings: habits),
    .target(name: "Libvirt", dependencies: ["CLibvirt"], swiftSettings: habits),

    // Knowledge
    .target(name: "Model", swiftSettings: safe),
    .target(name: "JSON", swiftSettings: safe),

    // Ways out
    .target(
      name: "Migrations",
      path: "Migrations",
      resources: [
        .embedInCode("0001_identity.sql"),
        .embedInCode("0002_networking.sql"),
        .embedInCode("0003_events.sql"),
        .embedInCode("0004_images.sql"),
        .embedInCode("0005_compute.sql"),
        .embedInCode("0006_tags.sql"),
        .embedInCode("0007_ports.sql"),
        .embedInCode("0008_security_groups.sql"),
        .embedInCode("0009_networks.sql"),
        .embedInCode("0010_quotas.sql"),
        .embedInCode("0011_identity.sql"),
        .embedInCode("0012_addresses.sql"),
        .embedInCode("0013_qos.sql"),
        .embedInCode("0014_dhcp.sql"),
        .embedInCode("0015_metadata.sql"),
        .embedInCode("0016_operations.sql"),
        .embedInCode("0017_images.sql"),
        .embedInCode("0018_scheduling.sql"),
        .embedInCode("0019_servers.sql"),
      ],
      swiftSettings: safe),
    .target(name: "Store", dependencies: ["SQLite", "Migrations", "Model", logging, crypto], swiftSettings: safe),
    .target(
      name: "HostRPC",
      dependencies: [
        "Model", "JSON", hummingbird, asyncHTTPClient, serviceLifecycle, logging, nioCore, nioHTTP1, httpTypes,
      ],
      swiftSettings: safe),
    .target(
      name: "OpenStackHTTP",
      dependencies: [
        "Model", "JSON", hummingbird, hummingbirdCore, asyncHTTPClient, serviceLifecycle, logging,
        nioConcurrencyHelpers, nioCore, nioHTTP1, httpTypes,
      ],
      swiftSettings: safe),
    .target(name: "OsloConfig", dependencies: [configuration], swiftSettings: safe),

    // Use cases on the control node
    .target(
      name: "NetworkService",
      dependencies: [
        "Store", "HostRPC", "OpenStackHTTP", "Model", "JSON", hummingbird, serviceLifecycle, logging, httpTypes,
      ],
      swiftSettings: safe),
    .target(
      name: "EventDelivery",
      dependencies: ["Store", "OpenStackHTTP", "Model", "JSON", serviceLifecycle, logging],
      swiftSettings: safe),
    .target(
      name: "ComputeService",
      dependencies: [
        "Store", "HostRPC", "OpenStackHTTP", "Model", "JSON", hummingbird, serviceLifecycle, logging, crypto, nioCore,
        httpTypes,
      ],
      swiftSettings: safe),
    .target(
      name: "IdentityService",
      dependencies: [
        "Store", "OpenStackHTTP", "Model", "JSON", hummingbird, logging, crypto, cryptoExtras, nioConcurrencyHelpers,
        nioCore, nioFileSystem, nioPosix, httpTypes,
      ],
      swiftSettings: safe),
    .target(
      name: "ImageService",
      dependencies: [
        "Store", "OpenStackHTTP", "Model", "JSON", hummingbird, serviceLifecycle, logging, crypto, nioCore,
        nioFileSystem, httpTypes,
      ],
      swiftSettings: safe),

    // Use cases on every host
    .target(
      name: "L2Agent",
      dependencies: [
        "HostRPC", "Netlink", "NFTables", "OsloConfig", "Model", "JSON", serviceLifecycle, logging, crypto,
      ],
      swiftSettings: safe),
    .target(
      name: "DHCPAgent",
      dependencies: ["HostRPC", "Netlink", "Model", "JSON", crypto, serviceLifecycle, logging],
      swiftSettings: safe),
    .target(
      name: "MetadataAgent",
      dependencies: [
        "HostRPC", "OpenStackHTTP", "Netlink", "Model", "JSON", hummingbird, asyncHTTPClient, serviceLifecycle, logging,
        crypto, nioCore, nioPosix, nioHTTP1, httpTypes,
      ],
      swiftSettings: safe),
    .target(
      name: "ComputeHost",
      dependencies: [
        "HostRPC", "OpenStackHTTP", "Libvirt", "Netlink", "Model", "JSON", asyncHTTPClient, serviceLifecycle, logging,
        crypto, nioCore, nioPosix, nioHTTP1, nioWebSocket, nioFileSystem,
      ],
      swiftSettings: safe),

    // Programs
    .executableTarget(
      name: "plugboard-server",
      dependencies: [
        "NetworkService", "EventDelivery", "ComputeService", "IdentityService", "ImageService", "Store", "SQLite",
        "Netlink", "HostRPC", "OpenStackHTTP", "OsloConfig", "Model", "JSON", hummingbird, asyncHTTPClient,
        serviceLifecycle, unixSignals, logging, argumentParser,
      ],
      swiftSettings: safe),
    .executableTarget(
      name: "plugboard-agent",
      dependencies: [
        "L2Agent", "DHCPAgent", "MetadataAgent", "HostRPC", "Netlink", "OsloConfig", "Model", asyncHTTPClient,
        serviceLifecycle, unixSignals, logging, argumentParser,
      ],
      swiftSettings: safe),
    .executableTarget(
      name: "plugboard-compute",
      dependencies: [
        "ComputeHost", "HostRPC", "OpenStackHTTP", "OsloConfig", asyncHTTPClient, serviceLifecycle, unixSignals,
        logging, nioCore, argumentParser,
      ],
      swiftSettings: safe),
    .executableTarget(
      name: "plugboard",
      dependencies: [
        "L2Agent", "HostRPC", "Store", "Netlink", "NFTables", "Libvirt", "OsloConfig", "Model", asyncHTTPClient,
        nioCore, nioHTTP1, logging, argumentParser,
      ],
      swiftSettings: safe),
    .executableTarget(
      name: "plugboard-migrate",
      dependencies: ["Store", argumentParser],
      path: "tools/migrate",
      swiftSettings: safe),

    // Tests: one target a module; real SQLite, kernel and QEMU.
    .target(
      name: "Support", dependencies: ["Store", "SQLite", "Model", logging], path: "Tests/Support", swiftSettings: safe),
    .target(
      name: "PacketTable", dependencies: ["Netlink", "Model", "JSON"], path: "Tests/PacketTable", swiftSettings: safe),
    .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: habits),
    .testTarget(name: "ModelTests", dependencies: ["Model"], swiftSettings: safe),
    .testTarget(name: "SQLiteTests", dependencies: ["SQLite", "CSQLite"], swiftSettings: habits),
    .testTarget(name: "NetlinkTests", dependencies: ["Netlink", "NFTables"], swiftSettings: safe),
    .testTarget(name: "NFTablesTests", dependencies: ["NFTables", "Netlink"], swiftSettings: safe),
    .testTarget(name: "LibvirtTests", dependencies: ["Libvirt", "Support"], swiftSettings: safe),
    .testTarget(
      name: "StoreTests", dependencies: ["Store", "SQLite", "Model", "Support", logging], swiftSettings: safe),
    .testTarget(
      name: "MigrateTests",
      dependencies: ["Store", "SQLite", "Support", "plugboard-migrate", logging],
      swiftSettings: safe),
    .testTarget(
      name: "HostRPCTests",
      dependencies: [
        "HostRPC", "JSON", "Model", hummingbird, asyncHTTPClient, logging, nioCore, nioHTTP1, serviceLifecycle,
      ],
      swiftSettings: safe),
    .testTarget(
      name: "OpenStackHTTPTests",
      dependencies: [
        "OpenStackHTTP", "Model", "JSON", hummingbird, asyncHTTPClient, logging, nioCore, nioPosix,
        nioConcurrencyHelpers, nioHTTP1,
      ],
      swiftSettings: safe),
    .testTarget(name: "OsloConfigTests", dependencies: ["OsloConfig", configuration], swiftSettings: safe),
    .testTarget(
      name: "NetworkServiceTests",
      dependencies: [
        "NetworkService", "Support", "Store", "HostRPC", "OpenStackHTTP", "Model", "JSON", hummingbird,
        asyncHTTPClient, logging, serviceLifecycle, nioCore, httpTypes,
      ],
      swiftSettings: safe),
    .testTarget(
      name: "SpecificationTests",
      dependencies: [
        "NetworkService", "IdentityService", "ComputeService", "ImageService", "Support", "Store", "HostRPC",
        "OpenStackHTTP", "Model", "JSON", hummingbird, logging,
      ],
      swiftSettings: safe),
    .testTarget(
      name: "EventDeliveryTests",
      dependencies: [
        "EventDelivery", "Store", "SQLite", "OpenStackHTTP", "Model", "JSON", "Support", hummingbird, asyncHTTPClient,
        logging,
      ],
      swiftSettings: safe),
    .testTarget(
      name: "ComputeServiceTests",
      dependencies: [
        "ComputeService", "Store", "SQLite", "HostRPC", "OpenStackHTTP", "Model", "JSON", "Support", hummingbird,
        asyncHTTPClient, logging, nioHTTP1, crypto,
      ],
      resources: [.copy("Captures")],
      swiftSettings: safe),
    .testTarget(
      name: "IdentityServiceTests",
      dependencies: [
        "IdentityService", "Support", "Store", "OpenStackHTTP", "Model", "JSON", hummingbird, asyncHTTPClient, logging,
        nioCore, nioHTTP1,
      ],
      swiftSettings: safe),
    .testTarget(
      name: "ImageServiceTests",
      dependencies: [
        "ImageService", "Support", "Store", "OpenStackHTTP", "Model", "JSON", hummingbird, asyncHTTPClient, logging,
        nioCore, nioHTTP1,
      ],
      swiftSettings: safe),
    .testTarget(
      name: "L2AgentTests",
      dependencies: ["L2Agent", "HostRPC", "Netlink", "NFTables", "Model", "JSON", "PacketTable", logging],
      swiftSettings: safe),
    .testTarget(
      name: "DHCPAgentTests",
      dependencies: ["DHCPAgent", "Support", "HostRPC", "Netlink", "Model", "JSON", logging],
      swiftSettings: safe),
    .testTarget(
      name: "MetadataAgentTests",
      dependencies: [
        "MetadataAgent", "Support", "HostRPC", "OpenStackHTTP", "Netlink", "Model", "JSON", hummingbird,
        asyncHTTPClient, logging, nioCore, nioHTTP1,
      ],
      swiftSettings: safe),
    .testTarget(
      name: "ComputeHostTests",
      dependencies: [
        "ComputeHost", "HostRPC", "Libvirt", "Netlink", "OpenStackHTTP", "Model", "JSON", "Support", logging,
        asyncHTTPClient, serviceLifecycle, nioCore, nioPosix, nioHTTP1,
      ],
      swiftSettings: safe),
    .testTarget(
      name: "PlugboardTests",
      dependencies: [
        "plugboard", "plugboard-agent", "L2Agent", "DHCPAgent", "Store", "Netlink", "NFTables", "OsloConfig", "Support",
        "Model",
      ],
      swiftSettings: safe),
    .testTarget(
      name: "IntegrationTests",
      dependencies: [
        "Support", "PacketTable", "Netlink", "Model", "JSON", "plugboard", "plugboard-migrate", "plugboard-server",
        "plugboard-agent", "plugboard-compute",
      ],
      exclude: ["Clients"],
      swiftSettings: safe),
    .testTarget(name: "TidyTests", swiftSettings: safe),
  ],
  swiftLanguageModes: [.v6]
)
