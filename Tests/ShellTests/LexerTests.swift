import Testing

@testable import Shell

@Suite struct LexerTests {
  /// The commands of a script, words joined by `|`, variables as `${name}`.
  private func words(_ text: String) throws -> [String] {
    try Lexer.commands(in: text, file: nil).map { command in
      command.tokens.map { token in
        token.pieces.map { piece in
          switch piece {
          case .text(let text): text
          case .variable(let reference): "${\(reference.text)}"
          }
        }.joined()
      }.joined(separator: "|")
    }
  }

  @Test(
    "words and commands",
    arguments: [
      ("search espresso --user u1", ["search|espresso|--user|u1"]),
      ("echo a; echo b\n\n;;echo c", ["echo|a", "echo|b", "echo|c"]),
      ("# comment\necho a # more\necho b#c", ["echo|a", "echo|b#c"]),
      (#"echo 'a b' "c \"d\" \$ \n" e\ f"#, [#"echo|a b|c "d" $ \n|e f"#]),
      ("echo a\\\n  b", ["echo|a|b"]),
      ("echo one\\\ntwo", ["echo|one|two"]),
      ("echo ''", ["echo|"]),
      ("echo pre'mid'\"post\"", ["echo|premidpost"]),
      ("echo ${name} \"${ENV:HOME}\" '${raw}' \\${raw}", ["echo|${name}|${ENV:HOME}|${raw}|${raw}"]),
      ("echo $5 a$b", ["echo|$5|a$b"]),
      ("add <<EOF --user u\nline 1\n${v} \\${w}\nEOF\necho next", ["add|line 1\n${v} ${w}|--user|u", "echo|next"]),
      ("add <<'EOF'\n${v}\nEOF", ["add|${v}"]),
      ("add <<A <<B\na\nA\nb\nB", ["add|a|b"]),
      ("echo a\r\necho b\r\n", ["echo|a", "echo|b"]),
      ("#!/usr/bin/env -S memsh -f\necho 🙂", ["echo|🙂"]),
      ("   ", []),
    ])
  func splits(text: String, expected: [String]) throws {
    #expect(try words(text) == expected)
  }

  @Test(
    "what cannot be split says where and why",
    arguments: [
      ("echo ok\necho 'open", 2, 6, "a quote is not closed"), ("echo \"a", 1, 6, "a quote is not closed"),
      ("add <<EOF\ntext", 1, 5, "the text after <<EOF does not end"),
      ("echo a \\\n", 1, 8, "the script ends after a backslash"),
      ("echo ${1x}", 1, 6, "'${1x' is not a variable"), ("echo ${open", 1, 6, "'${open' is not a variable"),
      ("echo << a", 1, 6, "'<<' needs a word"), ("echo <<E\nfine\n${1}\nE", 3, 1, "'${1' is not a variable"),
    ])
  func refuses(text: String, line: Int, column: Int, message: String) {
    #expect {
      try Lexer.commands(in: text, file: "x")
    } throws: { error in
      guard let error = error as? LexicalError else { return false }
      return error.message == message && error.position == SourcePosition(file: "x", line: line, column: column)
    }
  }

  @Test("words know where they stand")
  func knowsPositions() throws {
    let commands = try Lexer.commands(in: "\n  search 'a b' --user u", file: "f")
    #expect(commands[0].tokens.map(\.position.column) == [3, 10, 16, 23])
    #expect(commands[0].tokens.map(\.width) == [6, 5, 6, 1])
    #expect(commands[0].position.line == 2)
  }
}
