import Store

/// What `status` prints: a line for each migration that there is or that the database has been through.
struct StatusTable {
  private let rows: [[String]]

  init(_ history: SchemaHistory) {
    let files = Dictionary(history.migrations.map { ($0.version, $0) }, uniquingKeysWith: { first, _ in first })
    let applied = Dictionary(history.applied.map { ($0.version, $0) }, uniquingKeysWith: { first, _ in first })
    let lines = Set(files.keys).union(applied.keys).sorted().map { version -> [String] in
      let file = files[version]
      let row = applied[version]
      let state =
        switch (file, row) {
        case (.some(let file), .some(let row)): file.sha256 == row.sha256 ? "applied" : "edited since"
        case (.some, nil): "pending"
        case (nil, _): "unknown here"
        }
      return [
        Migration.digits(version), file?.name ?? row?.name ?? "", state, row.map { "\($0.appliedAt)" } ?? "-",
        String((row?.sha256 ?? file?.sha256 ?? "").prefix(12)),
      ]
    }
    rows = [["version", "name", "state", "applied at", "sha256"]] + lines
  }

  /// The lines with their columns aligned.
  var text: String {
    let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
      return cells.joined(separator: "  ").trimmingTrailingSpaces + "\n"
    }.joined()
  }
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
