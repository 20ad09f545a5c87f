import ArgumentParser
import Foundation
import MemoryCore
import Shell

/// The whole command line in one declaration, for what is generated from it: completion scripts and the man page.
struct WholeCommandLine: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "memsh", abstract: "The admin shell for AI-agent memory.",
    subcommands: CommandRegistry.commands)

  @OptionGroup var options: LaunchOptions

  /// Answers the requests that ArgumentParser's tools make of a program: `--generate-completion-script SHELL` and
  /// `--experimental-dump-help`.
  ///
  /// - Throws: The answer, for ``Launch/exit(for:arguments:)`` to print.
  static func answer(_ arguments: [String]) throws {
    switch arguments.first {
    case "--generate-completion-script":
      guard arguments.count == 2, let shell = CompletionShell(rawValue: arguments[1]) else {
        throw ValidationError("'--generate-completion-script' takes bash, zsh or fish")
      }
      throw CleanExit.message(completionScript(for: shell))
    case "--experimental-dump-help": throw CleanExit.message(_dumpHelp())
    default: return
    }
  }
}

/// What a completion script asks memsh for while somebody types a command into a shell.
///
/// The scripts that ArgumentParser generates call
/// `memsh ---completion SUBCOMMAND -- OPTION ARGUMENT-INDEX CURSOR-INDEX WORD…`.
struct CompletionRequest {
  let kind: StoredValue
  /// The store that the words name with `-d`.
  let location: String?

  /// No person waits longer for a Tab.
  static let waitMilliseconds = 1_000

  init?(_ arguments: [String]) {
    guard arguments.first == "---completion", let separator = arguments.firstIndex(of: "--"),
      separator + 1 < arguments.count, let kind = StoredValue(option: arguments[separator + 1])
    else { return nil }
    self.kind = kind
    let words = arguments.dropFirst(separator + 2)
    // Some shells hand words over with their quotes.
    location = zip(words, words.dropFirst()).first { ["-d", "--database"].contains($0.0) }?.1
      .trimmingCharacters(in: CharacterSet(charactersIn: "'\""))
  }
}
