import Testing

/// What each module may import of our own modules: the table of `docs/architecture.md`, which the compiler does not check.
private let allowedImports: [String: Set<String>] = {
  let waysOut: Set = ["Store", "HostRPC", "OpenStackHTTP", "Model", "JSON"]
  let host: Set = ["HostRPC", "OpenStackHTTP", "Netlink", "Model", "JSON"]
  return [
    "CNetlink": [], "CNFTables": [], "CSQLite": [], "CLibvirt": [],
    "SQLite": ["CSQLite"], "Netlink": ["CNetlink"], "NFTables": ["CNFTables"], "Libvirt": ["CLibvirt"],
    "Model": [], "JSON": [],
    "Migrations": [],
    "Store": ["SQLite", "Model", "JSON", "Migrations"],
    "HostRPC": ["Model", "JSON"], "OpenStackHTTP": ["Model", "JSON"], "OsloConfig": [],
    "NetworkService": waysOut, "EventDelivery": waysOut, "ComputeService": waysOut,
    "IdentityService": waysOut, "ImageService": waysOut,
    "L2Agent": host.union(["NFTables", "OsloConfig"]),
    "DHCPAgent": host, "MetadataAgent": host, "ComputeHost": host.union(["Libvirt"]),
  ]
}()

private let programs: Set = ["plugboard-server", "plugboard-agent", "plugboard-compute", "plugboard", "migrate"]

/// What is C, and has no Swift files.
private let bridged: Set = ["CNetlink", "CNFTables", "CSQLite", "CLibvirt"]

/// The layers that hold rules and values only: they import nothing at all.
private let pure: Set = ["Model", "JSON"]

private func imports(of file: Repository.File) -> [String] {
  let line = #/^(?:@\w+(?:\([^)]*\))? )*(?:package |public |internal |fileprivate |private )?import (?:\w+ )?(\w+)/#
  return file.code.filter { $0.contains("import ") }.compactMap { $0.prefixMatch(of: line).map { String($0.output.1) } }
}

@Suite struct ImportTests {
  @Test("every module in Sources stands in the import table")
  func modulesAreListed() {
    let folders = Set(Repository.sources.map(\.module)).subtracting(programs)
    #expect(folders.subtracting(allowedImports.keys) == [])
  }

  @Test("a module imports only layers below it")
  func importsFollowTheTable() {
    let found = Repository.sources.flatMap { file in
      guard let allowed = allowedImports[file.module] else { return [String]() }
      return imports(of: file).filter { allowedImports[$0] != nil && !allowed.contains($0) }
        .map { "\(file.path) imports \($0)" }
    }
    #expect(found == [])
  }

  @Test("values and rules import nothing, or one another")
  func pureModulesImportNothing() {
    let found = Repository.sources.filter { pure.contains($0.module) }.flatMap { file in
      imports(of: file).map { "\(file.path) imports \($0)" }
    }
    #expect(found == [])
  }

  @Test("a program imports what it wires, and never C")
  func programsDoNotImportC() {
    let found = Repository.sources.filter { programs.contains($0.module) }.flatMap { file in
      imports(of: file).filter { bridged.contains($0) }.map { "\(file.path) imports \($0)" }
    }
    #expect(found == [])
  }

  @Test("Package.swift allows no target more than the table")
  func packageFollowsTheTable() throws {
    let package = try #require(Repository.file("Package.swift"))
    for target in package.text.split(separator: "arget(").dropFirst() {
      guard let name = target.firstMatch(of: #/name: "([\w-]+)"/#)?.output.1, let allowed = allowedImports[String(name)]
      else { continue }
      let list = target.firstMatch(of: #/dependencies: \[([^\]]*)\]/#)?.output.1 ?? ""
      let named = Set(list.matches(of: #/"(\w+)"/#).map { String($0.output.1) })
      #expect(named.subtracting(allowed).intersection(allowedImports.keys) == [], "\(name)")
    }
  }
}
