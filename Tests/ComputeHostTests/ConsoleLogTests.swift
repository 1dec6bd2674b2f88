import ComputeHost
import FoundationEssentials
import Testing

@Suite("A guest's console log")
struct ConsoleLogTests {
  static let lines: [(lines: Int?, output: String)] = [
    (nil, "one\ntwo\nthree\n"), (-1, "one\ntwo\nthree\n"), (0, ""), (1, ""), (2, "three\n"), (100, "one\ntwo\nthree\n"),
  ]

  @Test("gives its last lines, counted as Nova counts them", arguments: lines)
  func output(_ lines: Int?, _ output: String) async throws {
    try await Files.withFolder { folder in
      try await Files.write(Array("one\ntwo\nthree\n".utf8), to: "\(folder)/console.log")
      #expect(try await ConsoleLog(path: "\(folder)/console.log").output(lines: lines) == output)
    }
  }

  @Test("that is not there is empty, and what is no text is replaced")
  func odd() async throws {
    try await Files.withFolder { folder in
      let log = ConsoleLog(path: "\(folder)/console.log")
      #expect(try await log.output(lines: nil) == "")
      try await log.rotate()
      try await Files.write([0xFF, 0x41, 0x1B], to: "\(folder)/console.log")
      #expect(try await log.output(lines: nil) == "\u{FFFD}A\u{1B}")
    }
  }

  /// The writer has the file open for appending all the time, as QEMU has.
  @Test("is rotated under its writer without losing a line")
  func rotation() async throws {
    try await Files.withFolder { folder in
      let path = "\(folder)/console.log"
      let writer = try Files.Appender(path)
      let log = ConsoleLog(path: path)
      var written: [String] = []
      for round in 0..<6 {
        for number in 0..<400 {
          let line = "round \(round) line \(number) \(String(repeating: "x", count: 100))\n"
          written.append(line)
          try writer.append(line)
        }
        try await log.rotate(limit: 32 << 10)
        #expect(try Files.allocated(path) <= 32 << 10)
        let older = Files.bytes(of: "\(path).1") ?? []
        let newer = (Files.bytes(of: path) ?? []).drop { $0 == 0 }
        #expect(written.joined().hasSuffix(String(decoding: older + newer, as: UTF8.self)))
        #expect(!older.isEmpty)
      }
      let output = try await log.output(lines: nil)
      #expect(output.utf8.count <= ConsoleLog.longestOutput)
      #expect(written.joined().hasSuffix(output))
      #expect(try await log.output(lines: 2) == written.last)
    }
  }

  @Test("never gives more than is asked for of a large one")
  func bound() async throws {
    try await Files.withFolder { folder in
      try await Files.write(Array(repeating: 0x61, count: 300_000), to: "\(folder)/console.log")
      let output = try await ConsoleLog(path: "\(folder)/console.log").output(lines: nil)
      #expect(output.utf8.count == 102_400)
    }
  }
}
