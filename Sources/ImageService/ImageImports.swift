import ServiceLifecycle

/// What the Image service does beside requests: it makes images of what was staged.
package struct ImageImports: Service {
  private let service: ImageService

  package init(_ service: ImageService) {
    self.service = service
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown { await service.performImports() }
  }
}
