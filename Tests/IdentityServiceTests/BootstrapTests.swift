import FoundationEssentials
import IdentityService
import JSON
import Model
import NIOHTTP1
import Store
import Support
import Testing

@Suite("The first start and the next ones")
struct BootstrapTests {
  @Test("a restart keeps the passwords, and a lost one is made anew")
  func restart() async throws {
    let database = try TemporaryDatabase()
    let store = try database.store()
    let bootstrap = IdentityBootstrap(store: store, hasher: RunningIdentity.cheap)
    let first = try await bootstrap.run(adminPassword: nil, servicePassword: nil)
    #expect(first.renewed == ["admin", "plugboard"])
    let second = try await bootstrap.run(adminPassword: first.admin, servicePassword: first.service)
    #expect(second.renewed.isEmpty)
    #expect(second.admin == first.admin)
    let third = try await bootstrap.run(adminPassword: nil, servicePassword: first.service)
    #expect(third.renewed == ["admin"])
    #expect(third.admin != first.admin)
    let users = try await store.read { try $0.users().map(\.name) }
    #expect(users == ["admin", "plugboard"])
    await store.close()
  }

  @Test("a password hash checks its password alone, and never holds it")
  func hashing() async throws {
    let hash = try await RunningIdentity.cheap.hash("secret")
    #expect(hash.hasPrefix("$scrypt$ln=4,r=8,p=1$"))
    #expect(!hash.contains("secret"))
    #expect(try await RunningIdentity.cheap.verify("secret", against: hash))
    #expect(try await !RunningIdentity.cheap.verify("Secret", against: hash))
    #expect(try await !RunningIdentity.cheap.verify("", against: hash))
    #expect(try await !RunningIdentity.cheap.verify("secret", against: nil))
    #expect(try await !RunningIdentity.cheap.verify("secret", against: "$scrypt$ln=99,r=8,p=1$AA$AA"))
    #expect(try await RunningIdentity.cheap.hash("secret") != hash)
  }

  @Test("a secret file is its owner's alone, and is replaced whole")
  func secretFile() async throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("secret")
    let first = try await SecretFile.secret(at: path)
    #expect(first.utf8.count == 32)
    #expect(try await SecretFile.secret(at: path) == first)
    try await SecretFile.write("another text\n", to: path)
    #expect(try await SecretFile.read(path) == "another text\n")
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["secret"])
    await #expect(throws: UnusableSecret.self) { try await SecretFile.secret(at: path) }
  }
}
