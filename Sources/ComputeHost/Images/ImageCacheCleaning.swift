package import Logging
internal import Model
internal import ServiceLifecycle

/// Cleans a host's image cache now and then.
package struct ImageCacheCleaning: Service {
  private let cache: ImageCache
  private let instances: String
  private let options: ImageCache.CleaningOptions
  private let logger: Logger

  /// - Parameter instances: Nova's `instances_path`.
  package init(cache: ImageCache, instances: String, options: ImageCache.CleaningOptions, logger: Logger) {
    (self.cache, self.instances, self.options, self.logger) = (cache, instances, options, logger)
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      // The sleep throws only when it is time to end; without an interval there is nothing to wait for but that.
      while (try? await Task.sleep(for: options.interval ?? .seconds(365 * 86_400))) != nil {
        guard options.interval != nil else { continue }
        await clean()
      }
    }
  }

  private func clean() async {
    do {
      let now = Timestamp(microseconds: HostFiles.microsecondsSince1970)
      let removed = try await cache.clean(instances: instances, at: now, options)
      for path in removed { logger.info("An unused image was removed", metadata: ["path": "\(path)"]) }
    } catch {
      logger.warning("The image cache was not cleaned", metadata: ["error.reason": "\(error)"])
    }
  }
}
