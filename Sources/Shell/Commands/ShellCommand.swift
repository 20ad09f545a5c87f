import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// A command of memsh: one type, one file; the same at the prompt, in a script and on the command line.
///
/// A command calls a service and returns a value. It prints nothing and knows no SQL.
protocol ShellCommand: ExplainedCommand {
  /// The format asked for with `--output`; nil for the session's.
  var outputFormat: OutputFormat? { get }

  /// Whether running it twice is as good as once, because it changes nothing.
  var onlyReads: Bool { get }

  /// Whether it asks before it destroys something, because it was given neither `--yes` nor `--dry-run`.
  var needsConfirmation: Bool { get }

  /// Changes what later commands of a script look like; the loader follows it.
  func shape(_ scope: inout VariableScope, _ settings: inout Settings) throws

  /// The command with the user that the settings choose, where it leaves that open; nil where it is as it was.
  ///
  /// - Throws: `usage` when it needs a user and has none.
  func withUser(of settings: Settings) throws -> (any ShellCommand)?

  /// The memories that its options name: those of a user, of a category, or all that pass a filter. Where there are none,
  /// memsh says so: a mistyped name must not look like one that has no memories.
  ///
  /// - Returns: nil where no option names any, or the command says by itself why there are none.
  func namedMemories(now: Timestamp) throws -> MemoryFilter?

  /// Refuses what can be known to be wrong before it runs, beside what `validate` finds.
  ///
  /// - Throws: A ``MemshError`` with `usage`, which has a hint of its own.
  func check() throws

  func run(in session: Session) throws -> CommandResult
}

extension ShellCommand {
  var onlyReads: Bool { false }
  var outputFormat: OutputFormat? { nil }
  var needsConfirmation: Bool { false }
  func namedMemories(now: Timestamp) throws -> MemoryFilter? { nil }
  func check() throws {}
  func shape(_ scope: inout VariableScope, _ settings: inout Settings) throws {}
  func withUser(of settings: Settings) throws -> (any ShellCommand)? { nil }
}

extension Backend: ExpressibleByArgument {}
extension EmbeddingMode: ExpressibleByArgument {}
extension VectorIndexMethod: ExpressibleByArgument {}

/// Every command of memsh. What is not listed here does not exist.
package struct CommandRegistry: ParsableCommand {
  /// The commands, grouped as the help shows them.
  static let groups: [(title: String, commands: [any ExplainedCommand.Type])] = [
    (
      "Explore what is remembered",
      [
        SearchCommand.self, ListCommand.self, ShowCommand.self, UsersCommand.self, CategoriesCommand.self,
        StatsCommand.self, PromptCommand.self, FragmentsCommand.self, DuplicatesCommand.self, AnalyticsCommand.self,
        MapCommand.self, RecallCommand.self, EvalCommand.self, SQLCommand.self, DescribeCommand.self,
      ]
    ),
    (
      "Repair what is wrong; every change can be undone",
      [
        DoctorCommand.self, DedupCommand.self, AddCommand.self, EditCommand.self, DeleteCommand.self,
        MergeCommand.self, ReassignCommand.self, DecayCommand.self, ReembedCommand.self, UndoCommand.self,
        JournalCommand.self, BeginCommand.self, CommitCommand.self, RollbackCommand.self,
      ]
    ),
    (
      "Go to a store, and prepare it",
      [
        ConnectCommand.self, ConnectionsCommand.self, UseCommand.self, StatusCommand.self, SchemaCommand.self,
        EnsureVectorCommand.self, SeedCommand.self, ModelsCommand.self, CacheCommand.self,
      ]
    ),
    (
      "Move memories into a store and out of it",
      [
        InspectCommand.self, MigrateCommand.self, DiffCommand.self, ExportCommand.self, ImportCommand.self,
        BackupCommand.self, RestoreCommand.self,
      ]
    ),
    (
      "Work at the prompt and in scripts",
      [
        SetCommand.self, UnsetCommand.self, OutputCommand.self, ResultsCommand.self, TimingCommand.self,
        WatchCommand.self, HistoryCommand.self, EditLineCommand.self, AliasCommand.self, UnaliasCommand.self,
        EchoCommand.self, IncludeCommand.self, AssertCommand.self, SystemCommand.self, HelpCommand.self,
        QuitCommand.self,
      ]
    ),
  ]

  /// All commands, for the parser.
  package static let configuration = CommandConfiguration(
    commandName: "memsh", abstract: "The admin shell for AI-agent memory.",
    groupedSubcommands: groups.map { CommandGroup(name: $0.title, subcommands: $0.commands) })

  /// The names of all commands, sorted.
  package static let names: [String] = explained.compactMap { $0.declaration.commandName }.sorted()

  /// The types of all commands.
  package static var commands: [any ParsableCommand.Type] { explained }

  /// The types of all commands, as their help needs them.
  static let explained: [any ExplainedCommand.Type] = groups.flatMap(\.commands)

  /// The command that words begin with the name of, or with those of a command and its subcommand.
  ///
  /// Nothing is made of the names: the configurations of all commands would have to be, for the one that is asked for.
  static func command(named words: [String]) -> NamedCommand? {
    guard let name = words.first, let type = explained.first(where: { $0.declaration.commandName == name }) else {
      return nil
    }
    let subcommands = type.configuration.subcommands
    guard !subcommands.isEmpty else { return NamedCommand(name: name, type: type, wordCount: 1, runs: type) }
    guard let second = words.dropFirst().first, !second.hasPrefix("-") else {
      return NamedCommand(name: name, type: type, wordCount: 1, runs: type.configuration.defaultSubcommand)
    }
    guard
      let subcommand = subcommands.first(where: { $0.configuration.commandName == second })
        as? any ExplainedCommand.Type
    else {
      return NamedCommand(name: name, type: type, wordCount: 1, runs: nil)
    }
    return NamedCommand(name: "\(name) \(second)", type: subcommand, wordCount: 2, runs: subcommand)
  }

  /// Whether there is a command of this name. Cheaper than to look among ``names``, for which each must be declared.
  package static func has(_ name: String) -> Bool { explained.contains { $0.declaration.commandName == name } }

  /// The names of a command's subcommands, in the order of its declaration.
  static func subcommandNames(of type: any ParsableCommand.Type) -> [String] {
    type.configuration.subcommands.compactMap { $0.configuration.commandName }
  }

  /// Creates the root; parsing does.
  package init() {}
}

/// A command that was found by its name.
struct NamedCommand {
  /// The name as it is typed: `fragments add`.
  let name: String
  let type: any ExplainedCommand.Type
  /// How many words the name takes.
  let wordCount: Int
  /// What runs: the command itself, or the subcommand that a bare name stands for; nil where the next word names none.
  let runs: (any ParsableCommand.Type)?

  /// What `help NAME` and `NAME --help` print.
  var help: String {
    let lines = CommandRegistry.helpMessage(for: type, columns: NamedCommand.columns)
      .split(separator: "\n", omittingEmptySubsequences: false).map { line in
        line.hasPrefix("USAGE: ") ? NamedCommand.folded(line) : String(line)
      }
    let text = lines.joined(separator: "\n")
    // The parser ends its text with an empty line, below subcommands without one.
    let separator = text.hasSuffix("\n") ? "\n" : "\n\n"
    return text + separator + "EXAMPLES:\n" + type.examples.map { "  " + $0 }.joined(separator: "\n")
  }

  private static let columns = 80

  /// The parser's line of usage, which it leaves as long as it is, folded between its arguments.
  private static func folded(_ usage: Substring) -> String {
    let margin = "USAGE: ".count
    let words = usage.dropFirst(margin).split(separator: " ").reduce(into: [String]()) { words, word in
      // `[--limit <limit>]` is one.
      if let last = words.last, last.hasPrefix("["), !last.contains("]") {
        words[words.count - 1] += " " + word
      } else {
        words.append(String(word))
      }
    }
    return "USAGE: " + words.wrapped(columns: columns, indentation: margin).dropFirst(margin)
  }
}
