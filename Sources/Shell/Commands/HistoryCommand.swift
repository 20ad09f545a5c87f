import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct HistoryCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "history", abstract: "List the commands typed at the prompt.",
    discussion: """
      They are kept in $XDG_STATE_HOME/memsh/history, which only you can read. A command that begins with a space is \
      not kept, nor one with a password or a key in it, nor one that repeats the command before it.
      """)

  static let examples = [
    "history",
    "history --limit 100",
    "history --json",
  ]

  @Option(help: "At most so many, the newest.")
  var limit = 20

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { true }

  func validate() throws {
    guard limit > 0 else { throw ValidationError("'--limit' takes a number above 0, not '\(limit)'") }
  }

  func run(in session: Session) throws -> CommandResult {
    let commands = History(path: session.paths.history, redactor: session.console.redactor).commands()
    let rows = commands.enumerated().suffix(limit).map { [Cell.count($0.offset + 1), .text($0.element)] }
    let isCut = rows.count < commands.count
    return CommandResult(
      .table(
        ResultTable(
          columns: ["number", "command"], rows: rows, noun: "command", subject: "command",
          wrapsSubject: true,
          listing: Listing(
            total: commands.count, next: isCut ? ["history", "--limit", "\(commands.count)"] : nil,
            isCut: isCut))))
  }
}
