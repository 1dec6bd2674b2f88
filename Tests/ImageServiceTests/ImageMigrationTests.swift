import Logging
import Model
import Store
import Support
import Testing

@Suite("The schema of images", .timeLimit(.minutes(2)))
struct ImageMigrationTests {
  @Test("images of before keep their properties, tags and data, and can be shared")
  func migration() async throws {
    let all = Migration.carried
    let database = try TemporaryDatabase(migrations: all.filter { $0.version < 17 })
    var image = Image(id: UUID(), owner: "p", createdAt: Timestamp(microseconds: 0))
    (image.name, image.diskFormat, image.containerFormat) = ("old", "raw", "bare")
    (image.properties, image.tags) = (["kernel_id": "k"], ["t"])
    let old = image
    let before = try database.store()
    try await before.write { transaction in
      try transaction.insert(old)
      try transaction.insert(Image(id: UUID(), owner: "p", createdAt: Timestamp(microseconds: 0)))
    }
    await before.close()
    _ = try Migrator(path: database.path, migrations: all).up()

    let after = try Store(
      path: database.path, options: Store.Options(), listeners: [], clock: Timestamp.systemNow,
      logger: Logger(label: "test"))
    #expect(try await after.read { try $0.image(old.id) } == old)
    #expect(try await after.read { try $0.images(visibleTo: nil) }.count == 2)
    try await after.write { transaction in
      try transaction.insert(ImageMember(imageID: old.id, memberID: "q", createdAt: transaction.now))
    }
    #expect(try await after.read { try $0.images(visibleTo: "q") }.map(\.id) == [old.id])
    // With an image goes everything of it.
    try await after.write { try $0.deleteImage(old.id) }
    #expect(try await after.read { try $0.imageMembers(of: old.id) } == [])
    await after.close()
  }
}
