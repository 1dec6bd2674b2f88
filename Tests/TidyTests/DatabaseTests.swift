import Testing

private let migrations = Repository.files(in: "Migrations", endings: [".sql"])

/// True for a line of a string literal that begins like a statement.
private func statesSQL(_ line: Substring) -> Bool {
  guard ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE "].contains(where: line.contains) else { return false }
  return line.contains(
    #/(^\s*|")(SELECT .* FROM |INSERT (OR \w+ )?INTO \w|UPDATE \w+ SET |DELETE FROM \w|CREATE (TABLE|INDEX|VIEW|TRIGGER) )/#
  )
}

/// The statements of a migration without its comments. No statement of ours holds a semicolon within, other than triggers.
private func statements(of file: Repository.File) -> [Substring] {
  let sql = file.lines.map { line in line.split(separator: "--", omittingEmptySubsequences: false).first ?? "" }
  return sql.joined(separator: "\n").split(separator: ";")
}

@Suite struct DatabaseTests {
  @Test("SQL stands in the Store only")
  func sqlStandsInStore() {
    let found = Repository.sources.filter { !["Store", "SQLite"].contains($0.module) }.flatMap { file in
      file.lines.enumerated().compactMap { number, line in statesSQL(line) ? "\(file.path):\(number + 1)" : nil }
    }
    #expect(found == [])
  }

  @Test("migrations are numbered from 0001 without a gap")
  func migrationsAreNumbered() throws {
    let names = migrations.map { String($0.path.dropFirst("Migrations/".count)) }
    #expect(!names.isEmpty)
    for (index, name) in names.enumerated() {
      let parts = try #require(try #/(\d{4})_[a-z0-9_]+\.sql/#.wholeMatch(in: name), "\(name)")
      #expect(Int(parts.output.1) == index + 1, "\(name)")
    }
  }

  @Test("plugboard-migrate carries every migration")
  func migrationsAreEmbedded() throws {
    let package = try #require(Repository.file("Package.swift"))
    for migration in migrations {
      #expect(package.text.contains(".embedInCode(\"\(migration.path.dropFirst("Migrations/".count))\")"))
    }
  }

  @Test("every table is STRICT and has rowids, which the hooks need")
  func tablesAreStrict() {
    let found = migrations.flatMap { file in
      statements(of: file).filter { $0.contains(#/^\s*CREATE TABLE /#) && !$0.contains(#/\)\s*STRICT\s*$/#) }
        .map { "\(file.path): \($0.prefix(60))" }
    }
    #expect(found == [])
  }

  @Test("nothing replaces rows, which would hide the removed row from the hooks")
  func nothingReplaces() {
    let found = Repository.sources.flatMap { file in
      file.lines.enumerated().compactMap { number, line in
        // A statement, not a sentence about one.
        line.contains(#/\b(INSERT|UPDATE) OR (REPLACE|FAIL)|\bREPLACE INTO /#) && !line.contains("//")
          ? "\(file.path):\(number + 1)" : nil
      }
    }
    #expect(found == [])
  }
}
