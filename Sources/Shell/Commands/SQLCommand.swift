import ArgumentParser
import MemoryCore

struct SQLCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "sql",
    abstract: "Run SQL of your own.",
    discussion: """
      One statement, in the language of the database in use. It only reads: a statement that changes something is \
      refused unless --write is given, and then runs in a transaction of its own. Ctrl-C cancels it on the server.
      """)

  @Argument(help: "The statement, in quotes.")
  var statement: String

  @Flag(help: "Let the statement change the database.")
  var write = false

  @Option(help: "At most so many rows.")
  var limit = 10_000

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { !write }

  func validate() throws {
    guard statement.contains(where: { !$0.isWhitespace }) else { throw ValidationError("The statement is empty") }
    // Each statement has a transaction of its own, and rows travel no other way than as a result.
    let refused = ["begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release", "copy"]
    let first = statement.drop { !$0.isLetter }.prefix { $0.isLetter }.lowercased()
    guard !refused.contains(first) else {
      throw ValidationError("'\(first.uppercased())' cannot be run here: a statement is a transaction of its own")
    }
    guard limit > 0 else { throw ValidationError("'--limit' takes a number above 0, not '\(limit)'") }
  }

  func run(in session: Session) throws -> CommandResult {
    let answer = try session.store().answer(statement, writes: write, limit: limit)
    guard !answer.columns.isEmpty else {
      session.note("\(answer.changed) row\(answer.changed == 1 ? "" : "s") changed")
      return .nothing
    }
    if answer.isCut { session.note("notice: there are more rows than --limit \(limit)") }
    let rows = answer.rows.map { row in
      row.map { value -> Cell in
        switch value {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .integer(let value): .integer(value)
        case .double(let value): .double(value, places: 6)
        case .text(let value): .text(value)
        }
      }
    }
    return CommandResult(.table(ResultTable(columns: answer.columns, rows: rows)))
  }
}
