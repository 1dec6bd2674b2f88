import Model
import SQLite
import Store
import Support

/// Migrations for tests, and the files they would be.
enum Fixture {
  static let first = """
    CREATE TABLE lamps (id INTEGER PRIMARY KEY, status TEXT NOT NULL) STRICT;
    INSERT INTO lamps VALUES (1, 'ON');

    """
  static let second = """
    ALTER TABLE lamps ADD COLUMN name TEXT;
    CREATE TABLE bulbs (id INTEGER PRIMARY KEY, lamp INTEGER REFERENCES lamps (id)) STRICT;

    """
  /// Takes long enough to be killed in its middle.
  static let slow = """
    CREATE TABLE numbers (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
    WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 300000)
    INSERT INTO numbers SELECT n, hex(n) || ' some text to fill a page or two' FROM i;
    CREATE INDEX numbers_text ON numbers (text);
    DROP TABLE lamps;

    """

  /// Migrations with these contents, numbered from 1.
  static func migrations(_ contents: String...) -> [Migration] {
    contents.enumerated().compactMap { index, sql in
      Migration(file: "\(Migration.digits(index + 1))_step.sql", contents: Array(sql.utf8))
    }
  }
}

/// What is in a database file, as a shell would see it.
func tables(of path: String) throws -> [String] {
  try Connection(path: path, mode: .reading).rows(
    "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
  ) { $0.text(0) }
}
