import FoundationEssentials
import Testing

@Suite struct ScriptTests {
  @Test("a shell script stops at the first error")
  func scriptsAreStrict() {
    let found = Repository.scripts.filter { $0.lines[0].contains("bash") }
      .filter { file in file.lines.first { !$0.hasPrefix("#") && !$0.isEmpty } != "set -euo pipefail" }
    #expect(found.map(\.path) == [])
  }

  @Test("a script can be started by its name")
  func scriptsAreExecutable() {
    let found = Repository.scripts
      .filter { !FileManager.default.isExecutableFile(atPath: Repository.root + "/" + $0.path) }
    #expect(found.map(\.path) == [])
  }

  @Test("nothing ends processes by name, which could be somebody else's")
  func nothingKillsByName() {
    let names = ["p" + "kill", "kill" + "all"]
    let found = (Repository.scripts + Repository.sources + Repository.tests)
      .filter { file in names.contains { file.text.contains($0) } }
    #expect(found.map(\.path) == [])
  }

  @Test("no file names a folder of the machine it was written on")
  func noMachinePaths() {
    let endings = [".swift", ".md", ".sql", ".sh", ".py", ".c", ".h", ".modulemap", ".json"]
    let found = (Repository.files(endings: endings) + Repository.scripts).flatMap { file in
      file.lines.enumerated().compactMap { number, line -> String? in
        guard ["/home/", "/root/", "/Users/", "/work"].contains(where: line.contains),
          line.contains(#/(^|[\s"'`=(])\/(home|root|Users|work|workspace)\/[\w.]/#)
        else { return nil }
        return "\(file.path):\(number + 1)"
      }
    }
    #expect(found == [])
  }
}
