import Configuration
import FoundationEssentials
import OsloConfig
import Testing

@Suite("Options of a program")
struct OsloOptionsTests {
  @Test("a flag goes before the environment, that before the last file, that before the files before it")
  func precedence() throws {
    try withFiles("[agent]\na=1\nb=1\nc=1\nd=1\n", "[agent]\nb=2\nc=2\nd=2\n") { files in
      let options = try OsloOptions(
        files: files, flags: ["agent.d": "4", "agent.a": nil],
        environment: ["OS_AGENT__C": "3", "OS_AGENT__D": "3"])
      #expect(
        try ["a", "b", "c", "d"].map { try options.integer(OptionName(group: "agent", option: $0)) } == [1, 2, 3, 4])
      #expect(options.reader.int(forKey: "agent.c") == 3)
      #expect(options.reader.string(forKey: "agent.absent", default: "x") == "x")
      #expect(options.all("agent.b") == ["1", "2"])
    }
  }

  @Test("values are read in oslo.config's spellings")
  func kinds() throws {
    let options = try OsloOptions(
      flags: ["yes": "On", "no": "0", "list": " a:b , c,", "none": "", "time": "0.25"], environment: [:])
    #expect(try options.boolean("yes") == true)
    #expect(try options.boolean("no") == false)
    #expect(try options.boolean("absent") == nil)
    #expect(try options.list("list") == ["a:b", "c", ""])
    #expect(try options.list("none")?.isEmpty == true)
    #expect(try options.list("absent") == nil)
    #expect(try options.duration("time") == .milliseconds(250))
    #expect(options.reader.bool(forKey: "DEFAULT.yes") == true)
  }

  @Test("a value of the wrong kind names file, line, option and value, and does not become the default")
  func wrongKind() throws {
    try withFiles("[agent]\npolling_interval = soon\n") { files in
      let options = try OsloOptions(files: files, environment: ["OS_AGENT__N": "12"])
      let error = #expect(throws: OsloConfigError.self) { try options.duration("agent.polling_interval") }
      #expect(error?.description == "\(files[0]):2: [agent] polling_interval = soon: not a number")
      let range = #expect(throws: OsloConfigError.self) { try options.integer("agent.n", in: 0...9) }
      #expect(range?.description == "OS_AGENT__N: [agent] n = 12: not between 0 and 9")
      let missing = #expect(throws: OsloConfigError.self) { try options.requiredString("plugboard.secret") }
      #expect(missing?.description == "[plugboard] secret must be set")
    }
  }

  @Test("a file that is not there is an error that names it")
  func unreadable() {
    let error = #expect(throws: OsloConfigError.self) {
      try OsloOptions(files: ["/nowhere/agent.conf"], environment: [:])
    }
    #expect(error?.description == "/nowhere/agent.conf: the configuration file cannot be read")
  }

  private func withFiles(_ texts: String..., body: ([String]) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "plugboard-config-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let paths = try texts.enumerated().map { index, text in
      let file = folder.appending(path: "\(index).conf")
      try Data(text.utf8).write(to: file)
      return file.path
    }
    try body(paths)
  }
}
