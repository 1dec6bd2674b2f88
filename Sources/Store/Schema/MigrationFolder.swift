internal import FoundationEssentials

extension Migration {
  /// The migrations in a folder; files whose names do not end in `.sql` are left alone.
  ///
  /// - Throws: ``SchemaError`` when there is no such folder, or a `.sql` file in it cannot be one.
  package static func inFolder(_ folder: String) throws -> [Migration] {
    let files: [String]
    do {
      files = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw SchemaError(.missing, "The folder of migrations cannot be read: \(folder).")
    }
    return try files.filter { $0.hasSuffix(".sql") }.sorted().map { file in
      guard let contents = FileManager.default.contents(atPath: "\(folder)/\(file)") else {
        throw SchemaError(.missing, "\(folder)/\(file) cannot be read.")
      }
      guard let migration = Migration(file: file, contents: [UInt8](contents)) else {
        throw SchemaError(.gap, "\(folder)/\(file) is not named NNNN_name.sql, or is not text in UTF-8.")
      }
      return migration
    }
  }
}
