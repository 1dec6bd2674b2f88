import Glibc
import Netlink
import Testing

@Suite("Namespaces with names, and programs in them")
struct NamedNamespaceTests {
  /// A folder of the test's own for names, which is unmounted and removed afterwards.
  private func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = "/tmp/plugboard-names-\(UInt32.random(in: .min ... .max))"
    defer {
      for name in NetworkNamespace.names(prefix: "", folder: folder) where !name.hasPrefix(".") {
        try? NetworkNamespace.removeNamed(name, folder: folder)
      }
      // Safe: the strings live until the calls return, and the kernel only reads them.
      _ = unsafe umount2(folder, Int32(MNT_DETACH))
      _ = unsafe rmdir(folder)
    }
    try await body(folder)
  }

  @Test("a namespace is found by its name until that is taken away, and is another one afterwards")
  func names() async throws {
    try await withFolder { folder in
      #expect(try NetworkNamespace.named("q-1", folder: folder) == nil)
      let made = try NetworkNamespace.makeNamed("q-1", folder: folder)
      let found = try #require(try NetworkNamespace.named("q-1", folder: folder))
      #expect(try found.identity == made.identity)
      #expect(try NetworkNamespace.makeNamed("q-1", folder: folder).identity == made.identity)
      #expect(NetworkNamespace.names(prefix: "q-", folder: folder) == ["q-1"])
      #expect(try NetlinkSocket(in: found).links().map(\.name) == ["lo"])
      try NetworkNamespace.removeNamed("q-1", folder: folder)
      try NetworkNamespace.removeNamed("q-1", folder: folder)
      #expect(try NetworkNamespace.named("q-1", folder: folder) == nil)
      #expect(try NetworkNamespace.makeNamed("q-1", folder: folder).identity != made.identity)
    }
  }

  @Test("a program runs inside, and tells how it ended and what it complained about")
  func programs() async throws {
    let namespace = try NetworkNamespace()
    _ = try NetlinkSocket(in: namespace).createVeth("here", peer: "there")
    let runner = ProgramRunner()
    let inside = try await runner.run(["ip", "link", "show", "dev", "here"], in: namespace)
    #expect(inside.status == 0)
    let outside = try await runner.run(["ip", "link", "show", "dev", "here"], in: nil)
    #expect(outside.status == 1 && outside.errors.contains("here"))
    #expect(try await runner.run(["sh", "-c", "kill -9 $$"], in: nil).status == 137)
    await #expect(throws: NetlinkError.self) { try await runner.run(["/no/such/program"], in: nil) }
    await #expect(throws: NetlinkError.self) {
      try await runner.run(["sleep", "600"], in: nil, deadline: .milliseconds(1))
    }
  }

  @Test("a process that is nobody's child is signalled, and its end is noticed")
  func processes() async throws {
    // Process 1 will not end, and no id is as high as this.
    #expect(try !NamespaceProcess(id: 1).hasEnded)
    #expect(throws: NetlinkError.self) { try NamespaceProcess(id: .max) }
    let process = try await start("sleep 600")
    try process.signal(15)
    await process.ended()
    #expect(process.hasEnded)
    try process.signal(15)
  }

  @Test(
    "a process that is to end is killed if asking does not help",
    arguments: [("sleep 600", Duration.seconds(30)), ("trap '' TERM; exec sleep 600", .milliseconds(1))])
  func ending(command: String, patience: Duration) async throws {
    let process = try await start(command)
    try await process.end(patience: patience)
    #expect(process.hasEnded)
    try await process.end(patience: patience)
  }

  /// A shell command in the background, which is not our child.
  private func start(_ command: String) async throws -> NamespaceProcess {
    let file = "/tmp/plugboard-process-\(UInt32.random(in: .min ... .max))"
    // Safe: the string lives until the call returns, and the kernel only reads it.
    defer { _ = unsafe unlink(file) }
    _ = try await ProgramRunner().run(["sh", "-c", "(\(command)) & echo $! > \(file)"], in: nil)
    return try NamespaceProcess(id: try #require(ProcFile.read(file).flatMap { Int32($0) }))
  }
}
