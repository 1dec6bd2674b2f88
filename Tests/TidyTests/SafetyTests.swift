import Testing

private let overlays: Set = ["SQLite", "Netlink", "NFTables", "Libvirt"]

/// True when line `index` has its reason beside it: at its end, or in a comment above the statement it belongs to.
private func isExplained(_ index: Int, in file: Repository.File) -> Bool {
  if file.lines[index].contains("//") { return true }
  return file.lines[max(0, index - 8)..<index].reversed()
    .prefix { line in !line.allSatisfy { $0 == " " } }
    .contains { line in line.drop { $0 == " " }.hasPrefix("//") }
}

@Suite struct SafetyTests {
  @Test("pointers stay in the overlays")
  func pointersStayInOverlays() {
    let found = Repository.sources.filter { !overlays.contains($0.module) }.flatMap { file in
      // What a library lends to a closure under another name than a pointer is marked with `unsafe` and judged below.
      file.places(with: ["Unsafe", "OpaquePointer", "Unmanaged"]) { _, line in
        line.contains(#/\bUnsafe\w*(Pointer|Sequence|Collection)|\bOpaquePointer\b|\bUnmanaged\b/#)
      }
    }
    #expect(found == [])
  }

  @Test("what the compiler is told to believe carries its proof in a comment")
  func uncheckedIsExplained() {
    let found = Repository.sources.flatMap { file in
      file.places(with: ["@unchecked Sendable", "(unsafe)", "unsafeBitCast", "@unsafe", " unsafe "]) { number, _ in
        !isExplained(number, in: file)
      }
    }
    #expect(found == [])
  }

  @Test("a stored pointer says what it points to and who frees it")
  func storedPointersAreExplained() {
    let found = Repository.sources.flatMap { file in
      file.places(with: ["Pointer"]) { number, line in
        line.contains(#/^  (\w+(\(\w+\))? )*(let|var) \w+: (Unsafe\w+Pointer|OpaquePointer)[^{]*$/#)
          && !isExplained(number, in: file)
      }
    }
    #expect(found == [])
  }

  @Test("nothing traps, and no work is started that nobody waits for")
  func noForce() {
    let found = Repository.sources.flatMap { file in
      file.places(with: ["try!", " as! ", "fatalError(", "Task.detached", "Task {"]) { _, line in
        line.contains(#/\b(try!|as!|fatalError\(|Task\.detached|Task \{)/#)
      }
    }
    #expect(found == [])
  }

  @Test("no test is skipped, and one that sleeps says why")
  func testsDoNotSleep() {
    let found = Repository.tests.filter { !$0.path.contains("TidyTests") }.flatMap { file in
      file.places(with: [".disabled(", "withKnownIssue", "XCTSkip"])
        + file.places(with: ["Task.sleep", "Thread.sleep", "usleep("]) { number, _ in !isExplained(number, in: file) }
    }
    #expect(found == [])
  }
}
