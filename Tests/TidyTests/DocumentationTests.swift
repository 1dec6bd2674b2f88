import Testing

/// A type or a function that other modules see. A type inside another one is part of what the outer one's comment tells.
private func declaration(in line: Substring) -> (kind: Substring, name: Substring)? {
  guard line.contains("package ") else { return nil }
  let pattern =
    #/^\s*(?:@\w+(?:\([^)]*\))? )*package (?:[a-z]+(?:\(set\))? )*?(func|struct|class|enum|actor|protocol|typealias) (\S+)/#
  guard let match = line.prefixMatch(of: pattern), match.output.1 == "func" || !line.hasPrefix(" ") else { return nil }
  return (match.output.1, match.output.2)
}

/// Names whose meaning is that of a protocol of the standard library or of a package.
private let foreignWitnesses: Set = [
  "==", "<", "+", "-", "hash(into", "encode(to", "run()", "next()", "makeAsyncIterator()", "makeIterator()",
  "value(forKey",
  "Arguments", "Result", "Element", "Iterator", "AsyncIterator",
]

/// The functions that our own protocols ask for: what they mean is told there.
private let requirements: Set<Substring> = {
  var names: Set<Substring> = []
  for file in Repository.sources {
    var isInProtocol = false
    for line in file.code {
      if line.contains(#/^(\w+ )*protocol /#) { isInProtocol = true }
      if line.hasPrefix("}") { isInProtocol = false }
      if isInProtocol, let match = line.prefixMatch(of: #/  (?:\w+ )*func ([^\s(<]+)/#) { names.insert(match.output.1) }
    }
  }
  return names
}()

private func isWitness(_ name: Substring) -> Bool {
  foreignWitnesses.contains { name.hasPrefix($0) } || requirements.contains(name.prefix { $0 != "(" && $0 != "<" })
}

/// A function of one statement may let its name and types speak for it.
private func isShort(_ index: Int, in lines: [Substring]) -> Bool {
  let indentation = lines[index].prefix { $0 == " " }
  return lines[index].hasSuffix("}") || lines[index...].prefix(4).contains { $0 == indentation + "}" }
}

/// True when a documentation comment stands above line `index`, with nothing but attributes between.
private func isDocumented(_ index: Int, in lines: [Substring]) -> Bool {
  for line in lines[..<index].reversed() {
    let text = line.drop { $0 == " " }
    if text.hasPrefix("@") || text.hasPrefix("#if") { continue }
    return text.hasPrefix("///")
  }
  return false
}

/// The declarations that lack a comment. Overloads share the first one's.
private func undocumented(in file: Repository.File) -> [String] {
  var told: Set<Substring> = []
  return file.lines.enumerated().compactMap { number, line in
    guard let (kind, name) = declaration(in: line), !line.contains(" override "), !isWitness(name) else { return nil }
    let base = name.prefix { $0 != "(" && $0 != "<" }
    if isDocumented(number, in: file.lines) || told.contains(base) {
      told.insert(base)
      return nil
    }
    return kind == "func" && isShort(number, in: file.lines) ? nil : "\(file.path):\(number + 1) \(kind) \(name)"
  }
}

/// The targets of the links of a document, without those in code blocks.
private func links(in file: Repository.File) -> [String] {
  var inCode = false
  return file.lines.flatMap { line -> [String] in
    if line.hasPrefix("```") { inCode.toggle() }
    guard !inCode else { return [] }
    return line.matches(of: #/\]\(([^)\s]+)\)/#).map { String($0.output.1) }
  }
}

/// `target` as a path from the project's folder, seen from `document`.
private func resolve(_ target: String, from document: String) -> String {
  var parts = document.split(separator: "/").dropLast().map(String.init)
  for part in target.prefix(while: { $0 != "#" }).split(separator: "/") {
    switch part {
    case ".": continue
    case "..": _ = parts.popLast()
    default: parts.append(String(part))
    }
  }
  return parts.joined(separator: "/")
}

@Suite struct DocumentationTests {
  @Test("what other modules use says what it means")
  func packageDeclarationsAreDocumented() {
    #expect(Repository.sources.flatMap(undocumented) == [])
  }

  @Test("a link in a document leads to a file")
  func linksResolve() {
    let found = Repository.documents.flatMap { file in
      links(in: file)
        .filter { !$0.hasPrefix("#") && !$0.contains("://") && !$0.hasPrefix("mailto:") }
        .filter { !Repository.exists(resolve($0, from: file.path)) }
        .map { "\(file.path): \($0)" }
    }
    #expect(found == [])
  }

  @Test("the first screen of the README has the two commands")
  func readmeHasTheCommands() throws {
    let readme = try #require(Repository.file("README.md"))
    let screen = readme.lines.prefix(40).joined(separator: "\n")
    for command in ["tools/quickstart", "tools/test"] {
      #expect(screen.contains(command))
      #expect(Repository.exists(command))
    }
  }

  @Test("the architecture page names every module and program")
  func architectureNamesModules() throws {
    let page = try #require(Repository.file("docs/architecture.md"))
    for module in Set(Repository.sources.map(\.module)) {
      #expect(page.text.contains("`\(module)`") || page.text.contains("plugboard-\(module)"), "\(module)")
    }
  }

  @Test("docs/one-port.md leads into the code at each of its steps")
  func onePortHasLinks() throws {
    let page = try #require(Repository.file("docs/one-port.md"))
    for row in page.lines where row.contains(#/^\| \d+ \|/#) {
      #expect(row.contains("](../Sources/"), "\(row.prefix(60))")
    }
  }
}
