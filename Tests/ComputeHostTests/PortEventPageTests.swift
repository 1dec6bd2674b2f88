import Testing

/// The page says what the tests show.
@Suite("The page about events around ports")
struct PortEventPageTests {
  @Test("its table is the one that the tests go through")
  func table() throws {
    let path = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let bytes = try #require(Files.bytes(of: "/\(path)/docs/port-events.md"))
    let rows = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(Self.cells)
    let header = ["operation"] + PortEventTable.Event.allCases.map(\.rawValue)
    let first = try #require(rows.firstIndex(of: header))
    let expected = PortEventTable.operations.map { operation in
      [operation.name] + PortEventTable.Event.allCases.map { PortEventTable.effect(of: $0, on: operation).rawValue }
    }
    #expect(Array(rows[(first + 2)...].prefix(expected.count)) == expected)
    for operation in PortEventTable.operations {
      #expect(rows.contains { $0.first == operation.name && $0.count == 5 })
    }
  }

  private static func cells(_ line: Substring) -> [String] {
    guard line.hasPrefix("|") else { return [] }
    return line.split(separator: "|").map { cell in
      String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
  }
}
