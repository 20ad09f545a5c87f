import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// A command as `help` explains it: what it declares, and examples of it.
protocol ExplainedCommand: ParsableCommand {
  /// Its name, what it is for and its subcommands.
  static var declaration: CommandConfiguration { get }

  /// Lines that can be typed at the prompt: three or more of a command, one or more of a subcommand. A test runs them.
  static var examples: [String] { get }
}

extension ExplainedCommand {
  /// The declaration, as that of a command below another: of one that stands alone the parser would first try twice
  /// whether it is asked for a completion script, which takes longer than parsing it.
  static var configuration: CommandConfiguration {
    var configuration = declaration
    configuration._superCommandName = "memsh"
    return configuration
  }
}

/// A command whose first argument is a command of its own.
protocol CommandWithSubcommands: ExplainedCommand {}

extension CommandWithSubcommands {
  /// Those of all its subcommands.
  static var examples: [String] {
    declaration.subcommands.flatMap { ($0 as? any ExplainedCommand.Type)?.examples ?? [] }
  }
}
