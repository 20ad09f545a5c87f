import Testing

@testable import Shell

/// What `help` says: a list that fits the screen, three examples of every command, topics that are not cut.
@Suite struct HelpTests {
  private func help(_ words: String...) throws -> String {
    let words = ["help"] + words
    guard case .command(let command) = try CommandParser.parse(words, of: ScriptCommand(words: words)),
      case .text(let text) = try command.run(in: .fake()).output
    else { return "" }
    return text
  }

  private func lines(_ text: String) -> [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

  @Test("the list of commands names each of them and the topics, on a screen of 80 by 24")
  func fitsScreen() throws {
    let text = try help()
    // The last line is the next prompt's.
    #expect(lines(text).count < 24 && lines(text).allSatisfy { $0.count <= 80 }, "\(text)")
    let words = Set(text.split { " \n,.".contains($0) }.map(String.init))
    #expect(words.isSuperset(of: CommandRegistry.names) && words.isSuperset(of: HelpTopic.allCases.map(\.rawValue)))
    #expect(CommandOverview.text == text)
  }

  @Test("a command has three examples or more, a subcommand one or more", arguments: CommandRegistry.names)
  func hasExamples(name: String) throws {
    let command = try #require(CommandRegistry.command(named: [name]))
    #expect(command.type.examples.count >= 3 && Set(command.type.examples).count == command.type.examples.count)
    #expect(lines(command.help).allSatisfy { $0.count <= 80 }, "\(command.help)")
    for word in CommandRegistry.subcommandNames(of: command.type) {
      let subcommand = try #require(CommandRegistry.command(named: [name, word]))
      #expect(subcommand.wordCount == 2 && !subcommand.type.examples.isEmpty)
      #expect(lines(subcommand.help).allSatisfy { $0.count <= 80 }, "\(subcommand.help)")
      #expect(subcommand.type.examples.contains { $0.hasPrefix("\(name) \(word)") || $0 == name }, "\(name) \(word)")
    }
  }

  @Test("help COMMAND and COMMAND --help end in the examples, of subcommands too")
  func showsExamples() throws {
    for words in [["search"], ["fragments"], ["fragments", "add"], ["connections", "remove"]] {
      let command = try #require(CommandRegistry.command(named: words))
      let parsed = try CommandParser.parse(words + ["--help"], of: ScriptCommand(words: words + ["--help"]))
      guard case .help(let text) = parsed else {
        Issue.record("\(words) --help is not help")
        continue
      }
      let examples = command.type.examples.map { "  " + $0 }.joined(separator: "\n")
      #expect(text.hasSuffix("\n\nEXAMPLES:\n" + examples), "\(text)")
      #expect(!text.contains("\n\n\n") && text.contains("USAGE: memsh \(words.joined(separator: " "))"), "\(text)")
    }
    #expect(try help("fragments", "add").contains("--priority"))
    #expect(try help("search").contains("EXAMPLES:"))
  }

  @Test("a topic has a heading and fits 80 columns", arguments: HelpTopic.allCases)
  func topicFits(topic: HelpTopic) throws {
    let text = try help(topic.rawValue)
    #expect(lines(text).allSatisfy { $0.count <= 80 } && lines(text).count <= 32, "\(text)")
    #expect(lines(text).dropFirst().first == "" && text == topic.text)
    #expect(CommandRegistry.command(named: [topic.rawValue]) == nil, "a command would hide the topic")
  }

  @Test("the topics name every setting and every word of other shells, and a word leads to them")
  func topicsAreComplete() throws {
    for setting in Setting.all { #expect(try help("settings").contains("  \(setting.name) ")) }
    let words = Set(try help("words").split { " \n,".contains($0) }.map(String.init))
    #expect(words.isSuperset(of: FamiliarWords.all.map(\.name)))
    for word in ["\\dt", "exit", "?"] { #expect(try help(word) == help("words")) }
  }
}
