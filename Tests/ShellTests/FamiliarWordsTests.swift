import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import Testing

@testable import Shell

/// Words of other shells, aliases, SQL that stands for itself, and where results go.
@Suite struct FamiliarWordsTests {
  private func only(_ text: String) throws -> ScriptCommand {
    let commands = try Lexer.commands(in: text, file: nil)
    #expect(commands.count == 1, "\(text)")
    return commands[0]
  }

  private func expanded(_ text: String, _ aliases: [String: String] = [:]) throws -> ScriptCommand {
    var settings = Settings()
    settings.aliases = aliases
    return try FamiliarWords.expanded(only(text), settings)
  }

  @Test(
    "words of other shells stand for commands",
    arguments: [
      ("exit", "quit"), ("clear", "shell clear"), ("\\q", "quit"), ("\\?", "help"), ("?", "help"),
      ("\\h list", "help list"),
      ("\\d", "show tables"), ("\\d memories", "describe memories"), ("\\d+ memories", "describe memories"),
      ("\\dt", "show tables"), ("\\dt+", "show tables"), ("\\x", "set expanded on"), ("\\x auto", "set expanded auto"),
      ("\\i job.memsh", "include job.memsh"), ("\\e", "edit-line"), ("\\timing", "timing"),
      ("\\timing on", "timing on"),
      ("\\watch 5 stats", "watch 5 stats"), ("\\watch", "watch"), ("\\watch 2", "watch 2"), ("\\conninfo", "status"),
      ("\\c", "status"),
      ("\\c agents.db", "connect agents.db"),
      (".tables", "show tables"), ("\\set a b", "set a b"), ("list --user ada", "list --user ada"),
    ])
  func standsFor(typed: String, meaning: String) throws {
    #expect(try expanded(typed).text == meaning)
  }

  @Test("\\x goes back and forth")
  func toggles() throws {
    var settings = Settings()
    settings.expanded = .on
    #expect(try FamiliarWords.expanded(only("\\x"), settings).text == "set expanded auto")
  }

  @Test("every word stands for a command that there is, and hides none")
  func isSound() throws {
    for word in FamiliarWords.all {
      for hasArguments in [false, true] {
        guard case .command(let text) = word.meaning(hasArguments, Settings()) else { continue }
        let name = try only(text).name
        #expect(CommandRegistry.names.contains(name), "\(word.name) → \(text)")
      }
      #expect(!CommandRegistry.names.contains(word.name))
    }
    #expect(Set(FamiliarWords.all.map(\.name)).count == FamiliarWords.all.count)
  }

  @Test("what has no meaning here says what has", arguments: ["\\foo", "\\l", "\\du", "\\dn", "\\a", "\\copy"])
  func advises(typed: String) {
    #expect {
      _ = try expanded(typed)
    } throws: { error in
      guard let error = error as? LocatedError, let hint = error.error.hint else { return false }
      return hint.contains("`") && error.position?.column == 1
    }
  }

  @Test("whatever is advised in place of a word can be typed as it stands, but for a name")
  func advisesCommands() throws {
    var advised = 0
    for word in FamiliarWords.all {
      guard case .advice(let text) = word.meaning(false, Settings()) else { continue }
      let parts = text.split(separator: "`", omittingEmptySubsequences: false)
      // What stands between two of them is a command.
      for (number, part) in parts.enumerated() where number % 2 == 1 {
        let command = try only(String(part).replacing("FORMAT", with: "csv"))
        let words = command.tokens.map(\.plainText)
        guard case .command = try CommandParser.parse(words, of: command) else {
          Issue.record("\(word.name): \(part)")
          continue
        }
        advised += 1
      }
      for (number, part) in parts.enumerated() where number % 2 == 0 {
        #expect(!part.contains("'"), "\(word.name): \(part)")
      }
    }
    #expect(advised > 6)
  }

  @Test("a command that is watched may be a word or an alias")
  func expandsWatched() throws {
    for (typed, meaning) in [
      ("watch 1 w", "watch 1 list --limit 3"),
      ("watch --count 2 1 w --json", "watch --count 2 1 list --limit 3 --json"),
      ("watch --count=2 0.5 .tables", "watch --count=2 0.5 show tables"), ("watch 1", "watch 1"), ("watch", "watch"),
      ("\\watch 1 w", "watch 1 list --limit 3"), ("s w", "watch 1 list w"), ("watch 1 list w", "watch 1 list w"),
    ] {
      #expect(try expanded(typed, ["w": "list --limit 3", "s": "watch 1 list"]).text == meaning, "\(typed)")
    }
  }

  @Test(
    "an alias takes the place of the first word, once, and keeps the place in the line",
    arguments: [
      ("nd --merge", "dedup --record --merge"), ("  nd", "dedup --record"), ("echo nd", "echo nd"),
      ("one", "two"), ("n", "sql 'select 1'"), ("p", "list | less -S"), ("p > x", "list > x"),
    ])
  func expandsAliases(typed: String, meaning: String) throws {
    var settings = Settings()
    settings.aliases = ["nd": "dedup --record", "one": "two", "two": "list", "n": "select 1", "p": "list | less -S"]
    let before = try only(typed)
    let after = try FamiliarWords.expanded(before, settings)
    #expect(after.text == meaning)
    #expect(after.sourceLine == before.sourceLine)
    #expect(after.tokens[0].position == before.tokens[0].position)
    #expect(after.tokens.last?.position == before.tokens.last?.position)
  }

  @Test(
    "an alias hides nothing",
    arguments: ["list=x", "exit=x", "select=x", "a b=x", "x=", "x=list; list", "x='a", "=x", "\\d=x"])
  func refusesAliases(definition: String) {
    #expect(throws: (any Error).self) { try AliasCommand.parse([definition]) }
  }

  @Test(
    "SQL stands for itself up to its ;",
    arguments: [
      ("select 1", ["sql|select 1"]), ("SELECT 'a;b' as \"c;d\" ; list", ["sql|SELECT 'a;b' as \"c;d\"", "list"]),
      ("With x as (select 1) select * from x;", ["sql|With x as (select 1) select * from x"]),
      ("values (1), (2); values(3)", ["sql|values (1), (2)", "sql|values(3)"]),
      ("select 1 -- not ; here\n + 1;\nlist", ["sql|select 1 -- not ; here\n + 1", "list"]),
      ("select /* ; /* ; */ */ 1; list", ["sql|select /* ; /* ; */ */ 1", "list"]),
      ("select $$a;b$$, $x$;$$;$x$, $1; list", ["sql|select $$a;b$$, $x$;$$;$x$, $1", "list"]),
      ("select E'it\\'s;', 'it''s;', 'a\\'; list", ["sql|select E'it\\'s;', 'it''s;', 'a\\'", "list"]),
      ("select 'don't'; list", ["sql|select 'don't'; list"]), ("explain select 1; ;", ["sql|explain select 1"]),
      ("select a > 1 | 2 from b", ["sql|select a > 1 | 2 from b"]), ("echo select 1", ["echo|select|1"]),
      ("selects 1; selector", ["selects|1", "selector"]), ("delete 1 2; merge 3 4", ["delete|1|2", "merge|3|4"]),
    ])
  func takesSQL(text: String, expected: [String]) throws {
    guard text != "select 'don't'; list" else {
      // A quote that SQL would not close either.
      #expect(throws: LexicalError.self) { try Lexer.commands(in: text, file: nil) }
      return
    }
    let commands = try Lexer.commands(in: text, file: nil)
    #expect(commands.map { $0.tokens.map(\.plainText).joined(separator: "|") } == expected)
    #expect(commands[0].position.column == 1)
  }

  @Test("characters outside ASCII stay whole wherever they stand", arguments: ["é", "毎朝", "👩‍👩‍👧", "e\u{301}"])
  func keepsCharacters(text: String) throws {
    let places = [
      "X", "'X'", "\"X\"", "\\X", "'aX'", "'Xa'", "\"aXa\"", "\"\\X\"", "`X`", "$$X$$", "$X$ X $X$", "/*X*/",
      "/*aXa*/ 1",
      "e'\\X'", "e'a\\Xa'", "-- X",
    ]
    for place in places.map({ $0.replacing("X", with: text) }) {
      let statement = "select \(place)"
      #expect(try Lexer.commands(in: statement + "\n;", file: nil)[0].tokens.map(\.plainText) == ["sql", statement])
      guard !place.contains("'") || !place.contains("\\") else { continue }
      guard case .program(let program)? = try only("list | grep \(place)").destination else {
        Issue.record("\(place)")
        continue
      }
      #expect(program.plainText == " grep \(place)")
    }
    for (typed, word) in [
      (text, text), ("'a\(text)'", "a\(text)"), ("\"\(text)a\"", "\(text)a"), ("\\\(text)", text),
      ("a\\\(text)", "a\(text)"),
      ("<<END\n\(text)\\\(text)\nEND\n", "\(text)\\\(text)"),
    ] {
      #expect(try Lexer.commands(in: "echo \(typed)", file: nil)[0].tokens.last?.plainText == word, "\(typed)")
    }
  }

  @Test(
    "SQL that changes something is answered with the command for it",
    arguments: [
      ("UPDATE memories SET content = 'it''s'", "sql --write 'UPDATE memories SET content = '\\''it'\\'''\\''s'\\'''"),
      ("delete from memories", "sql --write 'delete from memories'"),
      ("Merge INTO memories", "sql --write 'Merge INTO memories'"),
      ("create table a (b int)", "sql --write 'create table a (b int)'"),
      ("drop\ttable\na", "sql --write 'DROP …'"),
    ])
  func answersWrites(text: String, hint: String) {
    #expect {
      _ = try expanded(text)
    } throws: { error in
      let error = (error as? LocatedError)?.error
      return error?.hint == hint && error?.message.contains("changes the store") == true
    }
  }

  @Test("a statement that is still being typed goes on to its ;")
  func waitsForStatements() {
    #expect(Incomplete("select 1") == .statement && Incomplete("select 1;") == nil)
    #expect(Incomplete("select 'a;") == .quote("'") && Incomplete("select /* ;") == .statement)
    #expect(Incomplete("list") == nil)
    // In a file the commands behind it would be lost in it.
    #expect(throws: LexicalError.self) { try Lexer.commands(in: "select 1\nlist\n", file: "x.memsh") }
    #expect((try? Lexer.commands(in: "select 1\n", file: "x.memsh"))?.count == 1)
  }

  @Test(
    "results go elsewhere by |, > and >> outside quotes",
    arguments: [
      ("list | grep 'a;b' | sort", "list", " grep 'a;b' | sort"), ("list|less", "list|less", ""),
      ("list --user 'a | b' | cat; echo", "list|--user|a | b", " cat"), ("echo '|' '>' \\|", "echo|||>||", ""),
      ("assert .length > 0", "assert|.length|>|0", ""), ("list |less", "list", "less"),
      ("list >= 5", "list|>=|5", ""),
    ])
  func readsDestinations(text: String, words: String, program: String) throws {
    let command = try Lexer.commands(in: text, file: nil)[0]
    #expect(command.tokens.map(\.plainText).joined(separator: "|") == words)
    guard !program.isEmpty else { return #expect(command.destination == nil) }
    guard case .program(let token)? = command.destination else { return #expect(Bool(false), "\(text)") }
    #expect(token.plainText == program)
  }

  @Test("a file takes a result, or is added to; options may follow")
  func readsFiles() throws {
    let command = try only("list > ~/'a b.csv' --user ada")
    guard case .file(let path, false)? = command.destination else { return #expect(Bool(false)) }
    #expect(path.pieces == [.home, .text("/a b.csv")] && command.text == "list --user ada > ~'/a b.csv'")
    guard case .file(let other, true)? = try only("list >>x").destination else { return #expect(Bool(false)) }
    #expect(other.plainText == "x")
    for text in ["list >", "list |", "list || x", "list > a > b", "list > a | b", "list | 'x"] {
      #expect(throws: LexicalError.self) { try Lexer.commands(in: text, file: nil) }
    }
    let formats = ["a.json", "x/b.CSV", "c.jsonl", "d.md", "e.tsv", "f.txt", "json", "a.json/b"].map {
      Destination.format(ofFile: $0)
    }
    #expect(formats == [.json, .csv, .jsonl, .markdown, .tsv, nil, nil, nil])
  }

  @Test(
    "the rest of a line behind ! is the system's",
    arguments: [("!ls -l; echo ${HOME} | cat > x # y", "ls -l; echo ${HOME} | cat > x # y"), ("\\! pwd", " pwd")])
  func readsSystemCommands(text: String, command: String) throws {
    let commands = try Lexer.commands(in: text + "\nlist", file: nil)
    #expect(commands.map { $0.tokens.map(\.plainText) } == [["shell", command], ["list"]])
  }

  @Test(
    "an apostrophe within a word is one",
    arguments: [
      ("search don't", "search|don't"), ("search don't you 'all of it'", "search|don't|you|all of it"),
      ("echo it's; echo l'été", "echo|it's"), ("echo 'a'b 'c'", "echo|ab|c"), ("echo x='a b'", "echo|x=a b"),
      ("echo a'b'c", "echo|abc"), ("search O'Neil's", "search|ONeils"),
    ])
  func keepsApostrophes(text: String, words: String) throws {
    #expect(try Lexer.commands(in: text, file: nil)[0].tokens.map(\.plainText).joined(separator: "|") == words)
  }
}
