import Testing

@testable import Shell

/// Commands that have subcommands: each with its own options, help and completion.
@Suite struct SubcommandTests {
  private func parsed(_ line: String) throws -> (any ShellCommand)? {
    let words = line.split(separator: " ").map(String.init)
    guard case .command(let command) = try CommandParser.parse(words, of: ScriptCommand(words: words)) else {
      return nil
    }
    return command
  }

  private func help(_ line: String) throws -> String? {
    let words = line.split(separator: " ").map(String.init)
    guard case .help(let text) = try CommandParser.parse(words, of: ScriptCommand(words: words)) else { return nil }
    return text
  }

  @Test("the bare word keeps its default, with its options")
  func hasDefaults() throws {
    #expect(try parsed("fragments") is FragmentsCommand.List)
    #expect((try parsed("fragments --category safety") as? FragmentsCommand.List)?.category == "safety")
    #expect((try parsed("fragments --output json") as? FragmentsCommand.List)?.outputFormat == .json)
    #expect((try parsed("journal --limit 3") as? JournalCommand.List)?.page.limit == 3)
    #expect(try parsed("models") is ModelsCommand.List)
    #expect(try parsed("cache") is CacheCommand.Stats)
    #expect(try parsed("connections") is ConnectionsCommand.List)
  }

  @Test("each takes its own options, and no other's")
  func hasOwnOptions() throws {
    #expect((try parsed("fragments delete 1 2 --cascade --yes") as? FragmentsCommand.Delete)?.ids == [1, 2])
    #expect((try parsed("fragments edit 1 --priority -3") as? FragmentsCommand.Edit)?.fields.priority == -3)
    #expect((try parsed("journal show 7 --limit 1") as? JournalCommand.Show)?.operation == 7)
    #expect((try parsed("journal prune --older-than 3d") as? JournalCommand.Prune)?.olderThan == "3d")
    #expect((try parsed("models use m") as? ModelsCommand.Use)?.name == "m")
    for line in [
      "fragments list --content x", "fragments add --category c --content x --yes", "fragments show 1 --cascade",
      "journal list --older-than 3d", "journal show 1 --yes", "cache stats --yes", "models list m", "fragments 1",
      "connections --label x", "connections add x", "connections remove x --label y", "connections list x",
      "fragments delete", "fragments edit 1", "journal show", "fragments add --category c --content x 1",
    ] { #expect(throws: LocatedError.self, "\(line)") { try parsed(line) } }
  }

  @Test(
    "a word that names none is found, with the nearest",
    arguments: [
      ("fragments lst", "fragments has no subcommand 'lst'", "did you mean 'fragments list'?"),
      ("journal 7", "journal has no subcommand '7'", "`journal` takes list, show, prune"),
    ])
  func names(line: String, message: String, hint: String) {
    #expect {
      try parsed(line)
    } throws: { error in
      guard let error = error as? LocatedError else { return false }
      return error.error.message == message && error.error.hint == hint
        && error.position?.column == line.firstIndex(of: " ").map { line.distance(from: line.startIndex, to: $0) + 2 }
    }
  }

  @Test("help at each level, by --help, -h and help")
  func explains() throws {
    #expect(try help("fragments --help")?.contains("SUBCOMMANDS:") == true)
    for line in ["fragments add --help", "fragments add --content x -h"] {
      let text = try #require(try help(line))
      #expect(text.contains("USAGE: memsh fragments add") && text.contains("--priority") && !text.contains("--cascade"))
    }
    #expect((try parsed("help fragments add") as? HelpCommand)?.subject == ["fragments", "add"])
    #expect(throws: LocatedError.self) { try parsed("help fragments nothing") }
    #expect(throws: LocatedError.self) { try parsed("help list more") }
  }

  @Test("completion knows them")
  func describes() throws {
    let fragments = try #require(CommandDescription.all["fragments"])
    #expect(
      fragments.subcommands.map(\.word)
        == ["list", "show", "add", "edit", "enable", "disable", "delete", "import", "export"])
    let (add, count) = fragments.resolved(["fragments", "add"])
    #expect(count == 2 && add.optionNames.contains("--priority") && !add.optionNames.contains("--cascade"))
    #expect(fragments.resolved(["fragments"]).command.name == "fragments list")
    for command in CommandDescription.all.values where !command.subcommands.isEmpty {
      #expect(command.defaultSubcommand != nil && command.subcommands.allSatisfy { !$0.about.isEmpty })
    }
  }

  @Test("what destroys asks, what only looks does not")
  func asks() throws {
    for line in ["fragments delete 1", "journal prune", "cache clear"] {
      #expect(try parsed(line)?.needsConfirmation == true, "\(line)")
      #expect(try parsed(line + " --yes")?.needsConfirmation == false, "\(line)")
    }
    for line in ["fragments", "fragments show 1", "journal", "journal show 1", "models", "cache"] {
      #expect(try parsed(line)?.onlyReads == true && parsed(line)?.needsConfirmation == false, "\(line)")
    }
  }
}
