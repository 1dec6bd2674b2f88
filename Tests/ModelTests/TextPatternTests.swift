import Model
import Testing

/// Regular expressions of users: what they match, and that none takes long.
@Suite struct TextPatternTests {
  static let examples: [(pattern: String, text: String, matches: Bool)] = [
    ("web", "my-web-1", true), ("web", "WEB", false), ("^web$", "web", true), ("^web$", "web1", false),
    ("a.c", "abc", true), ("a.c", "ac", false), ("ab*c", "ac", true), ("ab+c", "ac", false), ("ab?c", "abc", true),
    ("^a{2,3}$", "aa", true), ("^a{2,3}$", "aaaa", false), ("^a{2}$", "aa", true), ("^a{2,}$", "aaaaa", true),
    ("^(web|db)-\\d+$", "db-17", true), ("^(?:web|db)-\\d+$", "x-17", false), ("[^a-c]", "abc", false),
    ("[]a]", "]", true), ("[a-]", "-", true), ("\\.", "abc", false), ("10\\.88", "10.88.0.1", true),
    ("^\\w+\\s\\S+$", "one two", true), ("x*", "", true), ("^$", "", true), ("^.*?$", "anything", true),
    ("é😀", "é😀", true), ("^.$", "😀", true),
  ]

  @Test("a pattern matches what it says", arguments: examples)
  func matches(_ pattern: String, _ text: String, _ matches: Bool) throws {
    #expect(try #require(TextPattern(pattern)).matches(text) == matches)
  }

  static let invalid = [
    "", "*", "a**", "(", ")", "(a", "[a", "[b-a]", "a{2", "a{3,2}", "a{999}", "\\", "(?=a)", "\\1",
    "((((a{255}){255}){255}))",
  ]

  @Test("what is no pattern, or needs what there is not, is none", arguments: invalid)
  func refused(_ pattern: String) {
    #expect(TextPattern(pattern) == nil)
  }

  @Test("a pattern that others spend years on is answered")
  func hostile() throws {
    let text = String(repeating: "a", count: 255) + "!"
    for pattern in ["^(a+)+$", "^(a|a)*$", "^(a*)*b", "(a?){100}a{100}b"] {
      #expect(try #require(TextPattern(pattern)).matches(text) == false)
    }
  }
}
