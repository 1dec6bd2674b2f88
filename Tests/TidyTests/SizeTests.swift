import Testing

private let longestFile = 350
private let longestFunction = 60

/// Files and functions that are longer for a reason that stands here. Keep it short.
private let longerForAReason: [String: String] = [:]

/// The functions of a file with the number of lines from their first to their last.
private func functions(in file: Repository.File) -> [(name: String, line: Int, length: Int)] {
  let lines = file.code
  var found: [(String, Int, Int)] = []
  for (start, line) in lines.enumerated() {
    guard ["func ", "init", "subscript"].contains(where: line.contains),
      let match = line.firstMatch(of: #/^\s*(?:[@\w()]+ )*?(?:func ([^\s(<]+)|(init|deinit|subscript)\b[?<({ ])/#)
    else { continue }
    let name = String(match.output.1 ?? match.output.2 ?? "")
    guard let end = closingLine(of: lines, from: start) else { continue }
    found.append((name, start + 1, end - start + 1))
  }
  return found
}

/// The line that closes the first brace opened at or after `start`; nil for a requirement without a body.
private func closingLine(of lines: [Substring], from start: Int) -> Int? {
  var depth = 0
  var parentheses = 0
  for (index, line) in lines.enumerated().dropFirst(start) {
    for character in line {
      switch character {
      case "(", "[": parentheses += 1
      case ")", "]": parentheses -= 1
      case "{": depth += 1
      case "}":
        // The end of the protocol around a requirement that has no body.
        if depth == 0 { return nil }
        depth -= 1
        if depth == 0, parentheses == 0 { return index }
      default: break
      }
    }
    // A signature goes on while a parenthesis is open or the next line continues it.
    if depth == 0, parentheses == 0, index + 1 < lines.count, !continues(lines[index + 1]) { return nil }
  }
  return nil
}

private func continues(_ line: Substring) -> Bool {
  line.contains(#/^\s*(\{|->|throws|async|where|\))/#)
}

@Suite struct SizeTests {
  @Test("a file holds one type or one aspect of it")
  func filesAreShort() {
    let found = (Repository.sources + Repository.tests)
      .filter { $0.lines.count > longestFile && longerForAReason[$0.path] == nil }
      .map { "\($0.path) has \($0.lines.count) lines" }
    #expect(found == [])
  }

  @Test("a function is one thought")
  func functionsAreShort() {
    let found = Repository.sources.flatMap { file in
      functions(in: file)
        .filter { $0.length > longestFunction && longerForAReason["\(file.path) \($0.name)"] == nil }
        .map { "\(file.path):\($0.line) \($0.name) has \($0.length) lines" }
    }
    #expect(found == [])
  }

  @Test("the list of exceptions names files that exist")
  func exceptionsExist() {
    for name in longerForAReason.keys {
      #expect(Repository.exists(String(name.prefix { $0 != " " })), "\(name)")
    }
  }

  @Test("no file is a drawer for leftovers")
  func namesSayWhatIsInside() {
    let found = (Repository.sources + Repository.tests).map(\.path)
      .filter { $0.contains(#/(Util|Utils|Utilities|Helper|Helpers|Common|Misc|Manager)(\.swift|\/)/#) }
    #expect(found == [])
  }
}
