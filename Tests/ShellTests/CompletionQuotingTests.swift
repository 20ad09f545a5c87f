import Testing

@testable import Shell

/// A value that is completed at memsh's own prompt is read back by the lexer as the very same word.
@Suite struct CompletionQuotingTests {
  private static let values = [
    "ada", "two words", "it's", "\"x\"", "'\"", "a\\", "a\\\"b", "\\", "#x", "a#b", "x;y", "<<EOF", "a<<b", "$x",
    "${x}",
    "${ENV:HOME}", "\\${x}", "$(ls)", "`ls`", "~", "!x", "*", "é世😀", "a=b", "'${x}'", "'\\${x}", "\\'", "\"\\'${y}",
    "\u{a0}x", "x\u{2003}y", "\u{301}x", "'\u{301}", "a\"\u{301}b", " x", "x ",
  ]

  @Test("a typed value reads back as itself", arguments: ["", "'", "\""])
  func readsBack(quote: String) throws {
    for value in CompletionQuotingTests.values {
      let typed = PartialLine("list --user " + quote).typed(value, isFinished: true)
      let commands = try? Lexer.commands(in: "list --user " + typed, file: nil)
      let word = commands?.first?.tokens.last
      // What no quoting can make one word is not offered; everything else must be.
      if value.unicodeScalars.contains("\u{301}") { continue }
      #expect(commands?.count == 1 && word?.pieces == [.text(value)], "\(quote)\(value)")
    }
  }

  @Test(
    "an unfinished word is understood as the lexer will",
    arguments: [#""a\b"#, #""a\"b"#, #"a\ b"#, #"'a\b"#, #""a\$b"#])
  func understandsUnfinished(raw: String) throws {
    let quote = PartialLine(raw).quote.map(String.init) ?? ""
    let token = try Lexer.commands(in: raw + quote, file: nil).first?.tokens.first
    #expect(token?.plainText == PartialLine(raw).word)
  }
}
