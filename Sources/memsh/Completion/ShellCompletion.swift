import ArgumentParser
import Database
import Foundation
import MemoryModel
import MemoryServices
import Shell

/// The whole command line in one declaration, for what is generated from it: the man page and the table of commands.
struct WholeCommandLine: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "memsh", abstract: "The admin shell for AI-agent memory.",
    subcommands: CommandRegistry.commands)

  @OptionGroup var options: LaunchOptions

  /// Answers the requests that ArgumentParser's tools make of a program: `--generate-completion-script SHELL` and
  /// `--experimental-dump-help`.
  ///
  /// The scripts are memsh's own: ArgumentParser's have bash run what a value of the store says.
  ///
  /// - Throws: The answer, for ``Launch/exit(for:arguments:)`` to print.
  static func answer(_ arguments: [String]) throws {
    let option = "--generate-completion-script"
    switch arguments.first {
    case let first? where first == option || first.hasPrefix(option + "="):
      let name = first == option ? arguments.dropFirst().first : String(first.dropFirst(option.count + 1))
      guard let script = name.flatMap(CompletingShell.init(rawValue:))?.script else {
        throw ValidationError("'\(option)' takes bash, zsh or fish")
      }
      throw CleanExit.message(script)
    case "--experimental-dump-help": throw CleanExit.message(_dumpHelp())
    default: return
    }
  }
}

/// What a shell asks memsh for while a command is typed into it:
/// `memsh ---completion bash LINE TEXT`, or `memsh ---completion zsh|fish WORD… UNFINISHED`.
struct CompletionRequest {
  private let shell: CompletingShell
  /// The words behind the program's name, and the unfinished one.
  private let words: [String]
  private let word: String
  private let bash: (line: BashLine, text: String)?
  private let launch: CommandDescription

  /// No person waits longer for a Tab.
  static let waitMilliseconds = 1_000

  private struct LaunchOnly: ParsableCommand {
    @OptionGroup var options: LaunchOptions
  }

  init?(_ arguments: [String]) {
    guard arguments.count > 2, arguments[0] == "---completion", let shell = CompletingShell(rawValue: arguments[1])
    else { return nil }
    guard shell != .bash || arguments.count == 4 else { return nil }
    self.shell = shell
    // Not before it is known that a shell asks: this takes a millisecond, and every start passes here.
    launch = CommandDescription(of: LaunchOnly.self)
    if shell == .bash {
      let line = BashLine(arguments[2])
      bash = (line, arguments[3])
      words = Array(line.words.dropFirst())
      word = line.word
    } else {
      bash = nil
      words = Array(arguments[2...].dropLast())
      word = arguments.last ?? ""
    }
  }

  /// The store that the words name with `-d`.
  var location: String? {
    let own = words.prefix(launch.leadingOptions(in: words))
    let names = ["-d", "--database"]
    return zip(own, own.dropFirst()).first { names.contains($0.0) }?.1
      ?? own.first { $0.hasPrefix("--database=") }.map { String($0.dropFirst("--database=".count)) }
  }

  /// What the shell's script reads: `files EXTENSION…` or `values` on the first line, then a value a line, with a tab
  /// before what it is; for bash as it must stand on the line.
  ///
  /// - Parameter session: A session on the store.
  func answer(in session: Session) -> String {
    let found = Completer(session: session, answersShell: true).found(after: words, word, launch: launch)
    let first = found.fileExtensions.map { (["files"] + $0).joined(separator: " ") } ?? "values"
    let lines = found.values.compactMap { value -> String? in
      let text = found.kept + value.text
      // fish would take it for a user's home folder.
      guard shell != .fish || !text.hasPrefix("~") else { return nil }
      if let bash { return bash.line.reply(text, replacing: bash.text) }
      return value.about.isEmpty ? text : text + "\t" + value.about
    }
    return ([first] + lines).map { $0 + "\n" }.joined()
  }
}
