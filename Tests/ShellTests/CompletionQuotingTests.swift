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
      let typed = try #require(PartialLine("list --user " + quote)).typed(value, isFinished: true)
      let commands = try? Lexer.commands(in: "list --user " + typed, file: nil)
      let word = commands?.first?.tokens.last
      #expect(commands?.count == 1 && word?.pieces == [.text(value)], "\(quote)\(value)")
    }
  }

  @Test(
    "an unfinished word is understood as the lexer will",
    arguments: [#""a\b"#, #""a\"b"#, #"a\ b"#, #"'a\b"#, #""a\$b"#])
  func understandsUnfinished(raw: String) throws {
    let partial = try #require(PartialLine(raw))
    let token = try Lexer.commands(in: raw + (partial.quote.map(String.init) ?? ""), file: nil).first?.tokens.first
    #expect(token?.plainText == partial.word && partial.raw == raw)
  }

  @Test("a line is split as the lexer splits it, and the word at its end is the unfinished one")
  func splitsLine() throws {
    let cases: [(line: String, words: [String], word: String, raw: String, quote: Character?)] = [
      ("", [], "", "", nil), ("li", [], "li", "li", nil), ("list ", ["list"], "", "", nil),
      ("echo a; list --us", ["list"], "--us", "--us", nil), ("list;", [], "", "", nil),
      ("echo 'a b' \"c d", ["echo", "a b"], "c d", "\"c d", "\""), ("echo a\\ ", ["echo"], "a ", "a\\ ", nil),
      ("echo one \\\n tw", ["echo", "one"], "tw", "tw", nil), ("echo one\nlist ", ["list"], "", "", nil),
      ("include ~/a", ["include"], "~/a", "~/a", nil), ("echo ${x}y ", ["echo", "${x}y"], "", "", nil),
      ("echo 'it' '", ["echo", "it"], "", "'", "'"),
    ]
    for expected in cases {
      let partial = try #require(PartialLine(expected.line), "\(expected.line)")
      #expect(partial.words == expected.words, "\(expected.line)")
      #expect(partial.word == expected.word && partial.raw == expected.raw, "\(expected.line)")
      #expect(partial.quote == expected.quote, "\(expected.line)")
    }
    for text in ["list # a comment", "# li", "echo <<END\nli", "echo ${x"] {
      #expect(PartialLine(text) == nil, "\(text)")
    }
  }
}
