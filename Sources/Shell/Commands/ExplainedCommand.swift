import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// A command as `help` explains it: what it declares, and examples of it.
protocol ExplainedCommand: ParsableCommand {
  /// Lines that can be typed at the prompt: three or more of a command, one or more of a subcommand. A test runs them.
  static var examples: [String] { get }
}

/// A command whose first argument is a command of its own.
protocol CommandWithSubcommands: ExplainedCommand {}

extension CommandWithSubcommands {
  /// Those of all its subcommands.
  static var examples: [String] {
    configuration.subcommands.flatMap { ($0 as? any ExplainedCommand.Type)?.examples ?? [] }
  }
}
