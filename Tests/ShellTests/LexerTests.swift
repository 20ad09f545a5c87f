import TestSupport
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
          case .home: "<home>"
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
      ("echo $5 a$5 $ $$ $x$ \"$5 $\"", ["echo|$5|a$5|$|$$|$x$|$5 $"]),
      ("add <<EOF --user u\nline 1\n${v} \\${w}\nEOF\necho next", ["add|line 1\n${v} ${w}|--user|u", "echo|next"]),
      ("add <<'EOF'\n${v} $v\nEOF", ["add|${v} $v"]), ("sql <<E\n$$ $1 $tag$ \\$v\nE", ["sql|$$ $1 $tag$ $v"]),
      ("sql <<E\nDO $$begin x; end$$\nE", ["sql|DO $$begin x; end$$"]),
      ("sql \"$$a$$ $b$c$b$\"", ["sql|$$a$$ $b$c$b$"]),
      ("echo '$v' \\$v \"\\$v\"", ["echo|$v|$v|$v"]),
      ("add <<A <<B\na\nA\nb\nB", ["add|a|b"]),
      ("echo a\r\necho b\r\n", ["echo|a", "echo|b"]),
      ("#!/usr/bin/env memsh\necho 🙂", ["echo|🙂"]),
      ("   ", []),
      (
        "backup ~/x; backup ~; echo a~ ~name \\~/x '~/x' \"~\"/x",
        ["backup|<home>/x", "backup|<home>", "echo|a~|~name|~/x|~/x|~/x"]
      ),
      ("echo a\u{A0}b\u{3000}c", ["echo|a|b|c"]),
      ("echo 'e'\u{301} \"a\"\u{200D}b x;\u{301} #\u{301}", ["echo|e\u{301}|a\u{200D}b|x", "\u{301}"]),
      ("echo <<A; echo <<B\none\nA\ntwo\nB\necho c", ["echo|one", "echo|two", "echo|c"]),
      ("echo <<A\nA\necho b", ["echo|", "echo|b"]), ("echo <<A\n\n\nA", ["echo|\n"]),
      ("echo a\\;b\\ c d\\\ne", [#"echo|a;b c|d|e"#]), ("echo é\\", [#"echo|é\"#]),
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
      ("echo $user", 1, 6, "'$user' is text, not a variable"),
      ("echo a$_b", 1, 7, "'$_b' is text, not a variable"),
      ("echo \"it is $user.\"", 1, 13, "'$user' is text, not a variable"),
      ("connect postgresql://ada:x$secret@db", 1, 27, "'$name' is text, not a variable"),
      ("echo <<E\n\n$5 $user\nE", 3, 4, "'$user' is text, not a variable"),
      ("echo << a", 1, 6, "'<<' needs a word"), ("echo <<E\nfine\n${1x}\nE", 3, 1, "'${1x' is not a variable"),
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

  @Test("a command can be typed again as it is written down")
  func writesDown() throws {
    let text = "list --user 'a b' --where 'metadata.x=$1;~' ~/x '~/x' ${who}'s' ''"
    let command = try #require(try Lexer.commands(in: text.replacing("'s'", with: "s"), file: nil).first)
    let again = try Lexer.commands(in: command.text, file: nil)
    #expect(again.map { $0.tokens.map(\.pieces) } == [command.tokens.map(\.pieces)])
  }

  @Test(
    "the time is that of the length",
    arguments: [
      Long(what: "one long heredoc", size: 100_000) {
        "add <<EOF\n" + String(repeating: "line é ${x}\n", count: $0) + "EOF"
      },
      Long(what: "one long quoted word", size: 250_000) { "echo '" + String(repeating: "x y\n", count: $0) + "'" },
      Long(what: "one long line", size: 1_000_000) { "echo " + String(repeating: "x", count: $0) },
      Long(what: "a word of many parts", size: 50_000) { "echo " + String(repeating: #"'a'"b\$"\c${x}"#, count: $0) },
      Long(what: "many words", size: 100_000) { "echo " + String(repeating: "'a b' ", count: $0) },
      Long(what: "many commands on a line", size: 100_000) { String(repeating: "a;", count: $0) },
      Long(what: "many continued lines", size: 100_000) { "echo " + String(repeating: "a \\\n", count: $0) + "b" },
      Long(what: "many heredocs", size: 20_000) {
        "echo" + String(repeating: " <<A", count: $0) + String(repeating: "\nx\nA", count: $0)
      },
      Long(what: "a quote that never ends", size: 300_000) { "echo \"" + String(repeating: "x\n", count: $0) },
    ])
  func staysLinear(_ long: Long) {
    let growth = timeGrowth(over: long.size / 8...long.size) { _ = try? Lexer.commands(in: long.text($0), file: "f") }
    #expect(growth < growthLimit, "\(long): \(growth)")
  }

  /// A script whose time is measured.
  struct Long: CustomTestStringConvertible {
    let what: String
    /// The larger one of the sizes that `text` is asked for.
    let size: Int
    let text: @Sendable (Int) -> String

    var testDescription: String { what }
  }
}
