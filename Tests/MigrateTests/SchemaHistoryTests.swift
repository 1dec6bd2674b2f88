import Model
import Store
import Testing

@Suite("What a database has been through")
struct SchemaHistoryTests {
  private func applied(_ migrations: [Migration]) -> [AppliedMigration] {
    migrations.map {
      AppliedMigration(version: $0.version, name: $0.name, sha256: $0.sha256, appliedAt: Timestamp(microseconds: 0))
    }
  }

  @Test("a file's name gives number and name, and other names are no migrations")
  func names() {
    let migration = Migration(file: "0012_ports_and_bindings.sql", contents: [])
    #expect(migration?.version == 12)
    #expect(migration?.name == "ports_and_bindings")
    #expect(migration?.file == "0012_ports_and_bindings.sql")
    let tooLongOrShort = ["12_a.sql", "00012_a.sql", "0012.sql", "0012_.sql", "a.sql"]
    for file in tooLongOrShort + ["0012_a.txt", "0000_a.sql", "+012_a.sql"] {
      #expect(Migration(file: file, contents: []) == nil)
    }
    #expect(Migration(file: "0001_a.sql", contents: [0xFF]) == nil)
  }

  @Test("the SHA-256 is that of the file's bytes")
  func hash() {
    #expect(
      Migration(file: "0001_a.sql", contents: Array("abc".utf8))?.sha256
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test("what has not been applied is pending, in order whatever the order of the files")
  func pending() {
    let all = Fixture.migrations("a", "b", "c")
    let history = SchemaHistory(migrations: all.reversed(), applied: applied([all[0]]))
    #expect(history.problem == nil)
    #expect(history.pending == [all[1], all[2]])
  }

  @Test("an edited file, a gap, a number twice and a newer database are problems, each with its own words")
  func problems() {
    let all = Fixture.migrations("a", "b", "c")
    let edited = Fixture.migrations("a", "B", "c")
    let twice = Migration(file: "0002_other.sql", contents: [])
    let cases: [(migrations: [Migration], applied: [Migration], code: SchemaError.Code, words: String)] = [
      (edited, all, .edited, "0002_step.sql is not what it was when it was applied on 1970-01-01 00:00:00 UTC"),
      ([all[0], all[2]], [], .gap, "0002 is missing"),
      (all + [twice].compactMap { $0 }, [], .gap, "two migrations with the number 0002"),
      (all, [all[0], all[2]], .gap, "no migration 0002, but 0003"),
      ([all[0]], all, .newer, "0003, newer than this program's, which is 0001"),
    ]
    for expected in cases {
      let problem = SchemaHistory(migrations: expected.migrations, applied: applied(expected.applied)).problem
      #expect(problem?.code == expected.code)
      #expect(problem?.description.contains(expected.words) == true, "\(problem?.description ?? "no problem")")
    }
  }
}
