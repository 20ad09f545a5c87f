import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// A command of memsh: one type, one file; the same at the prompt, in a script and on the command line.
///
/// A command calls a service and returns a value. It prints nothing and knows no SQL.
protocol ShellCommand: ParsableCommand {
  /// The format asked for with `--output`; nil for the session's.
  var outputFormat: OutputFormat? { get }

  /// Whether running it twice is as good as once, because it changes nothing.
  var onlyReads: Bool { get }

  /// Whether it asks somebody before it destroys something, because it was given neither `--yes` nor `--dry-run`.
  var needsConfirmation: Bool { get }

  func run(in session: Session) throws -> CommandResult
}

extension ShellCommand {
  var onlyReads: Bool { false }
  var outputFormat: OutputFormat? { nil }
  var needsConfirmation: Bool { false }
}

extension Backend: ExpressibleByArgument {}
extension EmbeddingMode: ExpressibleByArgument {}
extension VectorIndexMethod: ExpressibleByArgument {}

/// Every command of memsh. What is not listed here does not exist.
package struct CommandRegistry: ParsableCommand {
  /// The commands, grouped as the help shows them.
  package static let configuration = CommandConfiguration(
    commandName: "memsh",
    abstract: "The admin shell for AI-agent memory.",
    groupedSubcommands: [
      CommandGroup(
        name: "Session",
        subcommands: [
          ConnectCommand.self, ConnectionsCommand.self, UseCommand.self, StatusCommand.self, SetCommand.self,
          UnsetCommand.self,
          ShowCommand.self, OutputCommand.self, TimingCommand.self, WatchCommand.self, HistoryCommand.self,
          EditLineCommand.self, EchoCommand.self, IncludeCommand.self, AssertCommand.self, HelpCommand.self,
          QuitCommand.self,
        ]),
      CommandGroup(
        name: "Schema",
        subcommands: [
          EnsureVectorCommand.self, MigrateCommand.self, SeedCommand.self, RollbackCommand.self, SchemaCommand.self,
          DescribeCommand.self, DoctorCommand.self,
        ]),
      CommandGroup(
        name: "Explore",
        subcommands: [
          SearchCommand.self, ListCommand.self, PromptCommand.self, UsersCommand.self, CategoriesCommand.self,
          FragmentsCommand.self,
          DuplicatesCommand.self, AnalyticsCommand.self, StatsCommand.self, RecallCommand.self, SQLCommand.self,
        ]),
      CommandGroup(
        name: "Repair",
        subcommands: [
          AddCommand.self, EditCommand.self, DeleteCommand.self, MergeCommand.self, ReassignCommand.self,
          DecayCommand.self, DedupCommand.self, ReembedCommand.self, UndoCommand.self, JournalCommand.self,
        ]),
      CommandGroup(
        name: "Files",
        subcommands: [ExportCommand.self, ImportCommand.self, BackupCommand.self, RestoreCommand.self]),
      CommandGroup(name: "Embeddings", subcommands: [ModelsCommand.self, CacheCommand.self]),
    ])

  /// The names of all commands, sorted.
  package static let names: [String] = commands.compactMap { $0.configuration.commandName }.sorted()

  /// The types of the commands by their names.
  static let byName = Dictionary(
    commands.map { ($0.configuration.commandName ?? "", $0) }, uniquingKeysWith: { first, _ in first })

  /// The types of all commands.
  package static var commands: [any ParsableCommand.Type] {
    configuration.groupedSubcommands.flatMap { $0.subcommands }
  }

  /// What `help NAME` and `NAME --help` print.
  static func help(for name: String) -> String {
    commands.first { $0.configuration.commandName == name }.map { helpMessage(for: $0) } ?? helpMessage()
  }

  /// Creates the root; parsing does.
  package init() {}
}
