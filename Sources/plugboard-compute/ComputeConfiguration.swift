import ComputeHost
import FoundationEssentials
import Logging
import OpenStackHTTP
import OsloConfig

/// What the program is told, read once and checked. Options stand under upstream's names where there are any:
///
/// - `[DEFAULT] host`, `state_path`, `instances_path`, `debug`, `report_interval`
/// - `[DEFAULT] compute_driver` (`libvirt`, also as `libvirt.LibvirtDriver`; `fake`), `max_concurrent_builds`
/// - `[DEFAULT] vif_plugging_timeout` (0: do not wait), `vif_plugging_is_fatal`
/// - `[DEFAULT] force_config_drive`
/// - `[DEFAULT] shutdown_timeout`, `[libvirt] wait_soft_reboot_seconds`
/// - `[libvirt] device_detach_attempts`
/// - `[libvirt] live_migration_uri`, `live_migration_inbound_addr`, `live_migration_completion_timeout`
/// - `[libvirt] connection_uri` (left out: libvirt inside this process, without a daemon), `virt_type` (`kvm`, `qemu`;
///   left out: KVM where a guest really runs with it)
/// - `[image_cache] manager_interval`, `remove_unused_base_images`, `remove_unused_original_minimum_age_seconds`
/// - `[vnc] enabled` (false: guests have no screens), `server_listen` (where their VNC servers listen),
///   `novncproxy_host`, `novncproxy_port`, `novncproxy_base_url`; `[console] allowed_origins`
/// - `[neutron]` and `[glance]`: `endpoint_override`, `auth_url`, `username`, `password`, `project_name`,
///   `user_domain_name`, `project_domain_name`
/// - `[plugboard] server` (the Compute service's URL), `secret` (of the hosts), `log_level`, `vif_look_interval`
struct ComputeConfiguration: Sendable {
  /// A service's address, and who calls it.
  struct Service: Sendable {
    var endpoint: String
    var authURL: String
    var credentials: KeystoneTokenSource.Credentials

    /// Whether one token serves both.
    func hasSameLogin(as other: Service) -> Bool {
      let (mine, others) = (credentials, other.credentials)
      return authURL == other.authURL && mine.username == others.username && mine.password == others.password
        && mine.projectName == others.projectName && mine.userDomainName == others.userDomainName
        && mine.projectDomainName == others.projectDomainName
    }
  }

  enum Driver: String, CaseIterable, Sendable {
    case libvirt
    case fake
  }

  var host: String
  /// An absolute path.
  var statePath: String
  var instancesPath: String
  var logLevel: Logger.Level
  var reportInterval: Duration
  var driver: Driver
  var maxConcurrentBuilds: Int
  var plugging: PlugWait.Options
  var forceConfigDrive: Bool
  var operations: OperationPerformer.Options
  var imageCache: ImageCache.CleaningOptions
  var libvirt: LibvirtDriver.Options
  var console: ConsoleProxy.Options
  var server: String
  var secret: String
  var networking: Service
  var image: Service

  init(_ options: OsloOptions) throws {
    host = options.string("host") ?? ProcessInfo.processInfo.hostName
    statePath = Self.absolute(options.string("state_path") ?? "var")
    instancesPath = Self.absolute(options.string("instances_path") ?? "\(statePath)/instances")
    logLevel = try Self.logLevel(options)
    reportInterval = try options.duration("report_interval") ?? .seconds(10)
    driver = try Self.driver(options)
    maxConcurrentBuilds = try options.integer("max_concurrent_builds", in: 0...10_000) ?? 10
    // Nova's 0 is no limit.
    if maxConcurrentBuilds == 0 { maxConcurrentBuilds = 10_000 }
    plugging = try Self.plugging(options)
    operations = try Self.operations(options)
    forceConfigDrive = try options.boolean("force_config_drive") ?? false
    imageCache = try Self.imageCache(options)
    libvirt = LibvirtDriver.Options(
      connectionURI: options.string("libvirt.connection_uri").flatMap { $0.isEmpty ? nil : $0 },
      virtType: try Self.virtType(options), statePath: statePath)
    libvirt.vncListen =
      try options.boolean("vnc.enabled") ?? true ? options.string("vnc.server_listen") ?? "127.0.0.1" : nil
    console = try Self.console(options)
    libvirt.detachAttempts = try options.integer("libvirt.device_detach_attempts", in: 1...100) ?? 8
    server = try options.requiredString("plugboard.server")
    secret = try options.requiredString("plugboard.secret")
    networking = try Self.service("neutron", options)
    image = try Self.service("glance", options)
  }

  private static func absolute(_ path: String) -> String {
    let path = path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
    return URL(fileURLWithPath: path).standardizedFileURL.path
  }

  private static func driver(_ options: OsloOptions) throws -> Driver {
    let name = options.string("compute_driver") ?? "libvirt"
    // Upstream names the class as well.
    guard let driver = Driver(rawValue: String(name.prefix { $0 != "." })) else {
      throw options.invalid("compute_driver", "'\(name)' is neither libvirt nor fake")
    }
    return driver
  }

  private static func virtType(_ options: OsloOptions) throws -> VirtType? {
    guard let name = options.string("libvirt.virt_type"), !name.isEmpty else { return nil }
    guard let type = VirtType(rawValue: name) else {
      throw options.invalid("libvirt.virt_type", "'\(name)' is neither kvm nor qemu")
    }
    return type
  }

  private static func plugging(_ options: OsloOptions) throws -> PlugWait.Options {
    let defaults = PlugWait.Options()
    return PlugWait.Options(
      timeout: try options.duration("vif_plugging_timeout") ?? defaults.timeout,
      isFatal: try options.boolean("vif_plugging_is_fatal") ?? defaults.isFatal,
      lookInterval: try options.duration("plugboard.vif_look_interval") ?? defaults.lookInterval)
  }

  private static func operations(_ options: OsloOptions) throws -> OperationPerformer.Options {
    var operations = OperationPerformer.Options()
    if let limit = try options.duration("shutdown_timeout") { operations.shutdownTimeout = limit }
    if let limit = try options.duration("libvirt.wait_soft_reboot_seconds") { operations.softRebootTimeout = limit }
    if let uri = options.string("libvirt.live_migration_uri") { operations.liveMigrationURI = uri }
    operations.liveMigrationAddress = options.string("libvirt.live_migration_inbound_addr")
    if let limit = try options.duration("libvirt.live_migration_completion_timeout") {
      operations.liveMigrationTimeout = limit
    }
    return operations
  }

  private static func imageCache(_ options: OsloOptions) throws -> ImageCache.CleaningOptions {
    var cleaning = ImageCache.CleaningOptions()
    // Nova's -1 is never, and 0 is its default of periodic tasks.
    if let seconds = try options.integer("image_cache.manager_interval", in: -1...86_400 * 365) {
      cleaning.interval = seconds < 0 ? nil : .seconds(seconds == 0 ? 60 : seconds)
    }
    if let removes = try options.boolean("image_cache.remove_unused_base_images") { cleaning.removesUnused = removes }
    if let age = try options.duration("image_cache.remove_unused_original_minimum_age_seconds") {
      cleaning.minimumAge = age
    }
    return cleaning
  }

  private static func console(_ options: OsloOptions) throws -> ConsoleProxy.Options {
    var console = ConsoleProxy.Options()
    if let host = options.string("vnc.novncproxy_host") { console.host = host }
    if let port = try options.integer("vnc.novncproxy_port", in: 0...65_535) { console.port = port }
    if let url = options.string("vnc.novncproxy_base_url") { console.baseURL = url }
    let origins = options.string("console.allowed_origins") ?? ""
    console.allowedOrigins = Set(origins.split { $0 == "," || $0 == " " }.map { String($0) })
    return console
  }

  private static func service(_ group: String, _ options: OsloOptions) throws -> Service {
    func option(_ name: String) -> OptionName { OptionName(group: group, option: name) }
    return Service(
      endpoint: try options.requiredString(option("endpoint_override")),
      authURL: try options.requiredString(option("auth_url")),
      credentials: KeystoneTokenSource.Credentials(
        username: try options.requiredString(option("username")),
        password: try options.requiredString(option("password")),
        projectName: try options.requiredString(option("project_name")),
        userDomainName: options.string(option("user_domain_name")) ?? "Default",
        projectDomainName: options.string(option("project_domain_name")) ?? "Default"))
  }

  private static func logLevel(_ options: OsloOptions) throws -> Logger.Level {
    guard let name = options.string("plugboard.log_level") else {
      return try options.boolean("debug") == true ? .debug : .info
    }
    guard let level = Logger.Level(rawValue: name) else {
      throw options.invalid("plugboard.log_level", "'\(name)' is no level")
    }
    return level
  }
}
