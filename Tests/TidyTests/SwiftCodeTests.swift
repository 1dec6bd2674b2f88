import Testing

@Suite struct SwiftCodeTests {
  @Test(
    "only code is left of a source file",
    arguments: [
      ("let a = 1 // why", "let a = 1 "),
      ("a /* b\nc */ d", "a \n d"),
      (#"let url = "https://host""#, #"let url = """#),
      (##"x = #"a "quoted" word"# + y"##, #"x = "" + y"#),
      (#"say("\(name ?? "nobody") \"came\"") // x"#, #"say("") "#),
      ("\"\"\"\n  one \"two\"\n  \"\"\"\nnext", "\"\"\n\n\nnext"),
    ])
  func onlyCodeIsLeft(source: String, code: String) {
    #expect(SwiftCode(source).bare == code)
  }
}
