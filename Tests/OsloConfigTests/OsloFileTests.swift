import OsloConfig
import Testing

@Suite("oslo.config files")
struct OsloFileTests {
  @Test("a file of Neutron's is read: sections, comments, both separators, quotes, continuation lines")
  func wellFormed() throws {
    let file = try OsloFile(
      path: "linuxbridge_agent.ini",
      text: """
        # A comment
        [DEFAULT]
        host = compute1
        ; another
        debug: true
        [linux_bridge]
        physical_interface_mappings = physnet1:eth1,
            physnet2:eth2
        empty =
        quoted = "a b"
        with_equals = a=b:c
        [VXLAN]
        local-ip = 10.0.0.1\r
        """)
    func last(_ name: OptionName) -> String? { file.values[name]?.last?.text }
    #expect(last("DEFAULT.host") == "compute1")
    #expect(last("debug") == "true")
    #expect(last("linux_bridge.physical_interface_mappings") == "physnet1:eth1,\nphysnet2:eth2")
    #expect(last("linux_bridge.empty")?.isEmpty == true)
    #expect(last("linux_bridge.quoted") == "a b")
    #expect(last("linux_bridge.with_equals") == "a=b:c")
    #expect(last("vxlan.local_ip") == "10.0.0.1")
    #expect(file.values["vxlan.local_ip"]?.last?.origin == "linuxbridge_agent.ini:13")
  }

  @Test("an option given twice, in a section given twice, keeps both values in order")
  func repeated() throws {
    let file = try OsloFile(path: "f", text: "[a]\nx=1\n[b]\ny=1\n[a]\nx=2\n")
    #expect(file.values["a.x"]?.map(\.text) == ["1", "2"])
  }

  @Test(
    "a malformed line is refused with file and line",
    arguments: [
      ("[DEFAULT\nhost=a", 1, "a section must end with ]: [DEFAULT"),
      ("[]\n", 1, "a section needs a name"),
      ("host = a\n", 1, "a section such as [DEFAULT] must come before host"),
      ("[DEFAULT]\n\nhost\n", 3, "neither a section nor an assignment with = or : : host"),
      ("[DEFAULT]\n= a\n", 2, "an assignment needs a name before the ="),
      ("[DEFAULT]\n  more\n", 2, "the value that this line goes on with is missing"),
      ("[DEFAULT]\nhost=a\n\n  more\n", 4, "the value that this line goes on with is missing"),
    ])
  func malformed(text: String, line: Int, message: String) {
    #expect(throws: OsloConfigError(.malformedLine, origin: "agent.conf:\(line)", message: message)) {
      try OsloFile(path: "agent.conf", text: text)
    }
  }
}
