import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct SQLCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "sql",
    abstract: "Run SQL of your own.",
    discussion: """
      One statement, in the language of the database in use. It only reads: a statement that changes something is \
      refused unless --write is given, and then runs in a transaction of its own. Ctrl-C cancels it on the server. \
      :name stands for the variable of that name (`set name VALUE`, or -v), which is bound, not pasted: \
      sql 'SELECT * FROM memories WHERE user_id = :who'. A line that begins with SELECT, WITH, VALUES, TABLE or EXPLAIN \
      is a statement by itself, up to its ;. `show tables` and `describe TABLE` tell what there is to ask. What --write \
      changes is not in the journal; on a store labelled production a person is asked for the store's name first.
      """)

  static let examples = [
    "sql 'SELECT user_id, count(*) FROM memories GROUP BY user_id'",
    "SELECT id, content FROM memories WHERE access_count > 9;",
    "set who ada; sql 'SELECT content FROM memories WHERE user_id = :who'",
    "sql --write \"UPDATE memories SET category = 'drinks' WHERE category = 'drink'\"",
  ]

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
    let first = SQLCommand.firstWord(of: statement)
    guard !SQLCommand.refused.contains(first) else {
      throw ValidationError("'\(first.uppercased())' cannot be run here: a statement is a transaction of its own")
    }
    // The database refuses to write, but not to set its protections aside or to write files beside itself.
    let isQuestion = first == "pragma" ? SQLCommand.asks(pragma: statement) : SQLCommand.questions.contains(first)
    guard write || isQuestion else {
      throw ValidationError("'\(first.uppercased())' may change something, and sql only reads; add --write to allow it")
    }
    guard limit > 0 else { throw ValidationError("'--limit' takes a number above 0, not '\(limit)'") }
  }

  /// Each statement has a transaction of its own, and rows travel no other way than as a result.
  private static let refused = [
    "begin", "start", "commit", "end", "rollback", "abort", "prepare", "savepoint", "release", "copy",
  ]
  private static let questions = ["select", "with", "values", "table", "show", "explain"]

  /// Whether a PRAGMA only asks: it sets nothing, and its argument, if any, is the name of what it describes.
  private static func asks(pragma statement: String) -> Bool {
    guard !statement.contains("=") else { return false }
    guard let name = statement.split(separator: "(").first, name.count < statement.count else { return true }
    return name.contains("_info") || name.contains("_xinfo") || name.contains("_list")
  }

  /// The first word in small letters, behind comments and parentheses.
  private static func firstWord(of statement: String) -> String {
    var rest = statement[...]
    while let character = rest.first, !character.isLetter {
      if rest.hasPrefix("--") {
        rest = rest.drop { !$0.isNewline }
      } else if rest.hasPrefix("/*") {
        // PostgreSQL's comments nest and SQLite's do not: what hides in one is refused rather than guessed.
        guard let end = rest.firstRange(of: "*/"), !rest[..<end.lowerBound].dropFirst(2).contains("/*") else {
          return ""
        }
        rest = rest[end.upperBound...]
      } else {
        rest = rest.dropFirst()
      }
    }
    return rest.prefix { $0.isLetter }.lowercased()
  }

  /// Names that can be keys: the second `id` is `id_2`.
  private static func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.map { name in
      var unique = name
      var number = 2
      while !seen.insert(unique).inserted {
        unique = "\(name)_\(number)"
        number += 1
      }
      return unique
    }
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    let bound = try SQLParameters.bound(
      statement, sign: store.identity.backend == .postgres ? "$" : "?", value: { session.scope.value(of: .named($0)) })
    if write, session.mustAsk(isConfirmed: true) {
      let question = Question(
        text: "This may change anything in \(store.identity.location), and `undo` does not bring it back.",
        extent: .everything(), target: store.identity.name)
      try session.ask(
        question, showing: ResultRecord(title: "Plan", fields: [.init("statement", .text(bound.statement))]))
    }
    let answer = try store.answer(bound.statement, values: bound.values, writes: write, limit: limit)
    guard !answer.columns.isEmpty else {
      session.note("\(counted(answer.changed, "row")) changed")
      return .nothing
    }
    if answer.isCut { session.note("notice: there are more rows than --limit \(limit)") }
    let rows = answer.rows.map { row in
      row.map { value -> Cell in
        switch value {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .integer(let value): .integer(value)
        case .double(let value): .double(value, places: nil)
        case .number(let digits): .number(digits)
        case .text(let value): .text(value)
        }
      }
    }
    var table = ResultTable(columns: SQLCommand.unique(answer.columns), rows: rows)
    // A statement that stands for itself takes no options.
    table.wholeWith = "\\x on"
    return CommandResult(.table(table))
  }
}
